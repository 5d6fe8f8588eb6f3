"""Lists of addresses become corpora of pictures: every row ends with its picture, or with the reason why not."""

import hashlib
import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from corpora import talk, write_corpus
from getting import corpus_of, got, manners, row
from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted
from pictus.reading.tar import read_samples
from pictus.record import Box, Media
from pictus.steps.acquire.pictures.plan import plan
from pictus.store.corpus import damages, open_corpus
from web_pictures import drawn, encoded, jpeg, write_list

SMALL = Wanted(size=32, mode="keep_ratio")


def pictures(corpus):
    return {record.media[0].url: record for record in corpus.records()}


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("shards", "rejects", "tars", "pictures")
        for path in sorted(folder.glob(f"{kind}/**/*"))
        if path.is_file()
    }


def test_a_list_becomes_a_corpus_of_pictures(web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(7)}
    rows = [(f"{web.base}/{number}.jpg", f"picture {number}") for number in range(7)]
    corpus = got(write_list(tmp_path / "list.jsonl", rows), tmp_path / "to", rows=3, wanted=SMALL)
    found = list(corpus.records())
    assert [record.facts.captions for record in found] == [(f"picture {number}",) for number in range(7)]
    assert [record.media[0].url for record in found] == [url for url, _ in rows]
    for record in found:
        medium = record.media[0]
        image = Image.open(io.BytesIO(medium.data))
        assert image.size == (medium.width, medium.height) == (43, 32)
        assert medium.sha256 == hashlib.sha256(medium.data).hexdigest()
    assert len(corpus.shards) == 3 and list(damages(corpus)) == []
    side = pq.read_table(tmp_path / "to/side/acquired/000000.parquet").to_pylist()
    assert [row["id"] for row in side] == [record.id for record in found[:3]]
    told = side[0]["pictures"][0]
    assert (told["width"], told["height"], told["kind"]) == (64, 48, "jpg")
    assert told["sha256"] == hashlib.sha256(web.files["/0.jpg"]).hexdigest()


def test_every_hazard_of_the_web_ends_in_its_word(web, tmp_path):
    web.files |= {
        "/good.jpg": jpeg(),
        "/page.jpg": b"<!DOCTYPE html><html><body>Not here any more</body></html>",
        "/drawing.jpg": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        "/half.jpg": jpeg(width=640, height=480)[:3000],
        "/tiny.jpg": jpeg(width=8, height=8),
        "/long.jpg": jpeg(width=400, height=20),
    }
    expected = {
        "/good.jpg": None,
        "/unmeasured": "not_image",
        "/page.jpg": "not_image",
        "/drawing.jpg": "not_image",
        "/half.jpg": "decode_failed",
        "/tiny.jpg": "too_small",
        "/long.jpg": "aspect",
        "/reset": "reset",
        "/reset_inside": "cut_short",
        "/short": "cut_short",
        "/endless": "not_image",  # nobody reads on in what begins as no picture
        "/giant": "too_large",
        "/bomb": "too_large",
        "/status/404": "http_404",
        "/status/410": "http_410",
        "/status/503": "http_503",
        "/no_content": "empty",
        "/circle": "redirects",
        "/to?http://10.0.0.1/x.jpg": "blocked_address",
        "/to?file:///etc/hostname": "bad_address",
        "/robots?noai": "robots",
        "/nonsense/line": "protocol",
    }
    rows = [(f"{web.base}{path}", path) for path in expected]
    wanted = Wanted(min_size=16, max_aspect=4)
    corpus = got(write_list(tmp_path / "list.jsonl", rows), tmp_path / "to", wanted=wanted)
    found = {reject_caption(reject): reject.reasons[0].partition(":")[0] for reject in corpus.rejects()}
    found |= {record.facts.captions[0]: None for record in corpus.records()}
    assert found == expected


def test_who_keeps_us_waiting_is_left(web, tmp_path):
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/{name}", name) for name in ("hang", "drip")])
    corpus = got(path, tmp_path / "to", manners=manners(idle_seconds=0.3, total_seconds=0.6))
    assert {reject.reasons[0].partition(":")[0] for reject in corpus.rejects()} == {"timeout"}
    assert corpus.summary["rejected"] == 2


def reject_caption(reject):
    return json.loads(reject.row)["facts"]["captions"][0]


def test_private_addresses_are_refused_unless_they_are_allowed(web, tmp_path):
    web.files["/1.jpg"] = jpeg()
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/1.jpg", "one")])
    corpus = got(path, tmp_path / "to", manners=manners(allowed=()))
    assert [reject.reasons[0].partition(":")[0] for reject in corpus.rejects()] == ["blocked_address"]
    assert web.asked == []


