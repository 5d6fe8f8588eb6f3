"""TRL's rows, as `datasets` loads them."""

import json

import datasets
import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "trl")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")


def record(*turns, tools=(), images=0):
    media = [Media(path=f"{number}.jpg", root="/pictures") for number in range(images)]
    return make_record(Origin(dataset="d", key="1"), media=media, turns=turns, tools=tools)


def calling(name, arguments, key):
    """A record that calls a tool of its own, with an argument that no other tool has."""
    schema = {"type": "object", "properties": {key: {"type": "string", "default": name}}, "required": [key]}
    call = Call("c", name, json.dumps(arguments, separators=(",", ":")))
    result = Turn("tool", (Part("text", "2"),), call_id="c", name=name)
    tools = [Tool(name, "See.", json.dumps(schema, separators=(",", ":")))]
    return record(Turn.of("user", "How many?", images=1), Turn("assistant", (), (call,)), result, tools=tools, images=1)


def write(tmp_path, *records, **settings):
    path = tmp_path / "out.jsonl"
    written = plugins.load("formats", "trl", settings).write(records, path)
    return written, [json.loads(line) for line in path.read_text().splitlines() if line]


def read(tmp_path, row):
    (tmp_path / "some.jsonl").write_text(json.dumps(row))
    (back,) = FORMAT.read(tmp_path / "some.jsonl")
    return back


def test_the_loader_gives_each_call_its_own_arguments(tmp_path):
    some = [
        calling("look", {"at": 1}, "at"),
        calling("count", {"what": "mugs", "in": [0.5, None, {"a": "b"}]}, "what"),
        calling("look", {"at": "the table"}, "at"),
        record(ASK, ANSWER),
    ]
    _, rows = write(tmp_path, *some)
    loaded = datasets.load_dataset(
        "json", data_files=str(tmp_path / "out.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
    )
    for row, one in zip(rows, loaded, strict=True):
        assert one["images"] == row["images"]
        assert one["tools"] == row["tools"]
        assert without_nulls(one["messages"]) == without_nulls(row["messages"])
    # What the loader gives is a row again.
    again = [read(tmp_path, row) for row in loaded]
    assert [one.turns for one in again] == [one.turns for one in some]
    assert [one.tools for one in again] == [one.tools for one in some]


def without_nulls(messages):
    return [{key: value for key, value in message.items() if value is not None} for message in messages]


def test_the_row_of_a_call(tmp_path):
    _, (row,) = write(tmp_path, calling("look", {"at": 1}, "at"))
    assert row["messages"][0]["content"] == [{"type": "image"}, {"type": "text", "text": "How many?"}]
    assert row["messages"][1]["content"] == []
    assert row["messages"][1]["tool_calls"][0]["function"] == {"name": "look", "arguments": {"at": 1}}
    assert row["messages"][2] == {
        "role": "tool",
        "content": [{"type": "text", "text": "2"}],
        "tool_call_id": "c",
        "name": "look",
    }
    assert row["tools"][0]["type"] == "function" and row["tools"][0]["function"]["parameters"]["type"] == "object"


def test_contents_are_texts_where_that_is_asked_for(tmp_path):
    written, (row,) = write(tmp_path, record(ASK, ANSWER), calling("look", {}, "at"), parts=False)
    assert [message["content"] for message in row["messages"]] == ["How many?", "Two."]
    assert "images" not in row
    assert "parts" in written.rejected[0].reasons[0]


def test_pictures_without_places_stand_before_the_first_question(tmp_path):
    row = {"messages": [{"role": "user", "content": "Same?"}, {"role": "assistant", "content": "No."}]}
    back = read(tmp_path, {**row, "images": ["a.jpg", "b.jpg"]})
    assert back.turns[0] == Turn.of("user", "Same?", images=2)


@pytest.mark.parametrize("arguments", [{"at": 1}, '{"at": 1}'])
def test_arguments_and_tools_are_objects_or_text(tmp_path, arguments):
    tool = {"name": "look", "parameters": {"type": "object"}}
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "look", "arguments": arguments}}]},
    ]
    back = read(tmp_path, {"messages": messages, "tools": json.dumps([tool])})
    assert json.loads(back.turns[1].calls[0].arguments) == {"at": 1}
    assert back.tools == (Tool("look", "", '{"type":"object"}'),)


@pytest.mark.parametrize(
    "arguments", ["{at: 1", "[1]", '{"at":NaN}', '{"at":1e999}', f'{{"at":{2**70}}}', '{"at":"\\ud800"}']
)
def test_arguments_that_are_no_object_to_every_reader_are_refused(tmp_path, arguments):
    written, rows = write(tmp_path, record(ASK, Turn("assistant", (), (Call("c", "look", arguments),))))
    assert rows == [] and written.rejected[0].reasons[0]


def test_places_and_pictures_must_agree(tmp_path):
    messages = [{"role": "user", "content": [{"type": "image"}]}]
    assert isinstance(read(tmp_path, {"messages": messages, "images": ["a.jpg", "b.jpg"]}), Reject)


def test_a_chat_template_renders_the_calls(tmp_path):
    templates = pytest.importorskip("transformers.utils.chat_template_utils")
    _, (row,) = write(tmp_path, calling("look", {"at": 1}, "at"))
    rendered, _ = templates.render_jinja_template(
        [row["messages"]],
        tools=row["tools"],
        chat_template="{% for tool in tools %}{{ tool.function.name }} {% endfor %}{% for message in messages %}"
        "{% for call in message.tool_calls or [] %}{{ call.function.arguments | tojson }}{% endfor %}{% endfor %}",
    )
    assert rendered == ['look {"at": 1}']
