"""What is written for ImageBind-LLM comes back through the very call of pandas that it makes."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Call, Facts, Media, Origin, Part, Tool, Turn, make_record
from pictus.steps import import_
from pictus.steps.check import check

PICTURE = Media(path="a b/1.jpg", root="/pictures")
odd = st.text(st.sampled_from("\"\t\r\n ,a'[]1.\0\x85"), max_size=8)
captions = st.lists(odd | st.text(max_size=10) | st.sampled_from(["NA", "null", "7", "007", "1e5", "TRUE", '["a"]']))


def record(*turns, media=(PICTURE,), key="1", **more):
    return make_record(Origin(dataset="d", key=key), media=media, turns=turns, **more)


def captioned(*captions, **more):
    return record(facts=Facts(captions=captions), **more)


def write(folder, *records, stage="finetune"):
    return plugins.load("formats", "imagebind", {"stage": stage}).write(records, folder / "meta.yaml")


def read(folder, root="/"):
    return list(plugins.load("formats", "imagebind").read(folder / "meta.yaml", pictures=Path(root)))


def by_pandas(folder):
    """Read as the original does."""
    pandas = pytest.importorskip("pandas")
    rows = []
    for name in yaml.safe_load((folder / "meta.yaml").read_text())["META"]:
        for chunk in pandas.read_csv(name, sep="\t", lineterminator="\n", chunksize=10**6):
            rows += zip(chunk["url"].tolist(), map(str, chunk["caption"].tolist()), strict=True)
    return rows


@given(st.lists(captions, max_size=4))
def test_every_caption_that_is_written_comes_back_from_pandas_and_from_us(tmp_path_factory, some):
    folder = tmp_path_factory.mktemp("f")
    records = [
        captioned(*one, media=[Media(path=f"{number}.jpg", root="/pictures")], key=str(number))
        for number, one in enumerate(some)
    ]
    written = write(folder, *records, stage="pretrain")
    refused = {reject.id for reject in written.rejected}
    back = read(folder)
    assert written.rows == len(back) == len(records) - len(refused)
    assert by_pandas(folder) == [(f"/{row.media[0].path}", caption) for row in back for caption in row.facts.captions]
    for one, other in zip((one for one in records if one.id not in refused), back, strict=True):
        plain = [" ".join(caption.replace("\0", " ").split()) for caption in one.facts.captions]
        assert [caption for caption in plain if caption in other.facts.captions] == list(other.facts.captions)
        if not written.lost:
            assert plain == list(other.facts.captions)


def test_captions_keep_their_quotes_and_commas_and_are_a_row_each(tmp_path):
    some = ['"Stop", says a sign', 'a 5" nail', "café\r\nby\tnight"]
    written = write(tmp_path, captioned(*some), stage="pretrain")
    assert by_pandas(tmp_path) == [("/pictures/a b/1.jpg", text) for text in (*some[:2], "café by night")]
    assert written.lost == {"tabs and line ends in captions, which become spaces": 1}
    assert [path.name for path in written.files] == ["meta.yaml", "meta.csv"]
    assert (tmp_path / "meta.csv").read_text().count("\t") == 4


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "", "n/a", "12", "007", "1e9", "inf", "True", "['a']"])
def test_a_caption_that_pandas_would_change_is_named_or_the_record_set_aside(tmp_path, word):
    written = write(tmp_path, captioned(word), captioned(word, "a mug"), stage="pretrain")
    (reject,) = written.rejected
    assert written.rows == 1 and reject.reasons[0].startswith("it has only captions that pandas would change")
    assert list(written.lost.values()) == [1] and by_pandas(tmp_path) == [("/pictures/a b/1.jpg", "a mug")]


def test_what_captions_leave_behind_is_named(tmp_path):
    some = record(Turn.of("user", "What?"), facts=Facts(captions=("a",), absent=("dog",)), tools=[Tool("t")])
    written = write(tmp_path, some, captioned(), stage="pretrain")
    assert set(written.lost) == {
        "facts other than captions",
        "tools",
        "turns, which are written with the setting `stage=finetune`",
    }
    assert written.rejected[0].reasons == ("it has no caption",)


def original(folder):
    """Take what the original takes of each row: where the picture is, a question and an answer."""
    (name,) = yaml.safe_load((folder / "meta.yaml").read_text())["META"]
    for row in json.loads(Path(name).read_text()):
        if "image" in row:
            yield row["image"], row["conversations"][0]["value"], row["conversations"][1]["value"]
        else:
            yield None, (row["instruction"], row["input"]), row["output"]


def test_the_original_trains_on_every_answer_and_sees_no_mark(tmp_path):
    asked = Turn.of("user", "What?", images=1), Turn.of("assistant", "A mug.")
    more = Turn.of("user", "Big?"), Turn.of("assistant", "No.")
    some = [record(*asked, *more), record(*asked), record(*more, media=())]
    written = write(tmp_path, *some)
    path = "/pictures/a b/1.jpg"
    assert list(original(tmp_path)) == [
        (path, "What?", "A mug."),
        (path, "Big?", "No."),
        (path, "What?", "A mug."),
        (None, ("Big?", ""), "No."),
    ]
    assert [count for words, count in written.lost.items() if "one answer" in words] == [1]
    assert [row.turns for row in read(tmp_path, "/pictures")] == [one.turns for one in some]
    assert [row.origin.key for row in read(tmp_path, "/pictures")] == [one.id for one in some]


def test_a_picture_that_comes_later_is_shown_first_and_that_is_named(tmp_path):
    later = Turn("user", (Part("text", "Look:"), Part("image")))
    written = write(tmp_path, record(later, Turn.of("assistant", "A mug.")))
    assert list(written.lost) == ["the place of a picture: the original shows it before the question"]
    assert read(tmp_path)[0].turns[0].parts == (Part("image"), Part("text", "Look:"))


@pytest.mark.parametrize(
    ("some", "reason"),
    [
        (captioned("a mug"), "stage=pretrain"),
        (record(Turn.of("user", "What?", images=1)), "has no answer"),
        (
            record(
                Turn.of("user", "?", images=1), Turn.of("assistant", "A."), media=[Media(url="https://x.example/a")]
            ),
            "only an address",
        ),
        (
            record(
                Turn.of("user", "?", images=1), Turn.of("assistant", "A."), media=[Media(path="../a.jpg", root="/p")]
            ),
            "leads out",
        ),
        (record(Turn.of("user", "?", images=2), Turn.of("assistant", "A."), media=[PICTURE] * 2), "not one picture"),
        (record(Turn.of("user", "", images=1), Turn.of("assistant", "A.")), "no words"),
        (record(Turn.of("user", "?"), Turn("assistant", (), (Call("1", "f", "{}"),)), media=()), "calls tools"),
    ],
)
def test_a_record_that_it_cannot_hold_is_set_aside(tmp_path, some, reason):
    written = write(tmp_path, some)
    assert written.rows == 0 and reason in written.rejected[0].reasons[0]


def test_a_picture_that_is_only_an_address_or_has_an_odd_name_has_no_row_of_captions(tmp_path):
    media = [Media(url="https://x.example/a"), Media(path="a\tb.jpg", root="/p"), Media(path="a", root="s3://b")]
    written = write(tmp_path, *(captioned("a mug", media=[one]) for one in media), stage="pretrain")
    assert len(written.rejected) == 3 and by_pandas(tmp_path) == []


def test_another_name_than_yaml_is_refused(tmp_path):
    with pytest.raises(PictusError, match=r"no name of a META file"):
        plugins.load("formats", "imagebind").write([], tmp_path / "meta.json")


def test_a_meta_file_is_checked_as_what_it_is_and_its_files_are_inputs(tmp_path):
    written = write(tmp_path, captioned("a mug"), stage="pretrain")
    report = check(str(tmp_path / "meta.yaml"), pictures=Path("/pictures"), only=["duplicate_id"])
    assert report.what == "imagebind file meta.yaml"
    plan = import_.plan("imagebind", tmp_path / "meta.yaml", "x", pictures=Path("/pictures"))
    assert [text.split()[0] for text in plan.inputs] == [path.name for path in written.files]
