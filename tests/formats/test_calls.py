"""What every format with tool calls promises: the same calls, results, tools and pictures come back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pictus import plugins
from pictus.record import Call, Part, Record, Tool, Turn, make_record
from records import (
    MADE,
    calling_chats,
    json_text,
    json_values,
    odd_schemas,
    plain_names,
    single_calls,
    tool_schemas,
    words,
)
from records import tools as any_tools

OF_WORDS = ("openai", "trl", "hermes", "function_call")  # hold words beside a call
OF_CALLS = ("sharegpt", "llama3")  # do not
OF_ONE_QUESTION = ("xlam", "bfcl")
FORMATS = (*OF_WORDS, *OF_CALLS, *OF_ONE_QUESTION)


PYTHON_NAMES = st.sampled_from(["look", "shop.find_all", "_a1.B"])


def settings_of(name):
    return {"embed": False} if name == "openai" else {}


def trip(name, folder, *some):
    """Write records and read them again; every one is to come back, nothing of it lost."""
    format_ = plugins.load("formats", name, settings_of(name))
    path = folder / f"rows{format_.suffixes[0]}"
    written = format_.write(iter(some), path)
    assert (written.rejected, dict(written.lost)) == ((), {})
    return list(format_.read(path, pictures=Path("/pictures")))


def essence(record: Record):
    """All of a conversation; ids of calls may change, but not which result is of which call."""
    numbers: dict[str, int] = {}
    turns = []
    for turn in record.turns:
        numbers |= {call.id: len(numbers) + number for number, call in enumerate(turn.calls)}
        calls = tuple(replace(call, id=str(numbers[call.id])) for call in turn.calls)
        parts = tuple(part for part in turn.parts if part.type != "text" or part.text)
        turns.append(replace(turn, parts=parts, calls=calls, call_id=turn.call_id and str(numbers[turn.call_id])))
    return turns, record.media, [(tool.name, tool.description, json.loads(tool.parameters)) for tool in record.tools]


@pytest.mark.parametrize("name", OF_WORDS)
@given(data=st.data())
def test_conversations_with_words_beside_calls_come_back(name, data, tmp_path_factory):
    names = {"function_call": PYTHON_NAMES, "openai": plain_names}.get(name, words)
    tools = st.builds(replace, any_tools, name=plain_names if name == "openai" else words)
    one = data.draw(calling_chats(names=names, tools=tools, system=name != "function_call"))
    (back,) = trip(name, tmp_path_factory.mktemp("f"), one)
    assert essence(back) == essence(one)


@pytest.mark.parametrize("name", OF_CALLS)
@given(one=calling_chats(words_beside=False))
def test_conversations_with_nothing_but_calls_in_a_turn_come_back(name, one, tmp_path_factory):
    # One result that is a list of texts would be taken for several results.
    assume(name == "llama3" or not any(turn.text.startswith("[") for turn in one.turns if turn.role == "tool"))
    (back,) = trip(name, tmp_path_factory.mktemp("f"), one)
    assert essence(back) == essence(one)


# Without text: BFCL takes an empty one for leave, and neither knows schemas of other shapes than a tool's.
values = json_values.filter(lambda value: '""' not in json_text(value))
ONE_CALL = st.dictionaries(words, values, max_size=2).map(json_text)
TOOLS = st.builds(Tool, name=words, description=words, parameters=tool_schemas().map(json_text))


@pytest.mark.parametrize("name", OF_ONE_QUESTION)
@given(data=st.data())
def test_single_questions_and_their_calls_come_back(name, data, tmp_path_factory):
    one = data.draw(single_calls(pictures=name != "bfcl", arguments=ONE_CALL, tools=TOOLS))
    (back,) = trip(name, tmp_path_factory.mktemp("f"), one)
    assert essence(back) == essence(one)


HOSTILE = 'line one\nline "two"\t\\ \'three\' </tool_call> <tool_call> </function_call> é 日本 \u2028 {"a": [1]}'
QUERY = Tool(
    "shop.search",
    'Look </tools> for a "thing".',
    json_text({"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]}),
)
ARGUMENTS = json_text(
    {"item": HOSTILE, "class": 1, "two words": [True, False, None, -1.5, {"deep": {"er": [1e300, "", {}]}}], "n": -7}
)


@pytest.mark.parametrize("name", [*OF_WORDS, *OF_CALLS])
def test_quotes_tags_lines_and_nested_values_come_back(name, tmp_path):
    query = replace(QUERY, name="shop_search") if name == "openai" else QUERY  # OpenAI refuses dots
    calls = (Call("a", query.name, ARGUMENTS), Call("b", query.name, "{}"))
    result = '{"text":"</tool_response> \\"quoted\\""}'
    one = make_record(
        MADE,
        turns=[
            Turn.of("user", "Look."),
            Turn("assistant", (), calls),
            Turn("tool", (Part("text", result),), (), "a", query.name),
            Turn("tool", (Part("text", "None.\n"),), (), "b", query.name),
            Turn.of("assistant", "Which one do you mean?"),
            Turn.of("user", "Any."),
            Turn("assistant", (), (Call("c", query.name, ARGUMENTS),)),
        ],
        tools=[query],
    )
    (back,) = trip(name, tmp_path, one)
    assert essence(back) == essence(one)


@pytest.mark.parametrize("name", FORMATS)
def test_calls_that_are_no_objects_never_end_the_run(name, tmp_path):
    format_ = plugins.load("formats", name, settings_of(name))
    bad = ["{", "[1]", '{"a":NaN}', '{"a":1e999}', '{"a":"\\ud800"}', f'{{"a":{"[" * 600}{"]" * 600}}}']
    bad += [f'{{"a":{2**70}}}', f'{{"a":{"9" * 5000}}}', '"text"', ""]
    turns = [[Turn.of("user", "a"), Turn("assistant", (), (Call("1", "f", text),))] for text in bad]
    some = [make_record(MADE, turns=one) for one in turns]
    written = format_.write(iter(some), tmp_path / f"rows{format_.suffixes[0]}")
    assert written.rows + len(written.rejected) == len(bad)
    assert all(reject.reasons[0] for reject in written.rejected)
    assert len(list(format_.read(tmp_path / f"rows{format_.suffixes[0]}"))) == written.rows


@pytest.mark.parametrize("name", FORMATS)
@given(some=st.lists(odd_schemas, min_size=1, max_size=3))
def test_schemas_of_any_shape_never_end_the_run(name, some, tmp_path_factory):
    tools = [
        [Tool("f", "", json_text({"type": "object", "properties": {"a": one}})), Tool("g", "", json_text(one))]
        for one in some
    ]
    records = [make_record(MADE, turns=[Turn.of("user", "a")], tools=one) for one in tools]
    format_ = plugins.load("formats", name, settings_of(name))
    path = tmp_path_factory.mktemp("f") / f"rows{format_.suffixes[0]}"
    written = format_.write(iter(records), path)
    back = list(format_.read(path))
    assert len(back) == written.rows == len(records) - len(written.rejected)
    assert all(isinstance(one, Record) for one in back)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("depth", [100, 300, 450, 900])
def test_schemas_of_any_depth_never_end_the_run(name, depth, tmp_path):
    inner = '{"type":"array","items":' * depth + '{"type":"string"}' + "}" * depth
    tool = Tool("f", "", f'{{"type":"object","properties":{{"a":{inner}}},"required":["a"]}}')
    format_ = plugins.load("formats", name, settings_of(name))
    path = tmp_path / f"rows{format_.suffixes[0]}"
    written = format_.write([make_record(MADE, turns=[Turn.of("user", "a")], tools=[tool])], path)
    assert written.rows + len(written.rejected) == len(list(format_.read(path))) + len(written.rejected) == 1


@pytest.mark.parametrize("name", ["hermes", "llama3", "function_call"])
def test_results_in_another_order_are_named_as_lost_where_nothing_tells_them_apart(name, tmp_path):
    calls = (Call("a", "look", "{}"), Call("b", "look", "{}"))
    results = [Turn("tool", (Part("text", one),), (), one, "look") for one in "ba"]
    one = make_record(MADE, turns=[Turn.of("user", "a"), Turn("assistant", (), calls), *results])
    format_ = plugins.load("formats", name)
    written = format_.write([one], tmp_path / f"rows{format_.suffixes[0]}")
    assert written.lost == {"which result belongs to which call": 1}


@pytest.mark.parametrize("name", FORMATS)
def test_a_tool_of_another_kind_is_kept_or_named(name, tmp_path):
    """Schemas that a format has no words for."""
    schema = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "additionalProperties": False}
    one = make_record(
        MADE,
        turns=[Turn.of("user", "a"), Turn("assistant", (), (Call("1", "f", '{"a":"b"}'),))],
        tools=[Tool("f", "", json.dumps(schema))],
    )
    format_ = plugins.load("formats", name, settings_of(name))
    path = tmp_path / f"rows{format_.suffixes[0]}"
    written = format_.write([one], path)
    assert bool(written.rejected) == (name in OF_ONE_QUESTION)
    for back in format_.read(path):
        assert json.loads(back.tools[0].parameters) == schema
