"""BFCL's questions and possible answers."""

import json
from dataclasses import replace

import pytest

from pictus import plugins
from pictus.record import NO_FACTS, Call, Facts, Media, Origin, Part, Record, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "bfcl")
ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")
SCHEMA = {
    "type": "object",
    "properties": {
        "at": {"type": "number", "description": "A place.", "default": 0.5},
        "box": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}},
        "what": {"description": "Anything."},
        "type": {"type": "string", "enum": ["mug", "pot"]},
    },
    "required": ["at"],
}
PARAMETERS = {
    "type": "dict",
    "properties": {
        "at": {"type": "float", "description": "A place.", "default": 0.5},
        "box": {"type": "array", "items": {"type": "dict", "properties": {"x": {"type": "integer"}}}},
        "what": {"type": "any", "description": "Anything."},
        "type": {"type": "string", "enum": ["mug", "pot"]},
    },
    "required": ["at"],
}


def read(tmp_path, *questions, answers=None):
    path = tmp_path / "BFCL_v4_some.json"
    path.write_text("\n".join(map(json.dumps, questions)))
    if answers is not None:
        (tmp_path / "possible_answer").mkdir()
        (tmp_path / "possible_answer" / path.name).write_text("\n".join(map(json.dumps, answers)))
    return list(FORMAT.read(path))


def question(key="simple_0", **more):
    return {"id": key, "question": [[{"role": "user", "content": "How many?"}]], "function": [], **more}


def write(tmp_path, *turns, tools=(), media=()):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, tools=tools, media=media)
    path = tmp_path / "out.json"
    written = FORMAT.write([one], path)
    beside = tmp_path / "possible_answer" / "out.json"
    return written, lines(path), lines(beside) if beside.exists() else None


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def calling(*arguments):
    return Turn("assistant", (), tuple(Call(f"c{n}", "a.look", json.dumps(one)) for n, one in enumerate(arguments)))


