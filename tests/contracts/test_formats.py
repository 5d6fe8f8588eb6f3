"""Every format gives back what it was given, in the fields it says it carries, and survives any file."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pictus import plugins
from pictus.errors import PictusError
from pictus.reading.picture_file import picture_bytes
from pictus.record import NO_FACTS, Media, Record, Reject
from pictus.store import columns
from records import chats

PNG = b"\x89PNG\r\n\x1a\n and so on"
DATA = Path(__file__).parent.parent / "data/formats"
NAMES = plugins.names("formats")
WRITTEN = [name for name in NAMES if plugins.load_class("formats", name).suffixes]  # others are only read
OF_ROWS = [name for name in WRITTEN if plugins.load_class("formats", name).suffixes[0].startswith(".json")]
# Those that put pictures beside their rows, as files of their own, whether one wants it or not.
LOOSE = [
    name
    for name in WRITTEN
    if "media.data" in (class_ := plugins.load_class("formats", name)).carries and not hasattr(class_, "embed")
]


def example_of(name):
    return next((DATA / name).glob("example*"))


def split(rows):
    rows = list(rows)
    rejects = [row for row in rows if isinstance(row, Reject)]
    return [row for row in rows if isinstance(row, Record)], rejects


def file_for(name, folder):
    return folder / f"rows{next(iter(plugins.load_class('formats', name).suffixes), '')}"


def files_of(path):
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


@pytest.mark.parametrize("name", NAMES)
def test_it_knows_its_own_file_and_reads_it(name):
    format_ = plugins.load("formats", name)
    assert format_.sniff(example_of(name))
    records, rejects = split(format_.read(example_of(name)))
    assert records and all(record.turns or record.facts != NO_FACTS for record in records)
    names = [file.name for file in files_of(example_of(name))]
    assert all(reject.reasons and any(name in reject.where for name in names) for reject in rejects)


@pytest.mark.parametrize("name", NAMES)
def test_no_file_is_taken_for_two_formats(name):
    assert [other for other in NAMES if plugins.load("formats", other).sniff(example_of(name))] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_no_other_file_is_taken_for_it(name, tmp_path):
    for number, data in enumerate([b"", b"{", b"[]", b"hello\n", b"\xff\xfe", b'{"a": 1}', b"[1, 2]"]):
        path = tmp_path / f"{number}{file_for(name, tmp_path).suffix}"
        path.write_bytes(data)
        assert not plugins.load("formats", name).sniff(path)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WRITTEN])
def test_what_only_reads_says_what_to_write_with(name, tmp_path):
    with pytest.raises(PictusError, match=f"{name} is only read") as told:
        plugins.load("formats", name).write([], file_for(name, tmp_path))
    assert any(f"`{other}`" in told.value.mend for other in WRITTEN) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITTEN)
@given(draw=st.data())
def test_what_it_writes_it_reads_back(name, draw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("f")
    carries = plugins.load_class("formats", name).carries
    is_inside = "media.data" in carries and draw.draw(st.booleans())
    some = draw.draw(st.lists(chats(PNG if is_inside else None), max_size=4, unique_by=lambda record: record.id))
    # Pictures that have only a path are nowhere, so a format that would put them into its file leaves them be.
    may_choose = hasattr(plugins.load_class("formats", name), "embed")
    format_ = plugins.load("formats", name, {"embed": is_inside} if may_choose else None)
    written = format_.write(iter(some), file_for(name, folder))
    refused = {reject.id for reject in written.rejected}
    assert all(reject.reasons[0] for reject in written.rejected)
    kept = [record for record in some if record.id not in refused]
    pictures = None if name in LOOSE else Path("/pictures")
    back, rejects = split(format_.read(file_for(name, folder), pictures=pictures))
    assert rejects == []
    assert written.rows == len(back) == len(kept)
    assert all(path.is_file() for path in written.files)
    if not written.lost:
        for one, other in zip(kept, back, strict=True):
            carried = comparable(one, format_.carries, loose=name in LOOSE)
            assert carried == comparable(other, format_.carries, loose=name in LOOSE)


def comparable(record, carries, *, loose):
    """What must be equal: the carried fields; of pictures, where they are; of calls, all but invented ids."""
    turns = [
        replace(
            turn,
            parts=merged(turn.parts),
            calls=tuple(replace(c, id="") for c in turn.calls),
            call_id=None,
            name=None,
        )
        for turn in record.turns
    ]
    media = [Media(data=m.data, path=m.path, root=m.root, url=m.url) for m in record.media]
    if loose:
        media = [Media(data=picture_bytes(medium)) for medium in media]
    return turns, media, record.tools if "tools" in carries else ()


def merged(parts):
    """An empty text beside a picture is nothing."""
    return tuple(part for part in parts if part.type != "text" or part.text)


@pytest.mark.parametrize("name", NAMES)
@given(draw=st.data(), data=st.binary(max_size=100), cut=st.floats(0, 1))
def test_any_bytes_end_in_rows_rejects_or_one_clear_error(name, draw, data, cut, tmp_path_factory):
    path = file_for(name, tmp_path_factory.mktemp("f"))
    copy = shutil.copytree if example_of(name).is_dir() else shutil.copyfile
    copy(example_of(name), path)
    file = draw.draw(st.sampled_from(files_of(path)))
    whole = file.read_bytes()
    for damaged in (data, whole[: int(len(whole) * cut)], whole[: int(len(whole) * cut)] + data):
        file.write_bytes(damaged)
        try:
            list(plugins.load("formats", name).read(path))
        except PictusError as error:
            assert error.where and error.mend


KEYS = ["id", "from", "value", "conversations", "image", "images", "messages", "role", "content", "type", "text"]
KEYS += ["image_url", "url", "tool_calls", "function", "name", "arguments", "tools", "system", "parameters"]
KEYS += ["description", "tool_call_id", "function_call", "functions", "query", "answers", "question", "properties"]
VALUES = ["human", "gpt", "user", "assistant", "function_call", "<image>", "text", "image_url", "a.jpg", "{}", "[]"]
VALUES += [
    "tool_call",
    "tool_response",
    "tool",
    "ipython",
    "system",
    "<tools>[]</tools>",
    "<tool_call>{}</tool_call>",
    "<tool_response>",
    "dict",
]
VALUES += ["<function_call>a(b=1)</function_call>", "<function_call>(", '{"name":"a","parameters":1}', "observation"]
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*VALUES, "data:image/png;base64,AA==", "data:,x", '{"name":"a","arguments":{}}', "a\0b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
turns = st.fixed_dictionaries(
    {"from": st.sampled_from(VALUES) | junk, "value": st.just("a") | junk}
) | st.fixed_dictionaries(
    {"role": st.sampled_from(VALUES) | junk, "content": st.just("a") | junk},
    optional={"tool_calls": junk, "name": junk, "tool_call_id": junk},
)
messages = st.lists(turns, max_size=3) | junk
rows = st.dictionaries(st.sampled_from(KEYS), junk, max_size=4) | st.fixed_dictionaries(
    {},
    optional={"conversations": messages, "messages": messages, "id": junk, "image": junk, "images": junk}
    | {"system": junk, "tools": junk},
)
rows |= st.fixed_dictionaries({"query": st.just("a") | junk, "answers": junk}, optional={"tools": junk, "images": junk})
rows |= st.fixed_dictionaries(
    {"instruction": st.just("a") | junk, "response": st.just("<image>b") | junk},
    optional={"image": junk, "conversation": junk, "turn": junk, "id": junk, "origin": junk | st.just({"key": "a"})},
)
rows |= st.fixed_dictionaries(
    {"instruction": st.just("a") | junk, "output": st.just("b") | junk},
    optional={"input": junk, "history": st.lists(st.lists(st.just("a") | junk, max_size=3), max_size=2) | junk},
)
rows |= st.fixed_dictionaries({"question": st.lists(messages, max_size=2) | junk, "function": junk | st.lists(junk)})


@pytest.mark.parametrize("name", OF_ROWS)
@example(some=[[float("inf")], {}])
@given(some=st.lists(rows | junk, max_size=3))
def test_rows_of_wrong_types_are_set_aside(name, some, tmp_path_factory):
    path = file_for(name, tmp_path_factory.mktemp("f"))
    write_json(some, path, name)
    plugins.load("formats", name).sniff(path)
    for row in plugins.load("formats", name).read(path):
        assert isinstance(row, Record | Reject)
        if isinstance(row, Reject):
            assert row.reasons and all(row.reasons)
        else:
            TypeAdapter(Record).validate_python(row, strict=True)


@pytest.mark.parametrize("name", OF_ROWS)
def test_brackets_inside_brackets_are_set_aside(name, tmp_path):
    path = file_for(name, tmp_path)
    deep = []
    for _ in range(400):  # more than orjson writes, fewer than it reads
        deep = [deep]
    columns = ["conversations", "messages", "query", "answers", "question", "function"]
    write_json([dict.fromkeys(columns, deep)], path, name)
    (row,) = plugins.load("formats", name).read(path)
    assert isinstance(row, Reject)


def write_json(some, path, name):
    is_lines = path.suffix == ".jsonl" or name == "bfcl"
    path.write_text("\n".join(map(json.dumps, some)) if is_lines else json.dumps(some))


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    def breaks():
        yield from ()
        raise RuntimeError("the machine caught fire")

    for name in WRITTEN:
        with pytest.raises(RuntimeError):
            plugins.load("formats", name).write(breaks(), file_for(name, tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(plugins.load_class("formats", name), "table")])
@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_what_several_processes_read_is_what_one_reads(name, rows):
    format_, path = plugins.load("formats", name), example_of(name)
    names = {str(path.parent): "pictures"}
    records, rejects = split(format_.read(path, pictures=path.parent))
    table = format_.table(path, path.parent)
    found = [row for portion in table.portions(rows) for row in table.batches(portion, names)]
    batches = [row for row in found if not isinstance(row, Reject)]
    assert pa.Table.from_batches(batches).equals(pa.Table.from_batches([columns.encode(records, names)]))
    assert [row for row in found if isinstance(row, Reject)] == rejects