def test_an_address_of_several_rows_is_asked_for_once(web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(4)}
    names = ["/0.jpg", "/0.jpg", "/1.jpg", "/2.jpg", "/0.jpg", "/gone.jpg", "/3.jpg", "/1.jpg", "/gone.jpg"]
    rows = [(web.base + name, f"caption {number}") for number, name in enumerate(names)]
    corpus = got(write_list(tmp_path / "list.jsonl", rows), tmp_path / "to", rows=3, wanted=SMALL)
    assert sorted(web.asked) == sorted(set(names))
    found = {record.facts.captions[0]: record.media[0] for record in corpus.records()}
    assert {text: medium.url for text, medium in found.items()} == {
        text: url for url, text in rows if not url.endswith("gone.jpg")
    }
    assert found["caption 0"].data == found["caption 4"].data != found["caption 7"].data
    assert {reject_caption(reject) for reject in corpus.rejects()} == {"caption 5", "caption 8"}
    assert corpus.summary["rejected"] == 2 and set(map(len, found)) == {len("caption 0")}


def test_what_is_set_aside_is_tried_again_alone(web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(6)}
    held = {name: web.files.pop(name) for name in ("/1.jpg", "/4.jpg")}
    rows = [(f"{web.base}/{number}.jpg", str(number)) for number in range(6)] + [(f"{web.base}/reset", "never")]
    path = write_list(tmp_path / "list.jsonl", rows)
    first = got(path, tmp_path / "to", rows=3)
    assert (first.summary["rows"], first.summary["rejected"]) == (4, 3)
    before = files(tmp_path / "to")
    web.asked.clear()
    assert got(path, tmp_path / "to", rows=3).summary == first.summary
    assert web.asked == []
    web.files |= held
    again = got(path, tmp_path / "to", rows=3, retry=("http_404",))
    assert sorted(web.asked) == ["/1.jpg", "/4.jpg"]
    assert (again.summary["rows"], again.summary["rejected"]) == (6, 1)
    assert [reason.partition(":")[0] for reason in again.summary["reasons"]] == ["reset"]
    assert [reject_caption(reject) for reject in again.rejects()] == ["never"]
    assert files(tmp_path / "to").items() >= before.items()
    web.asked.clear()
    last = got(path, tmp_path / "to", rows=3, retry=("passing",))
    assert set(web.asked) == {"/reset"} and last.summary["rejected"] == 1
    assert [reject_caption(reject) for reject in last.rejects()] == ["never"]
    assert sorted(record.facts.captions[0] for record in last.records()) == list("012345")


def test_sums_of_the_list_are_held(web, tmp_path):
    data = jpeg()
    web.files |= {"/1.jpg": data, "/2.jpg": data}
    good = hashlib.md5(data).hexdigest().upper()
    rows = [{"url": f"{web.base}/1.jpg", "md5": good}, {"url": f"{web.base}/2.jpg", "md5": "0" * 32}]
    corpus = got(write_list(tmp_path / "list.jsonl", rows), tmp_path / "to", sums={"md5": "md5"})
    assert list(pictures(corpus)) == [f"{web.base}/1.jpg"]
    assert [reject.reasons[0].partition(":")[0] for reject in corpus.rejects()] == ["checksum"]


def test_boxes_are_blurred_and_broken_boxes_set_the_row_aside(web, tmp_path):
    web.files["/1.png"] = encoded(drawn(width=200, height=100, number=90), "PNG")
    rows = [
        {"url": f"{web.base}/1.png", "boxes": [[0, 0, 0.5, 0.6]]},
        {"url": f"{web.base}/1.png", "boxes": "[]"},
        {"url": f"{web.base}/1.png", "boxes": [[0, 0, 7]]},
    ]
    path = write_list(tmp_path / "list.jsonl", rows)
    corpus = got(path, tmp_path / "to", blur_column="boxes", wanted=Wanted(encode="png"))
    blurred, plain = (Image.open(io.BytesIO(record.media[0].data)).convert("RGB") for record in corpus.records())
    assert plain.tobytes() == drawn(width=200, height=100, number=90).tobytes() != blurred.tobytes()
    assert len(plain.getcolors(1000)) < 5 < len(blurred.getcolors(10_000))
    assert ["boxes to blur" in reject.reasons[0] for reject in corpus.rejects()] == [True]


def test_a_corpus_with_addresses_gets_its_pictures_and_keeps_all_else(web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(3)}
    rows = [{"url": f"{web.base}/{number}.jpg", "caption": str(number), "score": number / 2} for number in range(4)]
    path = write_list(tmp_path / "list.jsonl", rows)
    listed = got(path, tmp_path / "first", keep=["score"], rows=2)
    source = open_corpus(tmp_path / "first/list")
    corpus = got(tmp_path / "first/list", tmp_path / "second")
    assert {record.id: record.facts for record in corpus.records()} == {
        record.id: record.facts for record in source.records() if not record.media[0].url.endswith("3.jpg")
    }
    assert {record.id: record.media[0].data for record in corpus.records()} == {
        record.id: record.media[0].data for record in listed.records()
    }


