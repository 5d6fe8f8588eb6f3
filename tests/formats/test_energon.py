"""Megatron-Energon's folders; `tests/consumers/test_energon.py` holds what is written here against the real program."""

import json
import sqlite3
import struct
from dataclasses import replace

import pytest
import yaml

from pictus.errors import PictusError
from pictus.formats.energon import Format
from pictus.record import Facts, Media, Origin, Part, Record, Reject, Turn, make_record
from records import simple_record
from tars import tar_of

PNG = b"\x89PNG\r\n\x1a\n and so on"


def put(folder, shards, *, dataset=None, split=None):
    meta = folder / ".nv-meta"
    meta.mkdir(parents=True)
    for name, members in shards.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(tar_of(members))
    for name, value in (("dataset.yaml", dataset), ("split.yaml", split)):
        if value is not None:
            (meta / name).write_text(value if isinstance(value, str) else yaml.safe_dump(value))
    return folder


def test_a_record_comes_back_whole(tmp_path):
    some = [simple_record(number, data=PNG) for number in range(3)]
    Format(shard_size=2).write(iter(some), tmp_path / "set")
    bare = [replace(one, media=(replace(one.media[0], root=None),)) for one in some]
    assert list(Format().read(tmp_path / "set")) == bare


def test_the_index_says_where_every_file_of_a_sample_lies(tmp_path):
    path = tmp_path / "set"
    Format(shard_size=2).write((simple_record(number, data=PNG) for number in range(3)), path)
    with sqlite3.connect(path / ".nv-meta/index.sqlite") as index:
        samples = index.execute("SELECT * FROM samples").fetchall()
        parts = index.execute("SELECT * FROM sample_parts").fetchall()
    assert [row[:3] for row in samples] == [(0, "000000000", 0), (0, "000000001", 1), (1, "000000002", 0)]
    assert [row[2] for row in parts] == ["json", "png", "txt"] * 3
    shards = sorted(path.glob("*.tar"))
    for shard, _, part, first, size in parts:
        data = shards[shard].read_bytes()[first : first + size]
        assert {"png": PNG, "txt": b"A red dog."}.get(part, data) == data
        assert part != "json" or json.loads(data)["facts"]["absent"] == ["cat"]
    starts = struct.unpack("<3Q", (path / "set-000000.tar.idx").read_bytes())
    assert starts == (samples[0][3], samples[1][3], samples[1][3] + samples[1][4])
    assert json.loads((path / ".nv-meta/.info.json").read_bytes())["shard_counts"] == {
        "set-000000.tar": 2,
        "set-000001.tar": 1,
    }
    split = yaml.safe_load((path / ".nv-meta/split.yaml").read_text())
    assert split == {"split_parts": {"train": ["set-{000000..000001}.tar"], "val": [], "test": []}, "exclude": []}


def test_the_same_records_make_the_same_files_and_others_another_name(tmp_path):
    def made(folder, **changes):
        Format(**changes).write(iter([simple_record(data=PNG)]), tmp_path / folder / "set")
        files = (path for path in (tmp_path / folder).rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in files}

    assert made("a") == made("b")
    assert made("a2", split_part="val")["index.uuid"] == made("b2")["index.uuid"]
    Format().write(iter([simple_record(data=PNG + b".")]), tmp_path / "c/set")
    assert (tmp_path / "c/set/.nv-meta/index.uuid").read_bytes() != (
        tmp_path / "a/set/.nv-meta/index.uuid"
    ).read_bytes()


