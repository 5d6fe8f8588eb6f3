"""Datasets of the Hub: the ways in which they hold conversations and pictures, and what is set aside."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Media, Part, Reject
from pictus.steps import import_
from pictus.store.corpus import open_corpus

IMAGE, OTHER = b"\x89PNG one", b"\x89PNG two"
PARTS = [Part("image"), Part("text", "What?")]


def load(**settings):
    return plugins.load("formats", "hub_parquet", settings)


def read(folder, *rows, schema=None):
    pq.write_table(pa.Table.from_pylist(list(rows), schema), folder / "some.parquet")
    assert load().sniff(folder / "some.parquet")
    return list(load().read(folder / "some.parquet"))


def talk(ask="What?", say="A mug."):
    return [{"role": "user", "content": ask}, {"role": "assistant", "content": say}]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": talk("<image>\nWhat?"), "images": [{"bytes": IMAGE, "path": None}]},
        {"messages": talk(), "images": [{"bytes": IMAGE, "path": None}]},
        {"messages": talk(), "image": {"bytes": IMAGE, "path": None}},
        {"messages": talk(), "image": IMAGE},
        {"messages": talk(), "images": [IMAGE]},
        {
            "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A mug."}],
            "image": {"bytes": IMAGE, "path": None},
        },
        {"conversations": {"from": ["human", "gpt"], "value": ["<image>What?", "A mug."]}, "image": IMAGE},
        {"texts": [{"user": "What?", "assistant": "A mug.", "source": "made"}], "images": [{"bytes": IMAGE}]},
        {"messages": [{"role": "human", "content": "What?"}, {"role": "gpt", "content": "A mug."}], "image": IMAGE},
        {
            "images": [IMAGE],
            "messages": [
                {"role": "user", "content": [{"type": "image", "text": None}, {"type": "text", "text": "What?"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "A mug."}]},
            ],
        },
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "image": {"bytes": IMAGE, "path": None}, "text": None},
                        {"type": "text", "text": "What?", "image": None},
                    ],
                },
                {"role": "assistant", "content": [{"type": "text", "text": "A mug."}]},
            ],
        },
    ],
)
def test_a_conversation_about_a_picture_is_the_same_however_it_is_held(tmp_path, row):
    (record,) = read(tmp_path, row)
    assert record.media == (Media(data=IMAGE),)
    assert [(turn.role, list(turn.parts)) for turn in record.turns] == [
        ("user", PARTS),
        ("assistant", [Part("text", "A mug.")]),
    ]
    assert record.origin.key == "some.parquet, row 1" and record.origin.dataset == "some"


def part(type_, **more):
    return {"type": type_, "text": None, "index": None} | more


def test_numbers_of_places_say_which_picture_is_shown_where(tmp_path):
    def row(*numbers):
        shown = [part("image", index=number) for number in numbers]
        return {
            "messages": [
                {"role": "user", "content": [*shown, part("text", text="Same?")]},
                {"role": "assistant", "content": [part("text", text="No.")]},
            ],
            "images": [{"bytes": IMAGE, "path": "a.png"}, {"bytes": OTHER, "path": "/home/me/b.png"}],
        }

    swapped, plain, twice, beyond, few = read(tmp_path, row(1, 0), row(None, None), row(0, 0), row(0, 5), row(1))
    assert swapped.media == (Media(data=OTHER, path="b.png"), Media(data=IMAGE, path="a.png"))
    assert [medium.data for medium in plain.media] == [IMAGE, OTHER]
    reasons = {one.reasons[0] for one in (twice, beyond, few)}
    assert reasons == {"the numbers of its places do not name each picture once"}
    assert '"bytes":"(8 bytes)"' in twice.row


def test_paths_are_below_the_pictures_and_addresses_stay(tmp_path):
    rows = [{"messages": talk(), "image": {"bytes": None, "path": "a.jpg"}}]
    rows += [{"messages": talk(), "image": {"bytes": None, "path": "https://x.example/a.jpg"}}]
    rows += [{"messages": talk(), "image": None}, {"messages": talk(), "image": {"bytes": b"", "path": None}}]
    path, address, none, empty = read(tmp_path, *rows)
    assert path.media == (Media(path="a.jpg", root=str(tmp_path)),)
    assert address.media == (Media(url="https://x.example/a.jpg"),)
    assert none.media == () and none.turns[0].text == "What?"
    assert isinstance(empty, Reject) and empty.reasons == ("a picture has no bytes",)


def test_pairs_with_their_sources_and_other_columns_are_kept(tmp_path):
    texts = [{"user": f"{n}?", "assistant": "Yes.", "source": source} for n, source in enumerate(["a", "a", "b"])]
    row = {"texts": texts, "images": [IMAGE], "score": 0.5, "ratings": [1, 2], "worst": float("nan"), "none": ""}
    (record,) = read(tmp_path, row)
    assert [turn.text for turn in record.turns] == ["0?", "Yes.", "1?", "Yes.", "2?", "Yes."]
    assert json.loads(record.facts.extra) == {"score": 0.5, "ratings": [1, 2], "worst": None, "sources": ["a", "b"]}


def test_tools_and_calls_come_without_the_nulls_of_other_calls(tmp_path):
    def call(**arguments):
        return [{"id": None, "type": "function", "function": {"name": "look", "arguments": arguments}}]

    none = {"tool_calls": None}
    messages = [{"role": "user", "content": "Look.", **none}]
    for arguments in ({"a": 1, "b": None}, {"a": None, "b": "x"}):
        messages += [{"role": "assistant", "content": None, "tool_calls": call(**arguments)}]
        messages += [{"role": "tool", "content": "seen", **none}]
    tools = '[{"type":"function","function":{"name":"look","parameters":{}}}]'
    (record,) = read(tmp_path, {"id": 7, "messages": messages, "tools": tools})
    assert [call.arguments for turn in record.turns for call in turn.calls] == ['{"a":1}', '{"b":"x"}']
    assert [tool.name for tool in record.tools] == ["look"] and record.origin.key == "7"


def test_rows_that_are_no_conversation_are_set_aside(tmp_path):
    turn = {"role": "user", "content": "What?"}
    rows = [{"messages": some, "images": []} for some in ([], None, [turn, turn], [{"role": "bot", "content": "?"}])]
    rows += [{"messages": talk("<image><image>?"), "images": [IMAGE]}]
    reasons = [row.reasons[0] for row in read(tmp_path, *rows)]
    assert reasons[0] == "there are no turns" and reasons[1] == "`messages` is no list of messages"
    assert reasons[2] == "a turn is the user's, expected assistant" and reasons[3] == "unknown role: 'bot'"
    assert reasons[4] == "it has 1 pictures and places for 2"


def dataset(folder):
    for name, count in {"train-00000-of-00002": 2, "train-00001-of-00002": 1, "test-00000-of-00001": 1}.items():
        path = folder / f"data/{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([{"messages": talk(), "image": IMAGE}] * count), path)
    return folder


def test_a_folder_is_read_with_its_splits_or_one_of_them(tmp_path):
    folder = dataset(tmp_path / "shop")
    assert load().sniff(folder)
    rows = list(load().read(folder))
    assert [(row.origin.split, row.origin.key) for row in rows] == [
        ("test", "data/test-00000-of-00001.parquet, row 1"),
        ("train", "data/train-00000-of-00002.parquet, row 1"),
        ("train", "data/train-00000-of-00002.parquet, row 2"),
        ("train", "data/train-00001-of-00002.parquet, row 1"),
    ]
    assert len({row.id for row in rows}) == 4 and {row.origin.dataset for row in rows} == {"shop"}
    assert len(list(load(split="train").read(folder))) == 3
    with pytest.raises(PictusError) as told:
        load(split="val").read(folder)
    assert told.value.mend == "splits that are here: test, train"


def test_an_import_of_a_folder_keeps_the_pictures(tmp_path):
    plan = import_.plan("hub_parquet", dataset(tmp_path / "shop"), str(tmp_path / "corpus"))
    import_.run(plan, Events())
    assert [record.media[0].data for record in open_corpus(tmp_path / "corpus").records()] == [IMAGE] * 4


@pytest.mark.parametrize("column", [{"a": [1]}, {"messages": ["hello"]}, {"texts": [["hello"]]}])
def test_a_file_of_other_columns_is_not_taken_and_told_to_be_mapped(tmp_path, column):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(column), path)
    assert not load().sniff(path) and not load().sniff(tmp_path)
    with pytest.raises(PictusError, match="no column of this file") as told:
        load().read(path)
    assert next(iter(column)) in told.value.mend


def test_our_own_files_and_corpora_are_not_taken(tmp_path):
    example = Path(__file__).parent.parent / "data/formats"
    assert not load().sniff(example / "parquet/example.parquet")
    assert not plugins.load("formats", "parquet").sniff(example / "hub_parquet/example.parquet")
    import_.run(import_.plan("hub_parquet", example / "hub_parquet/example.parquet", str(tmp_path / "c")), Events())
    assert not load().sniff(tmp_path / "c")
