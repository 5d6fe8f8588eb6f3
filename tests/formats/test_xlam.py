"""xLAM's rows: queries, tools and answers."""

import json

import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "xlam")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
SCHEMA = {
    "type": "object",
    "properties": {
        "of": {"type": "string", "description": "A thing."},
        "days": {"type": "integer", "default": 3},
        "shops": {"type": "array", "items": {"type": "string"}},
        "box": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}}},
        "other": {"enum": ["a", 1]},
    },
    "required": ["of", "box"],
}
FLAT = {
    "of": {"type": "str", "description": "A thing."},
    "days": {"type": "int, optional", "default": 3},
    "shops": {"type": "List[str], optional"},
    "box": {"type": "list", "items": {"type": "object", "properties": {"x": {"type": "number"}}}},
    "other": {"type": "Any, optional", "enum": ["a", 1]},
}


def read(tmp_path, row, name="some.json"):
    (tmp_path / name).write_text(json.dumps(row if name.endswith("l") else [row]))
    (back,) = FORMAT.read(tmp_path / name)
    return back


def write(tmp_path, *turns, tools=(), media=()):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, tools=tools, media=media)
    written = FORMAT.write([one], tmp_path / "out.json")
    return written, json.loads((tmp_path / "out.json").read_bytes())


def calling(*arguments):
    return Turn("assistant", (), tuple(Call(f"c{n}", "price", json.dumps(one)) for n, one in enumerate(arguments)))


def test_the_row_of_two_calls(tmp_path):
    turns = [Turn.of("user", "How much?", images=1), calling({"of": "mug"}, {"of": "pot"})]
    tool = Tool("price", "Look up.", json.dumps(SCHEMA))
    written, (row,) = write(tmp_path, *turns, tools=[tool], media=[Media(path="a.jpg", root="/pictures")])
    assert written.lost == {}
    assert row["query"] == "<image>\nHow much?" and row["images"] == ["a.jpg"]
    assert json.loads(row["tools"]) == [{"name": "price", "description": "Look up.", "parameters": FLAT}]
    assert json.loads(row["answers"]) == [
        {"name": "price", "arguments": {"of": "mug"}},
        {"name": "price", "arguments": {"of": "pot"}},
    ]
    back = read(tmp_path, row)
    assert json.loads(back.tools[0].parameters) == SCHEMA
    assert [call.arguments for call in back.turns[1].calls] == ['{"of":"mug"}', '{"of":"pot"}']


@pytest.mark.parametrize("name", ["some.json", "some.jsonl"])
@pytest.mark.parametrize("as_text", [json.dumps, lambda value: value])
def test_tools_answers_and_arguments_are_text_or_not(tmp_path, name, as_text):
    tools = [{"name": "price", "description": "Look up.", "parameters": FLAT}]
    answers = [{"name": "price", "arguments": as_text({"of": "mug"})}]
    row = read(tmp_path, {"id": 3, "query": "a", "tools": as_text(tools), "answers": as_text(answers)}, name)
    assert row.turns[1].calls == (Call("call_0", "price", '{"of":"mug"}'),)
    assert json.loads(row.tools[0].parameters) == SCHEMA
    assert row.origin.key == "3" and FORMAT.sniff(tmp_path / name)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("Dict[str, Any]", {"type": "object"}),
        ("Tuple[int, int]", {"type": "array"}),
        ("List[List[float]]", {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}),
        ("Optional[bool]", {"type": "boolean"}),
        ("Set[str], optional", {"type": "array", "items": {"type": "string"}}),
        ("List[Union[int, str]]", {"type": "array", "items": {"$comment": "Union[int, str]"}}),
        ("Callable[[float], float]", {"$comment": "Callable[[float], float]"}),
        ("Any", {}),
        ("string", {"type": "string"}),
    ],
)
def test_types_as_python_names_them(tmp_path, kind, schema):
    tools = [{"name": "f", "parameters": {"type": {"type": kind, "description": "A parameter of this name."}}}]
    row = read(tmp_path, {"query": "a", "tools": tools, "answers": []})
    found = json.loads(row.tools[0].parameters)
    assert found["properties"]["type"] == {**schema, "description": "A parameter of this name."}
    assert ("required" in found) == ("ptional" not in kind)


def test_a_schema_in_place_of_the_flat_description_stays(tmp_path):
    row = read(tmp_path, {"query": "a", "tools": [{"name": "f", "parameters": SCHEMA}], "answers": None})
    assert json.loads(row.tools[0].parameters) == SCHEMA and len(row.turns) == 1


@pytest.mark.parametrize(
    "change", [{"additionalProperties": False}, {"required": []}, {"title": "T"}, {"required": ["box", "of"]}]
)
def test_a_schema_that_is_not_kept_to_the_letter_is_named(tmp_path, change):
    tool = Tool("f", "", json.dumps({**SCHEMA, **change}))
    written, rows = write(tmp_path, ASK, tools=[tool])
    assert written.lost == {"the exact schema of a tool": 1} and len(rows) == 1


@pytest.mark.parametrize(
    ("turns", "lost"),
    [
        ([ASK], set()),
        ([ASK, ANSWER], {"the words of an answer without a call"}),
        ([Turn.of("system", "Be brief."), ASK, calling({})], {"turns of the system"}),
        ([ASK, Turn("assistant", (Part("text", "I look."),), calling({}).calls)], {"words beside a tool call"}),
        (
            [ASK, calling({}), Turn("tool", (Part("text", "2"),), (), "c0"), ANSWER],
            {"the results of calls and what is said of them"},
        ),
    ],
)
def test_what_a_row_has_no_place_for_is_named(tmp_path, turns, lost):
    written, rows = write(tmp_path, *turns)
    assert set(written.lost) == lost and len(rows) == 1


RESULT = Turn("tool", (Part("text", "2"),), (), "c0")


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([ASK, ANSWER, ASK, calling({})], "several questions"),
        ([ASK, calling({}), RESULT, ANSWER, ASK, ANSWER], "more than one question"),
        ([ASK, calling({}), RESULT, calling({}), RESULT], "again after their results"),
        ([Turn.of("system", "a")], "nobody asks"),
        ([ASK, Turn("assistant", (), (Call("1", "f", "[]"),))], "no object"),
    ],
)
def test_conversations_are_refused(tmp_path, turns, words):
    written, rows = write(tmp_path, *turns)
    assert rows == [] and words in written.rejected[0].reasons[0]


@pytest.mark.parametrize(
    "schema", [{"properties": {"a": 1}}, {"properties": []}, {"properties": {"a": {"type": ["a"]}}}]
)
def test_a_schema_without_single_parameters_is_refused(tmp_path, schema):
    written, rows = write(tmp_path, ASK, tools=[Tool("f", "", json.dumps(schema))])
    assert rows == [] and written.rejected[0].reasons[0]


@pytest.mark.parametrize(
    "change",
    [
        {"query": 5},
        {"answers": "{"},
        {"answers": [{"name": "f", "arguments": "{"}]},
        {"answers": 5},
        {"tools": "5"},
        {"tools": [{"name": "f", "parameters": {"a": 5}}]},
        {"tools": [{"name": "f", "parameters": {"a": {"type": 5}}}]},
        {"images": ["a.jpg"]},
    ],
)
def test_a_row_that_is_wrong_is_set_aside(tmp_path, change):
    row = read(tmp_path, {"query": "a", "tools": [], "answers": [], **change})
    assert isinstance(row, Reject) and row.reasons[0]