def test_captioning_samples_have_a_picture_and_words_and_others_are_set_aside(tmp_path):
    good = simple_record(0, data=PNG)
    silent = replace(good, turns=(), facts=Facts())
    two = replace(good, media=good.media * 2)
    far = replace(good, media=(Media(url="https://pictures.example/1.png"),))
    written = Format(sample="captioning").write(iter([silent, two, good, far]), tmp_path / "set")
    assert (written.rows, [one.reasons[0] for one in written.rejected]) == (
        1,
        [
            "a captioning sample has words: an answer or a caption",
            "a captioning sample has one picture, and it is inside the shard",
            "a captioning sample has one picture, and it is inside the shard",
        ],
    )
    dataset = yaml.safe_load((tmp_path / "set/.nv-meta/dataset.yaml").read_text())
    assert dataset["field_map"] == {"image": "jpg,png,webp,gif,bmp,tif", "caption": "txt"}


def test_nothing_to_write_is_a_dataset_without_shards(tmp_path):
    Format().write(iter([]), tmp_path / "set")
    assert list((tmp_path / "set").glob("*.tar")) == [] == list(Format().read(tmp_path / "set"))


def test_parts_become_splits_and_what_is_excluded_is_told_of(tmp_path):
    shards = {f"shards/{n}.tar": [("a.txt", b"A."), ("b.txt", b"B.")] for n in range(4)}
    split = {
        "split_parts": {"train": ["shards/{0..1}.tar", "shards/3.tar"], "val": ["shards/2.tar"]},
        "exclude": ["shards/{0,3}.tar", "shards/1.tar/b"],
    }
    rows = list(Format().read(put(tmp_path / "set", shards, split=split)))
    assert [(one.origin.split, one.origin.key) for one in rows if isinstance(one, Record)] == [
        ("train", "1/a"),
        ("val", "2/a"),
        ("val", "2/b"),
    ]
    (reject,) = [one for one in rows if isinstance(one, Reject)]
    assert reject.reasons == ("the dataset excludes it",)
    assert [path.name for path in Format().files(tmp_path / "set")] == ["1.tar", "2.tar"]


def test_fields_are_what_the_dataset_says_they_are(tmp_path):
    row = json.dumps({"q": {"text": "What?"}, "a": ["A dog.", "Dog"], "about": ["no", "A red dog."]}).encode()
    members = [("1.jpg", b"\xff\xd8"), ("1.json", row)]
    mapped = {"field_map": {"image": "jpg", "context": "json[q][text]", "answers": "json[a]"}}
    (one,) = Format().read(put(tmp_path / "vqa", {"0.tar": members}, dataset=mapped))
    assert one == make_record(
        Origin(dataset="vqa", key="0/1"),
        media=[Media(data=b"\xff\xd8", path="1.jpg")],
        turns=[Turn("user", (Part("image"), Part("text", "What?"))), Turn.of("assistant", "A dog.")],
        facts=Facts(answers=("A dog.", "Dog"), extra=one.facts.extra),
    )
    mapped = {"field_map": {"image": "jpg", "caption": "gone,json[about][7],json[about][1]"}}
    (one,) = Format().read(put(tmp_path / "captions", {"0.tar": members}, dataset=mapped))
    assert one.facts.captions == ("A red dog.",)


def test_a_dataset_that_tells_of_no_parts_is_read_whole(tmp_path):
    put(tmp_path / "set", {"0.tar": [("a.txt", b"A.")], "x/1.tar": [("a.txt", b"A.")]})
    assert [(one.origin.split, one.origin.key) for one in Format().read(tmp_path / "set")] == [
        (None, "0/a"),
        (None, "1/a"),
    ]


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ("a: [", "this is no YAML"),
        ("- a", "it has no `split_parts`"),
        ("split_parts: {train: [../x.tar]}", "outside the folder"),
        ("split_parts: {train: [/x.tar]}", "outside the folder"),
        ("split_parts: {train: [x.tar]}", "cannot read the file"),
    ],
)
def test_a_dataset_that_is_not_what_it_says_is_one_clear_error(split, message, tmp_path):
    with pytest.raises(PictusError, match=message):
        list(Format().read(put(tmp_path / "set", {"0.tar": [("a.txt", b"A.")]}, split=split)))
