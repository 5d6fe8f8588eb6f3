"""Hermes' rows, ours and those of Nous Research."""

import json

import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "hermes")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
LOOK = Tool("look", "See.", '{"type":"object"}')
FUNCTION = {"type": "function", "function": {"name": "look", "description": "See.", "parameters": {"type": "object"}}}


def read(tmp_path, *messages, name="some.json", **more):
    row = {"conversations": [dict(zip(("from", "value"), one, strict=True)) for one in messages], **more}
    (tmp_path / name).write_text(json.dumps(row if name.endswith("l") else [row]))
    (back,) = FORMAT.read(tmp_path / name)
    return back


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    written = FORMAT.write([one], tmp_path / "out.json")
    return written, json.loads((tmp_path / "out.json").read_bytes())


def result(call, text):
    return Turn("tool", (Part("text", text),), (), call.id, call.name)


def test_the_row_of_two_calls(tmp_path):
    calls = (Call("a", "look", '{"at":1}'), Call("b", "count", '{"of":"<image>"}'))
    turns = [Turn.of("system", "Be brief."), Turn.of("user", "What?", images=1)]
    turns += [Turn("assistant", (Part("text", "I look."),), calls), result(calls[0], '{"n":2}'), result(calls[1], "a")]
    _, (row,) = write(tmp_path, *turns, tools=[LOOK], media=[Media(path="a.jpg", root="/pictures")])
    system, human, gpt, tool = row["conversations"]
    assert [one["from"] for one in row["conversations"]] == ["system", "human", "gpt", "tool"]
    assert system["value"].startswith("Be brief.\n\n") and human["value"] == "<image>\nWhat?"
    tools = system["value"].partition("<tools>\n")[2].partition("\n</tools>")[0]
    assert json.loads(tools) == FUNCTION
    assert gpt["value"] == (
        'I look.\n<tool_call>\n{"name":"look","arguments":{"at":1}}\n</tool_call>\n'
        '<tool_call>\n{"name":"count","arguments":{"of":"\\u003cimage>"}}\n</tool_call>'
    )
    assert tool["value"] == (
        '<tool_response>\n{"name":"look","content":{"n":2}}\n</tool_response>\n'
        '<tool_response>\n{"name":"count","content":"a"}\n</tool_response>'
    )
    assert row["images"] == ["a.jpg"]


@pytest.mark.parametrize(
    "tools",
    [
        json.dumps([FUNCTION]),
        json.dumps(FUNCTION),
        json.dumps(FUNCTION["function"]),
        str([FUNCTION]),
        f"\n{json.dumps(FUNCTION)}\n{json.dumps(FUNCTION)}\n",
    ],
)
def test_tools_are_lists_or_lines_of_json_or_python(tmp_path, tools):
    system = f"You are a function calling AI model, with <tools></tools>. These are they: <tools>{tools}</tools> Go."
    row = read(tmp_path, ("system", system), ("human", "a"), ("gpt", "b"))
    assert set(row.tools) == {LOOK}
    assert [turn.role for turn in row.turns] == ["user", "assistant"]


def test_words_of_a_system_that_are_its_own_stay(tmp_path):
    row = read(tmp_path, ("system", f"Be kind. <tools>[{json.dumps(FUNCTION)}]</tools>"), ("human", "a"), ("gpt", "b"))
    assert row.turns[0] == Turn.of("system", "Be kind. ") and row.tools == (LOOK,)


@pytest.mark.parametrize("name", ["some.json", "some.jsonl"])
@pytest.mark.parametrize(
    ("block", "arguments"),
    [
        ('{"name": "look", "arguments": {"at": [1, true]}}', '{"at":[1,true]}'),
        ("{'arguments': {'at': [1, True]}, 'name': 'look'}", '{"at":[1,true]}'),
        ('{"name": "look", "arguments": "{\\"at\\": null}"}', '{"at":null}'),
        ('[{"name": "look", "arguments": {}}]', "{}"),
    ],
)
def test_calls_are_json_or_python(tmp_path, name, block, arguments):
    row = read(tmp_path, ("human", "a"), ("gpt", f"<tool_call>\n{block}\n</tool_call>"), name=name)
    assert row.turns[1].calls == (Call("call_0", "look", arguments),)
    assert FORMAT.sniff(tmp_path / name)


def test_words_around_calls_are_kept_and_results_find_their_calls(tmp_path):
    calls = [json.dumps({"name": name, "arguments": {}}) for name in ("look", "count")]
    said = f"First.\n<tool_call>{calls[0]}</tool_call>\n<tool_call>{calls[1]}</tool_call>\nThen."
    results = '<tool_response>{"name": "count", "content": 2}</tool_response><tool_response>seen</tool_response>'
    row = read(tmp_path, ("human", "a"), ("gpt", said), ("tool", results), ("gpt", "b"))
    assert row.turns[1].text == "First.\nThen."
    assert [(turn.call_id, turn.name, turn.text) for turn in row.turns[2:4]] == [
        ("call_1", "count", "2"),
        ("call_0", "look", "seen"),
    ]


def test_a_result_without_tags_is_what_the_tool_said(tmp_path):
    call = '<tool_call>{"name": "look", "arguments": {}}</tool_call>'
    row = read(tmp_path, ("human", "a"), ("gpt", call), ("tool", '{"content": "x", "other": 1}'), ("gpt", "b"))
    assert row.turns[2] == Turn("tool", (Part("text", '{"content": "x", "other": 1}'),), (), "call_0", "look")


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([("human", "a"), ("gpt", "<tool_call>{}")], "not closed"),
        ([("human", "a"), ("gpt", "<tool_call>{'name': os.name}</tool_call>")], "no plain value"),
        ([("human", "a"), ("gpt", "<tool_call>{'name': </tool_call>")], "neither JSON nor a Python"),
        ([("human", "a"), ("gpt", "<tool_call>{} {</tool_call>")], "neither JSON nor a Python"),
        ([("human", "a"), ("gpt", "<tool_call>5</tool_call>")], "no object"),
        ([("human", "a"), ("gpt", '<tool_call>{"arguments": {}}</tool_call>')], "no 'name'"),
        ([("system", "<tools>{'name'</tools>"), ("human", "a")], "neither JSON nor a Python"),
        ([("robot", "a")], "unknown role"),
        ([("human", 5)], "no text"),
        ([("human", "<image>")], "0 pictures"),
    ],
)
def test_a_row_that_is_wrong_is_set_aside(tmp_path, messages, words):
    row = read(tmp_path, *messages)
    assert isinstance(row, Reject) and words in row.reasons[0]


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([ASK, Turn.of("assistant", "Say <tool_call>.")], "taken for a tool call"),
        ([Turn.of("system", "Use <tools>."), ASK, ANSWER], "list of tools"),
        ([Turn.of("system", "You are a function calling AI model."), ASK, ANSWER], "list of tools"),
        ([ASK, Turn("assistant", (), (Call("1", "look", "{"),))], "should be JSON"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(tmp_path, turns, words):
    written, rows = write(tmp_path, *turns)
    assert rows == [] and words in written.rejected[0].reasons[0]


def test_an_empty_system_is_named_as_lost(tmp_path):
    written, _ = write(tmp_path, Turn.of("system", ""), ASK, ANSWER, tools=[LOOK])
    assert written.lost == {"an empty turn of the system": 1}
