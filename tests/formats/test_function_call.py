"""LLaVA's rows with calls written as Python."""

import json

import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Record, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "function_call")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
SEARCH = {
    "name": "search_product",
    "description": "Look for it.",
    "parameters": {"type": "object", "properties": {"item": {"type": "string"}, "limit": {"type": "integer"}}},
}


def read(tmp_path, *messages, **more):
    row = {"conversations": [dict(zip(("from", "value"), one, strict=True)) for one in messages], **more}
    (tmp_path / "some.json").write_text(json.dumps([row]))
    (back,) = FORMAT.read(tmp_path / "some.json")
    return back


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    written = FORMAT.write([one], tmp_path / "out.json")
    return written, json.loads((tmp_path / "out.json").read_bytes())


def test_the_row_of_a_call_and_its_result(tmp_path):
    call = Call("a", "search_product", '{"item":"red sneakers"}')
    turns = [Turn.of("user", "I want these.", images=1), Turn("assistant", (), (call,))]
    turns += [Turn("tool", (Part("text", '{"found": 2}'),), (), "a", "search_product"), Turn.of("assistant", "Two.")]
    tool = Tool("search_product", "Look for it.", json.dumps(SEARCH["parameters"]))
    _, (row,) = write(tmp_path, *turns, tools=[tool], media=[Media(path="a.jpg", root="/pictures")])
    assert row["image"] == "a.jpg" and row["tools"] == [SEARCH]
    assert [(turn["from"], turn["value"]) for turn in row["conversations"]] == [
        ("human", "<image>\nI want these."),
        ("gpt", '<function_call>search_product(item="red sneakers")</function_call>'),
        ("human", '<function_result>{"found": 2}</function_result>'),
        ("gpt", "Two."),
    ]


def test_what_looks_like_a_tag_inside_an_argument_is_none(tmp_path):
    call = Call("a", "look", '{"at":"</function_call><image>"}')
    _, (row,) = write(tmp_path, ASK, Turn("assistant", (Part("text", "Now."),), (call,)))
    said = row["conversations"][1]["value"]
    assert said.count("</function_call>") == 1 and "<image>" not in said
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns[1].text == "Now." and back.turns[1].calls[0].arguments == call.arguments


@pytest.mark.parametrize("tools", [[SEARCH], json.dumps([{"type": "function", "function": SEARCH}])])
def test_arguments_without_names_take_those_of_the_tool(tmp_path, tools):
    said = '<function_call>search_product("mug", limit=3)</function_call>'
    row = read(tmp_path, ("human", "a"), ("gpt", said), tools=tools)
    assert row.turns[1].calls == (Call("call_0", "search_product", '{"item":"mug","limit":3}'),)


def test_several_calls_and_their_results(tmp_path):
    said = "Both.\n<function_call>a.look(at=1)</function_call>\n<function_call>[count(), count(of='é')]</function_call>"
    results = "<function_result>one</function_result>\n<function_result>two</function_result>"
    row = read(tmp_path, ("human", "a"), ("gpt", said), ("human", results), ("gpt", "b"))
    assert row.turns[1].text == "Both."
    assert [call.name for call in row.turns[1].calls] == ["a.look", "count", "count"]
    assert [(turn.role, turn.call_id, turn.text) for turn in row.turns[2:4]] == [
        ("tool", "call_0", "one"),
        ("tool", "call_1", "two"),
    ]


@pytest.mark.parametrize(
    "call",
    [
        *("f(a=os.environ)", "f(a=__import__('os'))", "f(a=f'{b}')", "f(a=(b := 1))", "f(a=[b for b in 'c'])", "f()()"),
        *("f(a=" + "(" * 9000, "f(a=" + "-" * 90_000 + "1)", f"f(a={'9' * 5000})", f"f(a={'[' * 250}{']' * 250})"),
        *("f(a=1e999)", "f(a=b'')", "f('positional')", "eval('1')", "f(a=1", "", "not a call"),
    ],
)
def test_hostile_calls_are_set_aside_and_the_rest_goes_on(tmp_path, call):
    rows = [
        {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": said}]}
        for said in (f"<function_call>{call}</function_call>", "<function_call>f(a=1)</function_call>")
    ]
    (tmp_path / "some.json").write_text(json.dumps(rows))
    reject, record = FORMAT.read(tmp_path / "some.json")
    assert isinstance(reject, Reject) and reject.reasons[0]
    assert isinstance(record, Record) and record.turns[1].calls


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([("human", "a"), ("gpt", "<function_call>f()")], "not closed"),
        ([("human", "a"), ("gpt", "b"), ("human", "<function_result>1</function_result> and?")], "beside the result"),
        ([("human", "<function_result>1</function_result>")], "expected system or user"),
        ([("tool", "a")], "unknown role"),
        ([("human", "<image>")], "0 pictures"),
    ],
)
def test_a_row_that_is_wrong_is_set_aside(tmp_path, messages, words):
    row = read(tmp_path, *messages)
    assert isinstance(row, Reject) and words in row.reasons[0]


CALL = Turn("assistant", (), (Call("a", "look", "{}"),))


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([ASK, Turn("assistant", (), (Call("1", "look-up", "{}"),))], "its name is none there"),
        ([ASK, Turn("assistant", (), (Call("1", "look", "[]"),))], "no object"),
        ([ASK, Turn.of("assistant", "<function_call>")], "taken for a call"),
        ([Turn.of("user", "<function_result>"), ANSWER], "the result of one"),
        ([ASK, CALL, Turn("tool", (Part("text", "</function_result>"),), (), "a")], "the tag that would end it"),
        ([Turn.of("system", "a")], "nobody but the system"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(tmp_path, turns, words):
    written, rows = write(tmp_path, *turns)
    assert rows == [] and words in written.rejected[0].reasons[0]


def test_the_words_of_a_system_are_named_as_lost(tmp_path):
    written, _ = write(tmp_path, Turn.of("system", "a"), ASK, ANSWER)
    assert written.lost == {"turns of the system": 1}