def test_both_files_of_two_calls(tmp_path):
    turns = [
        Turn.of("system", "Be brief."),
        ASK,
        calling({"at": 1}, {"box": [{"x": 1}, 2], "what": {"a": {"b": [""]}}}),
    ]
    written, (row,), (answer,) = write(tmp_path, *turns, tools=[Tool("a.look", "See.", json.dumps(SCHEMA))])
    assert [str(path.relative_to(tmp_path)) for path in written.files] == ["out.json", "possible_answer/out.json"]
    assert row["question"] == [[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How many?"}]]
    assert row["function"] == [{"name": "a.look", "description": "See.", "parameters": PARAMETERS}]
    assert answer == {
        "id": row["id"],
        "ground_truth": [
            {"a.look": {"at": [1]}},
            {"a.look": {"box": [[{"x": [1]}, 2]], "what": [{"a": [{"b": [""]}]}]}},
        ],
    }
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert json.loads(back.tools[0].parameters) == SCHEMA and back.facts == NO_FACTS
    assert [json.loads(call.arguments) for call in back.turns[2].calls] == [
        json.loads(c.arguments) for c in turns[2].calls
    ]


def test_where_nothing_is_called_there_is_no_file_of_answers(tmp_path):
    write(tmp_path, ASK, calling({}))
    written, rows, answers = write(tmp_path, ASK, tools=[Tool("f", "", '{"type":"object","properties":{}}')])
    assert len(rows) == 1 and answers is None and len(written.files) == 1
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns == (ASK,)


def test_of_several_allowed_values_the_first_is_taken_and_the_others_are_kept(tmp_path):
    allowed = {"at": ["", 12.0, 12], "to": ["km", "", "kilometre"], "left_out": [""], "why": [None, ""], "nil": [None]}
    allowed |= {"size": [{"big": ["very", "much"], "old": ["", "yes"], "new": [""]}], "list": [["a", "b"], ["b", "a"]]}
    truth = [{"units.convert": allowed}]
    (row,) = read(tmp_path, question(), answers=[{"id": "simple_0", "ground_truth": truth}])
    assert json.loads(row.turns[1].calls[0].arguments) == {
        "at": 12.0,
        "to": "km",
        "nil": None,
        "size": {"big": "very", "old": "yes"},
        "list": ["a", "b"],
    }
    assert json.loads(row.facts.extra) == {"ground_truth": truth}


def test_what_else_was_allowed_and_how_functions_were_described_is_written_again(tmp_path):
    truth = [{"f": {"n": [1, 2, ""], "to": ["km", "mile"]}}]
    java = {"name": "f", "description": "", "parameters": {"type": "HashMap", "properties": {"n": {"type": "long"}}}}
    (row,) = read(tmp_path, question(), answers=[{"id": "simple_0", "ground_truth": truth}])
    extra = json.dumps({"ground_truth": truth, "function": [java], "path": ["f"]})
    described = replace(row, tools=(Tool("f", "", '{"type":"object","properties":{"n":{"type":"integer"}}}'),))
    described = replace(described, facts=Facts(extra=extra))
    changed = Turn("assistant", (), (Call("c", "f", '{"n":9,"to":"km"}'),))
    other = replace(described, turns=(*row.turns[:1], changed), tools=(Tool("f", "", '{"type":"object"}'),))
    path = tmp_path / "again.json"
    written = FORMAT.write([row, described, other], path)
    answers = [one["ground_truth"] for one in lines(tmp_path / "possible_answer/again.json")]
    assert answers == [truth, truth, [{"f": {"n": [9], "to": ["km"]}}]]
    assert [one["function"] for one in lines(path)][1:] == [
        [java],
        [{"name": "f", "description": "", "parameters": {"type": "dict", "properties": {}, "required": []}}],
    ]
    assert written.lost == {"facts (captions, boxes, labels)": 2, "the exact schema of a tool": 1}


def test_where_no_call_is_known_what_counts_as_right_is_written_as_it_was_or_not_at_all(tmp_path):
    none = make_record(
        Origin(dataset="d", key="1"), turns=[ASK], facts=Facts(extra='{"ground_truth":[{"f":{"n":[]}}]}')
    )
    words = replace(none, facts=Facts(extra='{"ground_truth":["a river"]}'))
    written = FORMAT.write([none, words], tmp_path / "out.json")
    assert [one["ground_truth"] for one in lines(tmp_path / "possible_answer/out.json")] == [[{"f": {"n": []}}]]
    (reject,) = written.rejected
    assert "no list of calls" in reject.reasons[0]


def test_questions_and_answers_are_joined_by_id(tmp_path):
    answers = [{"id": key, "ground_truth": [{key: {}}]} for key in ("b", "a", "elsewhere")]
    rows = read(tmp_path, question("a"), question("b"), question("irrelevance_1"), answers=answers)
    assert [[call.name for turn in row.turns for call in turn.calls] for row in rows] == [["a"], ["b"], []]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("dict", "object"), ("HashMap", "object"), ("float", "number"), ("double", "number"), ("tuple", "array")),
        *(("ArrayList", "array"), ("String", "string"), ("char", "string"), ("long", "integer"), ("bool", "boolean")),
    ],
)
def test_types_are_those_of_json_schema(tmp_path, kind, name):
    parameters = {"type": "dict", "properties": {"a": {"type": kind, "optional": True}}, "required": []}
    (row,) = read(tmp_path, question(function=[{"name": "f", "description": "", "parameters": parameters}]))
    assert json.loads(row.tools[0].parameters) == {
        "type": "object",
        "properties": {"a": {"type": name, "optional": True}},
    }


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"properties": {}, "type": "object", "required": []}])
def test_what_the_evaluation_needs_is_there_and_named_where_it_was_not(tmp_path, schema):
    written, (row,), _ = write(tmp_path, ASK, tools=[Tool("f", "", json.dumps(schema))])
    assert row["function"][0]["parameters"] == {"type": "dict", "properties": {}, "required": []}
    assert written.lost == {"the exact schema of a tool": 1}


RESULT = Turn("tool", (Part("text", "2"),), (), "c0")


