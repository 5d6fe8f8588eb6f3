"""ms-swift's rows: marks among words, calls and results as messages of their own."""

import base64
import json

import pytest
from hypothesis import given

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Record, Reject, Tool, Turn, make_record
from records import calling_chats

FORMAT = plugins.load("formats", "ms_swift")
CALLS = (Call("x", "look", '{"at":1}'), Call("y", "count", '{"what":"mugs"}'))
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
TALK = [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Two."}]


def read(tmp_path, *rows, name="some.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, rows)) if name.endswith("l") else json.dumps(rows))
    return list(FORMAT.read(path))


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    written = FORMAT.write([one], tmp_path / "out.jsonl")
    return written, [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines() if line]


def result(call, text):
    return Turn("tool", Turn.of("tool", text).parts, (), call.id, call.name)


def test_calls_and_results_are_messages_of_their_own(tmp_path):
    tools = [Tool("look", "See.", '{"type":"object"}')]
    spoken = Turn("assistant", (Part("text", "I look."),), CALLS)
    results = [result(call, "2") for call in CALLS]
    written, (row,) = write(tmp_path, Turn.of("system", "Be brief."), ASK, spoken, *results, ANSWER, tools=tools)
    roles = ["system", "user", "assistant", "tool_call", "tool_call", "tool_response", "tool_response", "assistant"]
    assert [message["role"] for message in row["messages"]] == roles
    assert json.loads(row["messages"][3]["content"]) == {"name": "look", "arguments": {"at": 1}}
    assert json.loads(row["tools"])[0]["function"]["name"] == "look"
    assert not written.lost
    (back,) = FORMAT.read(tmp_path / "out.jsonl")
    assert [turn.role for turn in back.turns] == ["system", "user", "assistant", "tool", "tool", "assistant"]
    assert [call.name for call in back.turns[2].calls] == ["look", "count"]
    assert [turn.name for turn in back.turns[3:5]] == ["look", "count"]
    assert (back.turns[2].text, back.tools) == ("I look.", tuple(tools))


@given(record=calling_chats())
def test_every_conversation_with_calls_comes_back(record, tmp_path_factory):
    path = tmp_path_factory.mktemp("f") / "a.jsonl"
    written = FORMAT.write([record], path)
    assert (written.rows, written.lost) == (1, {})
    (back,) = FORMAT.read(path)
    said = [(turn.role, turn.text, [(call.name, call.arguments) for call in turn.calls]) for turn in record.turns]
    assert said == [(turn.role, turn.text, [(c.name, c.arguments) for c in turn.calls]) for turn in back.turns]
    assert [turn.name for turn in back.turns] == [turn.name for turn in record.turns]
    assert [medium.path for medium in back.media] == [medium.path for medium in record.media]
    assert FORMAT.sniff(path)


@pytest.mark.parametrize("role", ["tool", "tool_response"])
def test_both_names_of_a_result_are_read(tmp_path, role):
    call = {"role": "tool_call", "content": {"name": "look", "arguments": {"at": 1}}}
    (row,) = read(tmp_path, {"messages": [TALK[0], call, {"role": role, "content": {"n": 2}}, TALK[1]]})
    assert row.turns[1].calls == (Call("call_0", "look", '{"at":1}'),)
    assert row.turns[2] == Turn("tool", (Part("text", '{"n":2}'),), (), "call_0", "look")


def test_pictures_without_marks_are_shown_first(tmp_path):
    talk = [{"role": "user", "content": "Same as <image>?"}, TALK[1]]
    (row,) = read(tmp_path, {"messages": talk, "images": ["a.jpg", {"path": "b.jpg", "bytes": None}]})
    assert [part.type for part in row.turns[0].parts] == ["image", "text", "image", "text"]
    assert [medium.path for medium in row.media] == ["a.jpg", "b.jpg"]
    (row,) = read(tmp_path, {"messages": TALK, "image": "a.jpg"}, name="some.json")
    assert row.turns[0] == Turn.of("user", "How many?", images=1)


def test_pictures_have_addresses_or_stand_in_the_line(tmp_path):
    inside = f"data:image/png;base64,{base64.b64encode(b'abc').decode()}"
    talk = [{"role": "user", "content": "<image><image>Same?"}, TALK[1]]
    (row,) = read(tmp_path, {"messages": talk, "images": ["https://pictures.example/1", inside]})
    assert row.media == (Media(url="https://pictures.example/1"), Media(data=b"abc"))


def test_a_system_may_stand_beside_the_messages(tmp_path):
    (row,) = read(tmp_path, {"messages": TALK, "system": "Be brief."})
    assert row.turns[0] == Turn.of("system", "Be brief.")
    (row,) = read(tmp_path, {"messages": [{"role": "system", "content": "Be long."}, *TALK], "system": "Be brief."})
    assert [turn.text for turn in row.turns] == ["Be long.", "How many?", "Two."]


def test_weights_and_labels_are_kept_beside_the_turns(tmp_path):
    (row,) = read(tmp_path, {"messages": [TALK[0], {**TALK[1], "loss": False}], "channel": "maths"})
    assert json.loads(row.facts.extra) == {"channel": "maths", "loss": [None, False]}


@pytest.mark.parametrize(
    "extra",
    [
        {"videos": ["a.mp4"]},
        {"objects": {"ref": ["mug"], "bbox": [[0, 0, 1, 1]]}},
        {"rejected_response": "Three."},
        {"messages": [TALK[0], {"role": "bot", "content": "a"}]},
        {"messages": [TALK[0], {"role": "tool_call", "content": "{"}]},
        {"messages": [TALK[0], {"role": "tool_call", "content": "[]"}]},
        {"messages": [TALK[0], {"role": "assistant", "content": None}]},
        {"messages": [{"role": "user", "content": "<image>a"}]},
        {"messages": [{"role": "assistant", "content": "a"}], "images": ["a.jpg"]},
        {"images": [{"bytes": "a"}]},
        {"tools": "{"},
    ],
)
def test_a_row_with_what_cannot_be_read_is_set_aside(tmp_path, extra):
    (row,) = read(tmp_path, {"messages": TALK, **extra})
    assert isinstance(row, Reject) and row.reasons[0]


def test_a_mark_in_a_call_is_refused_since_ms_swift_writes_it_out_again(tmp_path):
    call = Turn("assistant", (), (Call("x", "look", '{"at":"<image>"}'),))
    written, rows = write(tmp_path, ASK, call)
    assert rows == []
    assert "<image>" in written.rejected[0].reasons[0]


def test_results_in_another_order_than_the_calls_are_named_as_lost(tmp_path):
    turns = [ASK, Turn("assistant", (), CALLS), result(CALLS[1], "b"), result(CALLS[0], "a")]
    assert write(tmp_path, *turns)[0].lost == {"which result belongs to which call": 1}


def test_rows_that_llama_factory_means_are_left_to_it(tmp_path):
    call = {"role": "function_call", "content": "{}"}
    for row in ({"messages": TALK, "images": []}, {"messages": [TALK[0], call], "tools": "[]"}):
        (tmp_path / "a.jsonl").write_text(json.dumps(row))
        assert not FORMAT.sniff(tmp_path / "a.jsonl")
    (empty,) = write(tmp_path, ASK, ANSWER)[1]
    assert (empty["tools"], empty["images"]) == ("[]", [])
    assert isinstance(next(iter(FORMAT.read(tmp_path / "out.jsonl"))), Record)
    assert FORMAT.sniff(tmp_path / "out.jsonl")
