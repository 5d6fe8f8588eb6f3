"""WebDataset shards: what others write, what we write, and that nothing of a record is lost on the way."""

import json
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.formats.webdataset import Format
from pictus.record import NO_FACTS, Facts, Media, Origin, Part, Record, Reject, Tool, Turn, make_record
from pictus.steps import check, export, import_
from pictus.store.corpus import open_corpus
from records import simple_record
from tars import tar_of

PNG = b"\x89PNG\r\n\x1a\n and so on"
JPG = b"\xff\xd8 and so on"


@pytest.fixture
def read(tmp_path):
    def _read(*members):
        (tmp_path / "set-0.tar").write_bytes(tar_of(members))
        return list(Format().read(tmp_path / "set-0.tar"))

    return _read


def members(path):
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_each_record_comes_back_from_one_of_the_shards(tmp_path, count):
    some = [simple_record(number, data=PNG) for number in range(count)]
    written = Format(shard_size=2).write(iter(some), tmp_path / "set")
    assert (written.rows, len(written.files)) == (count, max(1, -(-count // 2)))
    bare = [replace(one, media=(replace(one.media[0], root=None),)) for one in some]
    assert list(Format().read(tmp_path / "set")) == bare


def test_the_same_records_make_the_same_bytes_and_other_programs_see_plain_files(tmp_path):
    some = [simple_record(number, data=JPG if number % 2 else PNG) for number in range(5)]
    for folder in ("a/set", "b/set"):
        Format(shard_size=2).write(iter(some), tmp_path / folder)
    names = [path.name for path in sorted((tmp_path / "a/set").iterdir())]
    assert names == ["set-000000.tar", "set-000001.tar", "set-000002.tar"]
    for name in names:
        assert (tmp_path / "a/set" / name).read_bytes() == (tmp_path / "b/set" / name).read_bytes()
    with tarfile.open(tmp_path / "a/set/set-000001.tar") as archive:
        found = [(one.name, one.mtime, one.uid, one.gid, one.uname, one.mode) for one in archive]
    assert [one[0] for one in found] == [f"00000000{n}.{end}" for n, end in zip([2, 2, 2, 3, 3, 3], [
        "json", "png", "txt", "jpg", "json", "txt"], strict=True)]  # fmt: skip
    assert {one[1:] for one in found} == {(0, 0, 0, "", 0o644)}
    inside = members(tmp_path / "a/set/set-000000.tar")
    assert (inside["000000000.png"], inside["000000001.jpg"]) == (PNG, JPG)
    assert inside["000000000.txt"] == b"A red dog."
    row = json.loads(inside["000000000.json"])
    assert row["messages"][1] == {"role": "assistant", "content": [{"type": "text", "text": "A red dog."}]}


def test_words_are_the_last_answer_or_a_caption_where_nobody_speaks(tmp_path):
    facts = Facts(captions=("A dog.", "A red dog."))
    told = make_record(Origin(dataset="d", key="1"), media=[Media(data=PNG)], facts=facts)
    asked = make_record(
        Origin(dataset="d", key="2"), media=[Media(data=PNG)], facts=facts, turns=[Turn.of("user", "What?", images=1)]
    )
    answered = replace(asked, turns=(*asked.turns, Turn.of("assistant", "Two."), Turn.of("user", "Where?")))
    Format().write(iter([told, asked, answered]), tmp_path / "set")
    inside = members(tmp_path / "set/set-000000.tar")
    assert (inside["000000000.txt"], inside.get("000000001.txt"), inside["000000002.txt"]) == (b"A dog.", None, b"Two.")


def test_several_media_are_numbered_and_named_by_what_they_are(tmp_path):
    gif, motion = b"GIF89a", b"\x93NUMPY and so on"
    media = [
        Media(data=PNG, path="a.jpg"),
        Media(data=gif),
        Media(kind="motion", data=motion),
        Media(data=b"?", path="x.HEIC"),
    ]
    record = make_record(Origin(dataset="d", key="1"), media=media)
    Format().write(iter([record]), tmp_path / "set")
    inside = members(tmp_path / "set/set-000000.tar")
    assert {name.partition(".")[2] for name in inside} == {"0.png", "1.gif", "2.npy", "3.heic", "json"}
    assert list(Format().read(tmp_path / "set")) == [record]


def test_a_picture_that_is_not_here_yet_stays_an_address_and_that_is_told(tmp_path):
    record = replace(simple_record(), media=(Media(url="https://pictures.example/1.png"),))
    written = Format().write(iter([record]), tmp_path / "set")
    assert dict(written.lost) == {"pictures that are not here: only their names or addresses are written": 1}
    assert list(Format().read(tmp_path / "set")) == [record]


def test_a_picture_that_cannot_be_read_sets_its_record_aside(tmp_path):
    gone, escaped = (
        replace(simple_record(), media=(Media(path=path, root=str(tmp_path)),)) for path in ("0.png", "../x")
    )
    written = Format().write(iter([gone, escaped, simple_record(1, data=PNG)]), tmp_path / "set")
    assert written.rows == 1
    assert [reject.reasons[0] for reject in written.rejected] == [
        "a picture cannot be read: No such file or directory",
        "the path of a picture leads out of the folder of pictures",
    ]


def test_facts_of_other_people_keep_their_names(read):
    url = "https://pictures.example/1.jpg"
    row = {
        "url": url,
        "width": 8,
        "height": 6,
        "sha256": sha256(JPG).hexdigest(),
        "caption": "A dog.",
        "NSFW": "NO",
        "x": None,
    }
    (one,) = read(("1.jpg", JPG), ("1.txt", b"A dog.\n"), ("1.json", orjson.dumps(row)), ("1.cls", b"7"))
    assert one.media == (Media(path="1.jpg", data=JPG, url=url, width=8, height=6, sha256=row["sha256"]),)
    assert one.facts == Facts(captions=("A dog.",), present=("7",), extra='{"NSFW":"NO"}')
    assert (one.turns, one.origin.key) == ((), "set-0/1")


def test_a_hash_of_other_bytes_is_not_taken_for_that_of_the_picture(read):
    (one,) = read(("1.jpg", JPG), ("1.json", b'{"sha256":"ab","width":"8","height":true}'))
    assert (one.media[0].sha256, one.media[0].width, one.media[0].height) == (None, None, None)
    assert json.loads(one.facts.extra) == {"sha256": "ab", "width": "8", "height": True}


@pytest.mark.parametrize(
    "row",
    [
        {"conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A dog."}]},
        {"conversations": [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "A dog."}]},
        {"messages": [{"role": "user", "content": "<image>\nWhat?"}, {"role": "assistant", "content": "A dog."}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "A dog."}]},
            ]
        },
        [{"from": "human", "value": "What?<image>"}, {"from": "gpt", "value": "A dog."}],
    ],
)
def test_a_conversation_is_read_in_whatever_layout_and_its_picture_has_a_place(read, row):
    (one,) = read(("1.png", PNG), ("1.json", orjson.dumps(row)))
    assert [turn.text for turn in one.turns] == ["What?", "A dog."]
    assert sorted(part.type for part in one.turns[0].parts) == ["image", "text"]
    assert one.media == (Media(path="1.png", data=PNG),)