@pytest.mark.parametrize("output", ["webdataset", "files"])
def test_pictures_go_where_other_programs_look_for_them(output, web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(4)}
    rows = [(f"{web.base}/{number % 4}.jpg", f"words {number}") for number in range(5)]
    path = write_list(tmp_path / "list.jsonl", rows)
    plain = got(path, tmp_path / "corpus", rows=2)
    corpus = got(path, tmp_path / output, rows=2, output=output)
    expected = {record.facts.captions[0]: record.media[0].data for record in plain.records()}
    assert corpus.summary["rows"] == 5 and corpus.summary["embedded"] == 0
    if output == "files":
        assert {one.facts.captions[0]: one.media[0].file.read_bytes() for one in corpus.records()} == expected
        texts = sorted(file.read_text() for file in (tmp_path / "files/pictures").rglob("*.txt"))
        assert texts == sorted(expected)
    else:
        samples = [sample for tar in sorted((tmp_path / "webdataset/tars").iterdir()) for sample in read_samples(tar)]
        assert {sample.fields["txt"].decode(): sample.fields["jpg"] for sample in samples} == expected
        assert len({sample.key for sample in samples}) == 5
    again = got(path, tmp_path / "again" / output, rows=2, output=output)
    assert again.summary["rows"] == 5
    assert files(tmp_path / "again" / output).keys() == files(tmp_path / output).keys()


def test_annotated_boxes_of_a_label_are_blurred_and_a_label_that_no_box_has_is_refused(web, tmp_path):
    web.files["/1.png"] = encoded(drawn(width=200, height=100), "PNG")
    boxes = (
        Box(label="Human face", left=0.0, top=0.0, right=0.4, bottom=1.0),
        Box(label="Dog", left=0.6, top=0.0, right=1.0, bottom=1.0),
    )
    corpus_of([row("1", Media(url=f"{web.base}/1.png"), boxes=boxes), row("2")], tmp_path / "from")
    wanted = Wanted(encode="png")
    with pytest.raises(PictusError, match=r"unknown label `human face`(.|\n)*did you mean `Human face`"):
        got(tmp_path / "from", tmp_path / "to", blur_labels=("human face",))
    corpus = got(tmp_path / "from", tmp_path / "to", blur_labels=("Human face",), wanted=wanted)
    data = next(record.media[0].data for record in corpus.records() if record.media)
    changed = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) != np.asarray(drawn(width=200, height=100))
    assert changed[:, :80].any() and not changed[:, 120:].any()
    with pytest.raises(PictusError, match="a list has no annotated boxes"):
        got(write_list(tmp_path / "list.jsonl", [(f"{web.base}/1.png", "")]), tmp_path / "list", blur_labels=("Dog",))


def test_another_wish_for_the_same_folder_is_refused(web, tmp_path):
    web.files["/1.jpg"] = jpeg()
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/1.jpg", "one")])
    got(path, tmp_path / "to")
    with pytest.raises(PictusError, match=r"; wanted: mode was 'no', now 'keep_ratio', size was not set, now 32\n"):
        got(path, tmp_path / "to", wanted=SMALL)
    with pytest.raises(PictusError, match="obey was"):
        got(path, tmp_path / "to", manners=manners(obey=()))


def test_what_is_no_list_is_told(tmp_path):
    with pytest.raises(PictusError, match="no such dataset, file or corpus"):
        plan(str(tmp_path / "nothing.parquet"), str(tmp_path / "to"))
    chat = tmp_path / "chat.json"
    chat.write_text(json.dumps([{"id": "1", "conversations": [{"from": "human", "value": "Hi"}]}]))
    with pytest.raises(PictusError, match="`llava`"):
        plan(str(chat), str(tmp_path / "to"))


@pytest.mark.parametrize("output", ["corpus", "files"])
def test_a_picture_that_has_a_name_but_no_file_is_got_and_one_that_is_here_stays(output, web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(3)}
    here = tmp_path / "data"
    here.mkdir()
    (here / "1.jpg").write_bytes(jpeg(1))
    names = [0, 1, 2, 1]
    media = [Media(path=f"{name}.jpg", root=str(here), url=f"{web.base}/{name}.jpg") for name in names]
    records = [talk(number, media=(medium,)) for number, medium in enumerate(media)]
    write_corpus(tmp_path / "named", records, roots=(str(here),))
    corpus = got(tmp_path / "named", tmp_path / "to", rows=1, output=output)
    assert sorted(web.asked) == ["/0.jpg", "/2.jpg"]
    found = {record.origin.key: record.media[0] for record in corpus.records()}
    assert [_bytes(found[str(number)]) for number in range(4)] == [jpeg(name) for name in names]


def _bytes(medium):
    return medium.data or medium.file.read_bytes()
