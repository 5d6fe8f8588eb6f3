"""Llama 3's messages."""

import json

import pytest

from pictus import plugins
from pictus.record import Call, Origin, Part, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "llama3")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
LOOK = Tool("look", "See.", '{"type":"object"}')
FUNCTION = {"type": "function", "function": {"name": "look", "description": "See.", "parameters": {"type": "object"}}}


def read(tmp_path, *messages, **more):
    row = {"messages": [dict(zip(("role", "content"), one, strict=True)) for one in messages], **more}
    (tmp_path / "some.jsonl").write_text(json.dumps(row))
    (back,) = FORMAT.read(tmp_path / "some.jsonl")
    return back


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    written = FORMAT.write([one], tmp_path / "out.jsonl")
    return written, [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines() if line]


def test_the_row_of_two_calls(tmp_path):
    calls = (Call("a", "look", '{"at":1}'), Call("b", "look", '{"at":"<image>"}'))
    results = [Turn("tool", (Part("text", "seen"),), (), call.id, call.name) for call in calls]
    _, (row,) = write(tmp_path, ASK, Turn("assistant", (), calls), *results, ANSWER, tools=[LOOK])
    system, user, called, *seen, said = row["messages"]
    assert json.dumps(FUNCTION, separators=(",", ":")) in system["content"].splitlines()
    assert (system["role"], user, said["content"]) == ("system", {"role": "user", "content": "How many?"}, "Two.")
    assert called["content"] == (
        '{"name":"look","parameters":{"at":1}}; {"name":"look","parameters":{"at":"\\u003cimage>"}}'
    )
    assert seen == [{"role": "ipython", "content": "seen"}] * 2


@pytest.mark.parametrize(
    "said",
    [
        '{"name": "look", "parameters": {"at": 1}}',
        '<|python_tag|>{"name": "look", "parameters": {"at": 1}}',
        '{"type": "function", "name": "look", "parameters": {"at": 1}}\n',
        '[{"name": "look", "parameters": "{\\"at\\": 1}"}]',
    ],
)
def test_calls_are_read(tmp_path, said):
    row = read(tmp_path, ("user", "a"), ("assistant", said), ("ipython", "2"), ("assistant", "b"))
    assert row.turns[1:3] == (
        Turn("assistant", (), (Call("call_0", "look", '{"at":1}'),)),
        Turn("tool", (Part("text", "2"),), (), "call_0", "look"),
    )


@pytest.mark.parametrize("said", ['{"name": "look"}', "{", "[]", "{look}", '{"name": "a", "parameters": {}} is a call'])
def test_other_answers_are_words(tmp_path, said):
    assert read(tmp_path, ("user", "a"), ("assistant", said)).turns[1] == Turn.of("assistant", said)


@pytest.mark.parametrize("indent", [None, 4])
def test_functions_in_front_of_a_question_become_tools(tmp_path, indent):
    opening = "Given the following functions, please respond with a JSON for a function call.\n\nLike so: {x}\n\n"
    question = f"{opening}{json.dumps(FUNCTION, indent=indent)}\n\n{json.dumps(FUNCTION, indent=indent)}\n\nHow many?"
    row = read(tmp_path, ("user", question), ("assistant", "b"))
    assert row.turns[0] == ASK and row.tools == (LOOK, LOOK)


def test_tools_may_have_a_column(tmp_path):
    assert read(tmp_path, ("user", "a"), ("assistant", "b"), tools=json.dumps([FUNCTION])).tools == (LOOK,)


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([ASK, Turn.of("assistant", '{"name": "look", "parameters": {}}')], "taken for a tool call"),
        ([Turn.of("user", "These functions may be called; each is described by a line of JSON:\n"), ANSWER], "list of"),
        ([ASK, Turn("assistant", (), (Call("1", "look", "[]"),))], "no object"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(tmp_path, turns, words):
    written, rows = write(tmp_path, *turns)
    assert rows == [] and words in written.rejected[0].reasons[0]


def test_words_beside_a_call_are_named_as_lost(tmp_path):
    written, _ = write(tmp_path, ASK, Turn("assistant", (Part("text", "I look."),), (Call("1", "look", "{}"),)))
    assert written.lost == {"words beside a tool call": 1}


def test_a_row_that_is_wrong_is_set_aside(tmp_path):
    for messages in ([("wizard", "a")], [("user", 5)], [("ipython", "a")], [("user", "<image>")]):
        assert isinstance(read(tmp_path, *messages), Reject)