def test_tools_and_what_else_stands_beside_a_conversation_are_kept(read):
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    row = {
        "messages": [
            {"role": "user", "content": "Look."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "seen"},
        ],
        "tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}],
        "images": ["x/1.png"],
        "source": "made",
    }
    row["messages"][0]["content"] = "<image>\nLook."
    (one,) = read(("1.json", orjson.dumps(row)))
    assert one.tools == (Tool("look"),)
    assert one.turns[2] == Turn("tool", (Part("text", "seen"),), call_id="c")
    assert one.media[0].path == "x/1.png"
    assert one.facts.extra == '{"source":"made"}'


def test_pictures_come_in_the_order_of_their_numbers(read):
    (one,) = read(*((f"1.{name}.png", PNG) for name in ("10", "2", "seg", "0")), ("1.png", PNG))
    assert [medium.path for medium in one.media] == ["1.seg.png", "1.png", "1.0.png", "1.2.png", "1.10.png"]


def test_what_nobody_knows_is_named_and_never_dropped_in_silence(read):
    (one,) = read(("1.png", PNG), ("1.npy", b"\x93NUMPY\xff"), ("1.lang", b"en"), ("1.scores", b"[1,2]"))
    assert json.loads(one.facts.extra) == {"npy": {"bytes": 7}, "lang": "en", "scores": [1, 2]}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"json": b"{"}, "its `json` is not valid: unexpected end of data: line 1 column 2 (char 1)"),
        ({"txt": b"\xff"}, "its file `.txt` is no UTF-8 text"),
        ({"json": b'{"a":1}'}, "there is neither a picture nor a caption nor a conversation in it"),
        ({"json": b'{"messages":[{"role":"user","content":"<image><image>"}]}', "png": PNG},
         "it has 1 pictures and places for 2"),
        ({"json": b'{"conversations":[{"from":"dog","value":"Wow"}]}'}, "unknown role: 'dog'"),
        (
            {"json": b'{"conversations":[{"from":"gpt","value":"<function_call>a()</function_call>"}]}'},
            "its conversation calls tools as files of the format function_call do, which is not read inside samples",
        ),
        ({"json": b'{"id":1,"messages":[],"tools":[],"media":[],"facts":{},"origin":{}}'},
         "it should be a record and is not: `id`: Input should be a valid string"),
        ({"json": b'{"id":"1","messages":[],"tools":[],"media":[{"field":"png"}],"facts":{},'
          b'"origin":{"dataset":"d","key":"1"}}'},
         "the file of one of its media is missing"),
    ],
)  # fmt: skip
def test_a_sample_that_is_no_record_is_set_aside_and_the_next_is_read(read, files, reason):
    first, second = read(*((f"1.{name}", data) for name, data in files.items()), ("2.png", PNG))
    assert isinstance(first, Reject) and isinstance(second, Record)
    assert (first.reasons, first.where) == ((reason,), "set-0.tar, byte 0, sample 1")


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["human", "user", "image"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "value", "role", "content", "type", "field", "dataset"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
NAMES = ["id", "messages", "conversations", "tools", "media", "facts", "origin", "images", "system", "url", "sha256"]


@given(row=st.dictionaries(st.sampled_from([*NAMES, "captions", "caption", "width"]), junk) | junk, ours=st.booleans())
def test_json_of_any_shape_is_read_or_set_aside(row, ours, tmp_path_factory):
    if ours and isinstance(row, dict):
        row = {"id": "1", "messages": [], "tools": [], "media": [], "facts": {}, "origin": {}, **row}
    path = tmp_path_factory.mktemp("j") / "x.tar"
    path.write_bytes(tar_of([("1.png", PNG), ("1.json", json.dumps(row).encode())]))
    (one,) = Format().read(path)
    assert isinstance(one, Record) or one.reasons[0]


def test_a_folder_that_is_not_empty_is_never_written_into(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/mine.txt").write_text("mine")
    with pytest.raises(PictusError, match="there already"):
        Format().write(iter([simple_record(data=PNG)]), tmp_path / "set")


def test_a_corpus_goes_out_to_shards_is_checked_and_comes_back_by_a_pattern(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/000-0.tar").write_bytes(
        Path(__file__).parent.joinpath("../data/formats/webdataset/example.tar").read_bytes()
    )
    done = import_.run(import_.plan("webdataset", tmp_path / "in", str(tmp_path / "one")), Events())
    rows = list(open_corpus(done.place.address).records())
    assert len(rows) == 3 and rows[0].facts != NO_FACTS
    out = export.run(
        export.plan(str(tmp_path / "one"), tmp_path / "out", "webdataset", settings={"shard_size": 2}), Events()
    )
    assert (out.rows, out.lost, [path.name for path in out.files]) == (3, {}, ["out-000000.tar", "out-000001.tar"])
    assert (tmp_path / "out.NOTICE.md").is_file()
    for target in (tmp_path / "out", tmp_path / "out/out-{000000..000001}.tar"):
        report = check.check(str(target), only=("turn_order", "picture"))
        assert (report.records, report.reasons, report.damages) == (3, {}, [])
    plan = import_.plan("webdataset", tmp_path / "out/out-{000000..000001}.tar", str(tmp_path / "two"))
    assert [text.split()[0] for text in plan.inputs] == ["out-000000.tar", "out-000001.tar"]
    again = import_.run(plan, Events())
    assert list(open_corpus(again.place.address).records()) == rows
    with pytest.raises(PictusError, match="1 of 3 shards"):
        import_.plan("webdataset", tmp_path / "out/out-{000000..000002}.tar", str(tmp_path / "three"))
