"""LLaMA-Factory's files, and the `dataset_info.json` beside them."""

import json

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Call, Media, Origin, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "sharegpt")
CALLS = (Call("x", "look", '{"at":1}'), Call("y", "count", '{"what":"mugs"}'))


def read(tmp_path, *rows, info=None, name="some.json"):
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, rows)) if name.endswith("l") else json.dumps(rows))
    if info is not None:
        (tmp_path / "dataset_info.json").write_text(json.dumps(info))
    return list(FORMAT.read(path))


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    written = FORMAT.write([one], tmp_path / "out.json")
    return written, json.loads((tmp_path / "out.json").read_bytes())


def tool(call, text):
    return Turn("tool", Turn.of("tool", text).parts, (), call.id, call.name)


ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")


@pytest.mark.parametrize("messages", ["conversations", "messages"])
@pytest.mark.parametrize("name", ["some.json", "some.jsonl"])
@pytest.mark.parametrize(
    ("role", "content", "user", "assistant"),
    [("from", "value", "human", "gpt"), ("role", "content", "user", "assistant")],
)
def test_both_spellings_are_read(tmp_path, messages, name, role, content, user, assistant):
    rows = [{role: user, content: "<image>What?"}, {role: assistant, content: "A mug."}]
    (row,) = read(tmp_path, {messages: rows, "images": ["a.jpg"]}, name=name)
    assert row.turns == (Turn.of("user", "What?", images=1), Turn.of("assistant", "A mug."))
    assert FORMAT.sniff(tmp_path / name)


def test_columns_and_tags_come_from_dataset_info(tmp_path):
    info = {
        "mine": {
            "file_name": "some.json",
            "formatting": "sharegpt",
            "columns": {"messages": "talk", "images": "pics"},
            "tags": {"role_tag": "who", "content_tag": "what", "user_tag": "A", "assistant_tag": "B"},
        }
    }
    talk = [{"who": "A", "what": "<image>What?"}, {"who": "B", "what": "A mug."}]
    (row,) = read(tmp_path, {"talk": talk, "pics": "a.jpg"}, info=info)
    assert [turn.role for turn in row.turns] == ["user", "assistant"]
    assert FORMAT.sniff(tmp_path / "some.json")


def test_what_the_entry_does_not_name_is_absent_as_it_is_to_the_loader(tmp_path):
    entry = {"file_name": "some.json", "formatting": "sharegpt", "columns": {"messages": "conversations"}}
    rows = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    (row,) = read(tmp_path, {"conversations": rows, "system": "Be brief.", "images": ["a.jpg"]}, info={"a": entry})
    assert [turn.role for turn in row.turns] == ["user", "assistant"]
    assert row.media == ()
    entry["tags"] = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
    (row,) = read(tmp_path, {"conversations": [{"from": "system", "value": "Be brief."}, *rows]}, info={"a": entry})
    assert row.reasons == ("unknown role: 'system'",)


@pytest.mark.parametrize(
    "info",
    [
        [],
        {"a": {"file_name": "some.json"}},
        {"a": {"file_name": "some.json", "formatting": "sharegpt", "columns": {"images": "images"}}},
        {"a": {"file_name": "some.json", "formatting": "sharegpt", "tags": {"user_tag": "human"}}},
        {"a": {"file_name": "some.json", "formatting": "sharegpt", "ranking": True}},
        {"a": {"file_name": "some.json", "formatting": "sharegpt", "columns": ["messages"]}},
        {"a": {"file_name": "some.json", "formatting": "sharegpt", "tags": {"user_tag": {}}}},
    ],
)
def test_a_dataset_info_that_cannot_be_used_is_one_clear_error(tmp_path, info):
    with pytest.raises(PictusError) as error:
        read(tmp_path, info=info)
    assert "dataset_info.json" in error.value.where
    assert not FORMAT.sniff(tmp_path / "some.json")


def test_the_entry_names_every_column_and_tag_and_the_others_stay(tmp_path):
    (tmp_path / "dataset_info.json").write_text('{"theirs": {"file_name": "theirs.json"}}')
    written, _ = write(tmp_path, ASK, ANSWER)
    info = json.loads((tmp_path / "dataset_info.json").read_text())
    assert set(info) == {"theirs", "out"}
    assert set(info["out"]["columns"]) == {"messages", "images", "system", "tools"}
    assert len(info["out"]["tags"]) == 7
    assert [path.name for path in written.files] == ["out.json", "dataset_info.json"]


@pytest.mark.parametrize("info", ["[]", "{", '{"out": {"file_name": "theirs.json"}}'])
def test_what_is_wrong_with_dataset_info_is_told_before_anything_is_written(tmp_path, info):
    (tmp_path / "dataset_info.json").write_text(info)
    with pytest.raises(PictusError):
        write(tmp_path, ASK, ANSWER)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset_info.json"]


