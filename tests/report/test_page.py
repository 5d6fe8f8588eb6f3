from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from browser import take_picture
from pictus.record import Box, Call, Facts, Media, Origin, Part, Record, Turn, make_record
from pictus.report.gallery import hue_of
from pictus.report.page import write_page

HOSTILE = "<script>alert(1)</script>\" onload=x 'y'</style></title><b>{{ 7*7 }}\x00\x1b\u202e\ud800"


class _Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str, css_class: str = "") -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag and css_class in attrs.get("class", "")]


def _picture(width: int = 60, height: int = 40, colour: str = "teal", kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


def _record(key: str = "1", text: str = "A cat.", data: bytes | None = None, **origin: str) -> Record:
    media = (Media(data=_picture() if data is None else data),)
    turns = (Turn.of("user", "What is there?", images=1), Turn.of("assistant", text))
    facts = Facts(
        captions=("A cat on a mat.", "A grey cat."),
        boxes=(Box(label="cat", left=0.1, top=0.2, right=0.6, bottom=0.9, attributes=("grey",)),),
    )
    return make_record(Origin(dataset="demo", key=key, **origin), media=media, turns=turns, facts=facts)


def _write(folder: Path, *records: Record, title: str = "Cats", intro: str = "", limit: int = 60) -> str:
    write_page(records, folder / "page.html", title=title, intro=intro, limit=limit)
    return (folder / "page.html").read_text("utf-8")


def _hostile(text: str) -> Record:
    origin = Origin(
        dataset=text,
        key=text,
        split=text,
        author=text,
        address=text,
        picture_licence=text,
        text_licence=text,
        model_terms=text,
        made_by=text,
    )
    turns = (
        Turn.of("user", text),
        Turn("assistant", (Part("text", text),), (Call(text, text, text),)),
        Turn("tool", (Part("text", text),), name=text),
    )
    facts = Facts(captions=(text,), boxes=(Box(label=text, left=0, top=0, right=1, bottom=1, attributes=(text,)),))
    return Record(id=text, origin=origin, media=(Media(path=text, url=text),), turns=turns, facts=facts)


def test_hostile_texts_are_shown_and_never_run(tmp_path: Path) -> None:
    text = _write(tmp_path, _hostile(HOSTILE), title=HOSTILE, intro=HOSTILE)
    page = _Page(text)
    assert "<script" not in text.lower()
    assert text.lower().count("</style>") == 1
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "link", "base"}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert not set(text) & {"\x00", "\x1b", "\u202e", "\ud800"}
    assert "49" not in "".join(page.words)  # a text is never taken for a template
    assert "".join(page.words).count("<script>alert(1)</script>") > 10


@settings(max_examples=25)
@given(st.text(st.characters(), max_size=60))
def test_no_text_changes_the_shape_of_the_page(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("page")
    plain = _Page(_write(folder, _hostile("words")))
    other = _Page(_write(folder, _hostile(f"http{text}"), title=text))
    assert Counter(tag for tag, _ in plain.tags) == Counter(tag for tag, _ in other.tags)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "HTTPS-not", "//evil.example"])
def test_only_web_addresses_become_links(tmp_path: Path, address: str) -> None:
    page = _Page(_write(tmp_path, _record(address=address)))
    assert page.all("a") == []
    assert address in "".join(page.words)
    linked = _Page(_write(tmp_path, _record(address="https://example.org/1")))
    assert [link["href"] for link in linked.all("a")] == ["https://example.org/1"]


def test_the_page_is_one_file_that_loads_nothing(tmp_path: Path) -> None:
    text = _write(tmp_path, _record())
    page = _Page(text)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    loads = [attrs[name] for _, attrs in page.tags for name in ("src", "srcset", "poster") if name in attrs]
    assert loads
    assert all(address.startswith("data:image/") for address in loads)
    assert "url(" not in text
    assert "@import" not in text
    policies = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in policies[0]


def test_records_of_one_picture_stand_together(tmp_path: Path) -> None:
    text = _write(
        tmp_path,
        _record("1", "First."),
        _record("2", "Other.", data=_picture(colour="navy")),
        _record("1", "Second.", made_by="program detail"),
    )
    page = _Page(text)
    assert len(page.all("article")) == 2
    assert len(page.all("section", "talk")) == 3
    assert text.index("First.") < text.index("Second.") < text.index("Other.")
    assert "program detail" in text


def test_captions_boxes_ids_licences_and_origin_are_told(tmp_path: Path) -> None:
    record = _record(picture_licence="CC-BY-4.0", text_licence="CC0-1.0", author="Ann B.", model_terms="strict")
    words = "".join(_Page(_write(tmp_path, record)).words)
    for told in ("A grey cat.", "grey cat", record.id, "CC-BY-4.0", "CC0-1.0", "by Ann B.", "strict", "demo"):
        assert told in words


def test_boxes_lie_where_they_were_annotated(tmp_path: Path) -> None:
    edge = _Page(_write(tmp_path, _record())).all("rect", "edge")[0]
    assert [edge[side] for side in ("x", "y", "width", "height")] == ["10.00%", "20.00%", "50.00%", "70.00%"]