@pytest.mark.parametrize(
    ("turns", "lost"),
    [
        ([ASK, ANSWER], {"the words of an answer without a call"}),
        ([ASK, ANSWER, ASK, calling({})], set()),
        ([ASK, calling({}), RESULT, ANSWER], {"the results of calls and what is said of them"}),
    ],
)
def test_what_a_question_has_no_place_for_is_named(tmp_path, turns, lost):
    written, rows, _ = write(tmp_path, *turns)
    assert set(written.lost) == lost and len(rows) == 1


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([ASK, calling({}), RESULT, calling({}), RESULT], "again after their results"),
        ([ASK, calling({"a": ""})], "empty text"),
        ([ASK, calling({"a": {"b": ""}})], "empty text"),
        ([ASK, calling({"a": [{"b": ""}]})], "empty text"),
        ([ASK, calling([])], "no object"),
        ([ASK, calling({"a": 2**70})], "would not take it"),
        ([Turn.of("user", "a", images=1), ANSWER], "pictures"),
    ],
)
def test_what_it_cannot_hold_is_refused_and_leaves_no_answer(tmp_path, turns, words):
    images = sum(part.type == "image" for turn in turns for part in turn.parts)
    written, rows, answers = write(tmp_path, *turns, media=[Media(path="a.jpg", root="/pictures")] * images)
    assert (rows, answers) == ([], None)
    assert words in written.rejected[0].reasons[0]


def test_a_question_that_cannot_be_written_leaves_no_answer(tmp_path):
    schema = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 2**70}}}
    written, rows, answers = write(tmp_path, ASK, calling({"a": 1}), tools=[Tool("f", "", json.dumps(schema))])
    assert (rows, answers) == ([], None)
    assert "would not take it" in written.rejected[0].reasons[0]


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": []},
        {"type": "array"},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "null"}}}},
        {"type": "object", "properties": {"a": {"additionalProperties": {"type": "string"}}}},
        {"type": "object", "properties": {"a": True}},
        {"type": "dict"},
    ],
)
def test_a_schema_that_bfcl_has_no_words_for_is_refused(tmp_path, schema):
    written, rows, _ = write(tmp_path, ASK, tools=[Tool("f", "", json.dumps(schema))])
    assert rows == [] and written.rejected[0].reasons[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": []}, "rounds of questions"),
        ({"question": [[], [{"role": "user", "content": "a"}]]}, "rounds of questions"),
        ({"question": [[]]}, "no turns"),
        ({"question": [[{"role": "tool", "content": "a"}]]}, "unknown role"),
        ({"involved_classes": ["MathAPI"]}, "simulated classes"),
        ({"function": [{"name": "f", "parameters": {"type": "dict", "properties": {"a": {"type": "elf"}}}}]}, "'elf'"),
        ({"function": [{"name": "f"}]}, "no 'parameters'"),
    ],
)
def test_a_question_that_is_wrong_is_set_aside(tmp_path, change, words):
    (row,) = read(tmp_path, question(**change))
    assert isinstance(row, Reject) and words in row.reasons[0]


@pytest.mark.parametrize(
    "truth",
    [
        *(["mkdir(dir_name='a')"], "a", 5, None, [{}], [{"f": {}, "g": {}}], [{"f": []}], [{"f": {"a": 1}}]),
        *([{"f": {"a": []}}], [{"f": {"a": [{"b": 1}]}}], [{"f": {"a": [{"b": []}]}}]),
    ],
)
def test_an_answer_that_is_wrong_sets_its_question_aside(tmp_path, truth):
    (row,) = read(tmp_path, question(), answers=[{"id": "simple_0", "ground_truth": truth}])
    assert isinstance(row, Reject) and row.reasons[0]


def test_answers_that_no_question_can_have_are_set_aside(tmp_path):
    answers = [{"id": "simple_0", "ground_truth": [{"f": {}}]}, {"id": "simple_0", "ground_truth": []}, {"id": 5}, 7]
    *rejects, row = read(tmp_path, question(), answers=answers)
    assert isinstance(row, Record) and [reject.where for reject in rejects] == [
        f"BFCL_v4_some.json, line {number}" for number in (2, 3, 4)
    ]