def test_a_call_and_its_result(tmp_path):
    turns = [Turn.of("system", "Be brief."), ASK, Turn("assistant", (), CALLS[:1]), tool(CALLS[0], "2"), ANSWER]
    tools = [Tool("look", "See.", '{"type":"object"}')]
    written, (row,) = write(tmp_path, *turns, tools=tools)
    assert row["system"] == "Be brief."
    assert json.loads(row["tools"]) == [{"name": "look", "description": "See.", "parameters": {"type": "object"}}]
    assert [message["from"] for message in row["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(row["conversations"][1]["value"]) == {"name": "look", "arguments": {"at": 1}}
    assert not written.lost
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns[3] == Turn("tool", turns[3].parts, (), "call_0", "look")
    assert back.tools == tuple(tools)


def test_several_calls_with_their_results_come_back(tmp_path):
    turns = [ASK, Turn("assistant", (), CALLS), tool(CALLS[0], "one"), tool(CALLS[1], '["two"]'), ANSWER]
    written, (row,) = write(tmp_path, *turns)
    assert len(json.loads(row["conversations"][1]["value"])) == 2
    assert not written.lost
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert [turn.text for turn in back.turns] == [turn.text for turn in turns]
    assert [turn.name for turn in back.turns[2:4]] == ["look", "count"]


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([Turn("assistant", (), CALLS), tool(CALLS[0], '["a", "b"]')], "looks like a list"),
        ([Turn("assistant", (), CALLS[:1]), tool(CALLS[0], "a"), tool(CALLS[0], "b")], "fewer or more"),
        ([Turn("assistant", (), (Call("1", "look", "{"),)), tool(CALLS[0], "a")], "should be JSON"),
        ([Turn.of("tool", "a")], "expected assistant"),
    ],
)
def test_what_it_cannot_hold_is_refused_with_the_reason(tmp_path, turns, words):
    written, _ = write(tmp_path, ASK, *turns, ANSWER)
    assert words in written.rejected[0].reasons[0]


def test_a_mark_inside_a_call_is_no_place_of_a_picture(tmp_path):
    call = Call("x", "look", '{"at":"<image><video>"}')
    _, (row,) = write(tmp_path, ASK, Turn("assistant", (), (call,)))
    assert not {"<image>", "<video>"} & {row["conversations"][1]["value"][n : n + 7] for n in range(99)}
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns[1].calls[0].arguments == call.arguments


def test_results_in_another_order_than_the_calls_are_named_as_lost(tmp_path):
    turns = [Turn("assistant", (), CALLS), tool(CALLS[1], "b"), tool(CALLS[0], "a")]
    written, _ = write(tmp_path, ASK, *turns, ANSWER)
    assert written.lost == {"which result belongs to which call": 1}


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        ({"name": "f", "arguments": '{"a": 1}'}, '{"a":1}'),
        ({"name": "f", "arguments": {"id": 1.5}}, '{"id":1.5}'),
        ([{"name": "f", "arguments": {}}], "{}"),
    ],
)
def test_arguments_are_an_object_or_its_text(tmp_path, value, arguments):
    rows = [{"from": "human", "value": "a"}, {"from": "function_call", "value": json.dumps(value)}]
    (row,) = read(tmp_path, {"conversations": rows})
    assert row.turns[1].calls == (Call("call_0", "f", arguments),)


@pytest.mark.parametrize(
    "extra", [{"system": 5}, {"tools": "{"}, {"tools": {"a": 1}}, {"videos": ["a.mp4"]}, {"images": ["a.jpg"]}]
)
def test_a_row_with_what_cannot_be_read_is_set_aside(tmp_path, extra):
    rows = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    (row,) = read(tmp_path, {"conversations": rows, **extra})
    assert isinstance(row, Reject) and row.reasons[0]


@pytest.mark.parametrize("as_text", [json.dumps, lambda value: value])
def test_tools_in_openai_form_are_read(tmp_path, as_text):
    rows = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    tools = [{"type": "function", "function": {"name": "f", "description": None}}]
    (row,) = read(tmp_path, {"conversations": rows, "tools": as_text(tools), "images": []})
    assert row.tools == (Tool("f"),)


def test_calls_may_be_objects_in_place_of_their_text(tmp_path):
    call = {"name": "f", "arguments": {"a": 1}}
    rows = [{"from": "human", "value": "a"}, {"from": "function_call", "value": [call, call]}]
    (row,) = read(tmp_path, {"conversations": rows})
    assert row.turns[1].calls == (Call("call_0", "f", '{"a":1}'), Call("call_1", "f", '{"a":1}'))


def test_numbers_of_any_length_keep_their_digits(tmp_path):
    call = Call("x", "look", f'{{"at":{10**25}}}')
    write(tmp_path, ASK, Turn("assistant", (), (call,)))
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns[1].calls[0].arguments == call.arguments


def test_a_picture_has_its_mark(tmp_path):
    media = [Media(path="a.jpg", root="/pictures"), Media(path="b.jpg", root="/pictures")]
    _, (row,) = write(tmp_path, Turn.of("user", "<video>Same?", images=2), ANSWER, media=media)
    assert row["images"] == ["a.jpg", "b.jpg"]
    assert row["conversations"][0]["value"] == "<image>\n<image>\nSame?"