def test_boxes_that_cannot_be_drawn_are_left_out(tmp_path: Path) -> None:
    wrong = [(float("nan"), 0, 1, 1), (0.5, 0.5, 0.5, 0.9), (0.9, 0, 0.1, 1), (0, 0, float("inf"), 1)]
    boxes = [Box(label="cat", left=a, top=b, right=c, bottom=d) for a, b, c, d in [*wrong, (-1, -1, 2, 2)]]
    record = Record(id="1", origin=Origin(dataset="demo", key="1"), facts=Facts(boxes=tuple(boxes)))
    edges = _Page(_write(tmp_path, record)).all("rect", "edge")
    assert [(edge["x"], edge["width"]) for edge in edges] == [("0.00%", "100.00%")]


def test_reading_stops_after_the_limit(tmp_path: Path) -> None:
    def endless() -> Iterator[Record]:
        for number in count():
            yield _record(str(number), data=_picture(colour=f"rgb({number}, 0, 0)"))
            assert number <= 3

    write_page(endless(), tmp_path / "page.html", title="Cats", limit=3)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert len(_Page(text).all("article")) == 3
    assert "the first 3 pictures" in text


@pytest.mark.parametrize(
    ("media", "reason"),
    [
        ((Media(path="lost.png"),), "no file `lost.png`"),
        ((Media(path="a\x00b"),), "not a path"),
        ((Media(data=b"no picture"),), "cannot be decoded"),
        ((Media(data=_picture(500, 500)[:900]),), "cannot be decoded"),
        ((Media(url="https://example.org/cat.jpg"),), "not acquired yet: https://example.org/cat.jpg"),
        ((Media(),), "no bytes, file or address"),
        ((Media(kind="audio", data=b"x"),), "a record with audio and no picture"),
        ((Media(kind="motion", data=b"x"),), "a motion that cannot be read (ValueError): inside the record"),
        ((Media(kind="motion", path="new_joints/7.npy"),), "a motion that is not on this machine: new_joints/7.npy"),
        ((Media(kind="motion", path="../7.npy", root="/m"),), "a motion that is not on this machine: ../7.npy"),
        ((), "a record without a picture"),
    ],
)
def test_a_picture_that_cannot_be_shown_gives_its_reason(tmp_path: Path, media: tuple[Media, ...], reason: str) -> None:
    record = Record(id="1", origin=Origin(dataset="demo", key="1"), media=media)
    page = _Page(_write(tmp_path, record))
    assert page.all("img") == []
    assert reason in "".join(page.words)


def test_a_folder_in_place_of_a_picture_gives_its_reason(tmp_path: Path) -> None:
    record = Record(id="1", origin=Origin(dataset="demo", key="1"), media=(Media(path="x", root=str(tmp_path)),))
    (tmp_path / "x").mkdir()
    assert "the file `x` cannot be read" in _write(tmp_path, record)


def test_a_picture_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(_picture())
    media = (Media(path="cat.png", root=str(tmp_path)),)
    page = _Page(_write(tmp_path, Record(id="1", origin=Origin(dataset="demo", key="1"), media=media)))
    assert page.all("img")[0]["src"].startswith("data:image/png;base64,")


def test_large_pictures_are_shrunk_and_turned_upright(tmp_path: Path) -> None:
    file, turned = BytesIO(), Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (2000, 1000), "teal").save(file, "JPEG", exif=turned)
    image = _Page(_write(tmp_path, _record(data=file.getvalue()))).all("img")[0]
    assert (image["width"], image["height"]) == ("320", "640")
    assert image["src"].startswith("data:image/jpeg;base64,")


def test_pictures_have_alternative_texts_and_the_page_a_language(tmp_path: Path) -> None:
    page = _Page(_write(tmp_path, _record()))
    assert page.all("html")[0]["lang"] == "en"
    assert [image["alt"] for image in page.all("img")] == ["A cat on a mat."]
    assert len(page.all("h1")) == 1


def test_figures_can_be_given(tmp_path: Path) -> None:
    write_page([], tmp_path / "page.html", title="Cats", summary={"records": 1234567, "licence": "CC0"})
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "1,234,567" in text
    assert "CC0" in text
    assert "There are no records to show." in text


def test_the_same_records_give_the_same_bytes_and_labels_the_same_colour(tmp_path: Path) -> None:
    assert _write(tmp_path, _record()) == _write(tmp_path, _record())
    assert hue_of("cat") == hue_of("cat")
    assert hue_of("cat") != hue_of("dog")


@pytest.mark.browser
def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    _write(tmp_path, _record(), _hostile(HOSTILE))
    shot = tmp_path / "page.png"
    take_picture(tmp_path / "page.html", shot, 1280, 1400)
    with Image.open(shot) as image:
        assert image.size == (1280, 1400)
        colours = image.convert("RGB").getcolors(1 << 24) or []
        teal = sum(number for number, colour in colours if colour == (0, 128, 128))
    assert len(colours) > 200
    assert teal > 20_000  # the picture of the record
