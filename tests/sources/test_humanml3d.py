"""Every quirk of HumanML3D's lists and text files, unpacked and in the archive; motions may be absent."""

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Media, Reject

WALK = "a person walks forward.#a/DET person/NOUN walk/VERB forward/ADV#0.0#0.0"
NOD = "someone nods#someone/PRON nod/VERB#1.5#4.0"


def write(root, texts, names=None, split="train"):
    (root / "texts").mkdir(exist_ok=True)
    for name, text in texts.items():
        (root / f"texts/{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    (root / f"{split}.txt").write_text("\n".join(texts if names is None else names))


def read(root, split="train", **settings):
    rows = list(plugins.load("sources", "humanml3d", settings).records(root, split))
    return [row for row in rows if not isinstance(row, Reject)], [row for row in rows if isinstance(row, Reject)]


def test_a_record_is_one_motion_with_what_was_said_of_the_whole_and_of_its_parts(tmp_path):
    write(tmp_path, {"000007": f"{WALK}\n{NOD}\n  a man \u00a0goes  on #x/NOUN#0#0"})
    ((record,), rejects) = read(tmp_path)
    assert rejects == []
    assert record.facts.motions == ("a person walks forward.", "a man goes on")
    assert json.loads(record.facts.extra) == {"segments": [{"text": "someone nods", "start": 1.5, "end": 4.0}]}
    assert record.media == (Media(kind="motion", path="new_joint_vecs/000007.npy", root=str(tmp_path)),)
    assert (record.origin.key, record.origin.split) == ("000007", "train")
    assert (record.origin.picture_licence, record.origin.text_licence) == ("amass-research", "MIT")
    assert record.turns == ()


def test_names_stay_text_and_mirrored_motions_can_be_left_out(tmp_path):
    write(tmp_path, {"000000": WALK, "M000000": WALK, "012314": WALK})
    records, _ = read(tmp_path)
    assert [record.origin.key for record in records] == ["000000", "M000000", "012314"]
    assert len({record.id for record in records}) == 3
    records, rejects = read(tmp_path, mirrored=False, motion="new_joints")
    assert [record.media[0].path for record in records] == ["new_joints/000000.npy", "new_joints/012314.npy"]
    assert rejects == []


BAD = {
    "a#a/DET#2.0#NaN": "its end is not after its start",
    "": "the line is empty",
    " ": "the line is empty",
    "a person walks": "it has 0 `#` in place of 3",
    "a#b#a/DET#0.0#0.0": "it has 4 `#` in place of 3",
    "#a/DET#0.0#0.0": "there is no sentence before the first `#`",
    "a#a/DET#soon#0.0": "a time is no number",
    "a#a/DET##": "a time is no number",
    "a#a/DET#0.0#inf": "a time is not finite",
    "a#a/DET#4.0#1.5": "its end is not after its start",
    "a#a/DET#2.0#0.0": "its end is not after its start",
    "a#a/DET#-1.0#2.0": "its end is not after its start",
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_cannot_be_used_is_set_aside_with_its_place_and_the_motion_stays(tmp_path, line):
    write(tmp_path, {"000001": f"{WALK}\n{line}\n{NOD}\n"})
    ((record,), (reject,)) = read(tmp_path)
    assert (reject.where, reject.reasons, reject.row) == ("texts/000001.txt, line 2", (BAD[line],), line)
    assert record.facts.motions == ("a person walks forward.",) and record.facts.extra


def test_a_line_that_is_no_text_is_set_aside(tmp_path):
    write(tmp_path, {"000001": b"\xef\xbb\xbf" + WALK.encode() + b"\n\xff\xfe#a#0#0\n"})
    ((record,), (reject,)) = read(tmp_path)
    assert reject.reasons == ("the line is no UTF-8",)
    assert record.facts.motions == ("a person walks forward.",)


def test_a_motion_without_sentences_is_set_aside_with_its_place_in_the_list(tmp_path):
    texts = {"000001": WALK, "000002": "", "000003": "no marks"}
    write(tmp_path, texts, ["000001", "000009", "", "000002", "000003", "../train", "000001"])
    ((record,), rejects) = read(tmp_path)
    assert record.origin.key == "000001"
    assert [(reject.where, reject.reasons[0], reject.row) for reject in rejects] == [
        ("train.txt, line 2", "its text file is missing", "000009"),
        ("train.txt, line 3", "the line is empty", ""),
        ("train.txt, line 4", "its text file holds no sentence that can be used", "000002"),
        ("texts/000003.txt, line 1", "it has 0 `#` in place of 3", "no marks"),
        ("train.txt, line 5", "its text file holds no sentence that can be used", "000003"),
        ("train.txt, line 6", "this is no name of a motion", "../train"),
        ("train.txt, line 7", "the same name came before", "000001"),
    ]


def test_the_archive_of_the_repository_is_read_as_it_is(tmp_path):
    write(tmp_path, {"000001": WALK, "M000001": f"{WALK}\n{NOD}"}, ["000001", "M000001", "000002"])
    wanted, _ = read(tmp_path)
    with zipfile.ZipFile(tmp_path / "texts.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((tmp_path / "texts").iterdir()):
            archive.write(path, f"texts/{path.name}")
            archive.writestr(f"__MACOSX/texts/._{path.name}", b"\x00\x05\x16\x07")
            path.unlink()
    (tmp_path / "texts").rmdir()
    records, (reject,) = read(tmp_path)
    assert records == wanted
    assert (reject.where, reject.reasons) == ("train.txt, line 3", ("its text file is missing",))
    assert plugins.load("sources", "humanml3d").files(tmp_path, "train")[1].name == "texts.zip"


def test_a_damaged_archive_is_one_clear_error_and_a_damaged_member_one_row(tmp_path):
    write(tmp_path, {}, ["000001", "000002"])
    (tmp_path / "texts").rmdir()
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("texts/000001.txt", WALK)
        archive.writestr("texts/000002.txt", NOD)
    data = (tmp_path / "texts.zip").read_bytes()
    (tmp_path / "texts.zip").write_bytes(data.replace(b"a person walks", b"a person talks", 1))
    ((record,), (reject,)) = read(tmp_path)
    assert record.origin.key == "000002"
    assert reject.reasons[0].startswith("its text file cannot be unpacked: ")
    (tmp_path / "texts.zip").write_bytes(data[:-30])
    with pytest.raises(PictusError, match="the archive cannot be read"):
        read(tmp_path)


def test_a_text_file_that_is_no_text_file_is_not_taken_into_memory(tmp_path):
    write(tmp_path, {"000001": (WALK + "\n") * 20_000})
    _, (reject,) = read(tmp_path)
    assert reject.reasons == ("its text file is larger than a megabyte",)


def test_what_is_missing_is_named_with_the_way_to_get_it(tmp_path):
    source = plugins.load("sources", "humanml3d")
    write(tmp_path, {"000001": WALK}, split="all")
    with pytest.raises(PictusError, match=r"train\.txt is missing") as caught:
        source.files(tmp_path, "train")
    assert caught.value.mend.endswith("`--split`: all")
    ((record,), _) = read(tmp_path, "all")
    assert record.origin.split == "all"
    (tmp_path / "texts/000001.txt").unlink()
    (tmp_path / "texts").rmdir()
    with pytest.raises(PictusError, match="the sentences are missing"):
        source.files(tmp_path, "all")


lines = st.lists(
    st.text(max_size=6) | st.sampled_from(["a person walks", "0.0", "nan", "-1", "1e999"]), max_size=5
).map("#".join)


@given(st.lists(lines, max_size=4).map("\n".join), st.text(max_size=8))
def test_whatever_stands_in_the_files_ends_in_records_and_rejects(tmp_path_factory, text, name):
    root = tmp_path_factory.mktemp("d")
    write(root, {"000001": text.encode("utf-8", "replace")}, ["000001", name.encode("utf-8", "replace").decode()])
    records, rejects = read(root)
    assert all(reject.where and reject.reasons for reject in rejects)
    for record in records:
        segments = json.loads(record.facts.extra)["segments"] if record.facts.extra else []
        assert all(0 <= one["start"] < one["end"] < float("inf") for one in segments)
        assert all(sentence == " ".join(sentence.split()) != "" for sentence in record.facts.motions)
