"""Every layout that BFCL's categories have: one round and several, answers of three kinds, functions elsewhere."""

import json
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/bfcl"
FUNCTION = {
    "name": "a.look",
    "description": "See.",
    "parameters": {"type": "dict", "properties": {"n": {"type": "any"}}},
}


def read(root, split, **settings):
    return list(plugins.load("sources", "bfcl", settings).records(root, split))


def extra(record):
    return json.loads(record.facts.extra)


def texts(record):
    return [(turn.role, turn.text) for turn in record.turns]


def write(root, split, *rows, answers=None, folder="", release=4):
    name = f"BFCL_v{release}_{split}.json"
    (root / folder / "possible_answer").mkdir(parents=True, exist_ok=True)
    (root / folder / name).write_text("\n".join(map(json.dumps, rows)))
    if answers is not None:
        (root / folder / "possible_answer" / name).write_text("\n".join(map(json.dumps, answers)))


def question(key="q", **more):
    return {"id": key, "question": [[{"role": "user", "content": "How many?"}]], "function": [FUNCTION], **more}


def test_lines_in_a_file_named_json_become_a_question_and_the_first_right_call():
    first, second = read(DATA, "simple_python")
    assert texts(first) == [("user", "Convert 12 miles to km."), ("assistant", "")]
    (call,) = first.turns[1].calls
    assert call.name == "units.convert" and json.loads(call.arguments) == {"value": 12.0, "to": "km"}
    assert json.loads(second.turns[1].calls[0].arguments) == {"value": 3, "to": "yard"}
    assert (first.origin.dataset, first.origin.split, first.origin.key) == (
        "bfcl",
        "simple_python",
        "simple_python_9001",
    )


def test_types_are_json_schema_s_and_what_the_file_says_is_kept_beside_them():
    record, _ = read(DATA, "simple_python")
    (tool,) = record.tools
    schema = json.loads(tool.parameters)
    assert schema["type"] == "object" and schema["properties"]["value"]["type"] == "number"
    kept = extra(record)
    assert kept["function"][0]["parameters"]["type"] == "dict"
    assert kept["ground_truth"] == [{"units.convert": {"value": [12.0, 12], "to": ["km", "kilometre", ""]}}]
    assert "question" not in kept


def test_where_no_function_answers_nothing_is_called_and_no_message_is_lost():
    (record,) = read(DATA, "live_irrelevance")
    assert texts(record) == [("system", "Be brief."), ("user", "Hello."), ("user", "Name a river.")]
    assert len(record.tools) == 1 and "ground_truth" not in extra(record)


def test_rounds_may_be_empty_and_functions_hidden_at_first_or_for_good():
    (record,) = read(DATA, "multi_turn_miss_func")
    assert texts(record) == [("user", "Add 2 and 3."), ("user", "Round that."), ("user", "Say it is done.")]
    assert [tool.name for tool in record.tools] == ["add"]
    kept = extra(record)
    assert [len(one) for one in kept["question"]] == [1, 1, 0, 1]
    assert kept["ground_truth"] == [["add(a=2, b=3)"], [], ["round_number(number=5, decimal_places=0)"], []]
    assert [one["name"] for one in kept["function"]] == ["add", "round_number", "power"]
    assert "response" in kept["function"][0]
    assert kept["missed_function"] == {"2": ["round_number"]} and kept["initial_config"] == {"MathAPI": {}}


@pytest.mark.parametrize(("memory", "tool"), [("kv", "memory_get"), ("vector", "memory_find")])
def test_memory_has_words_for_answers_and_the_functions_that_were_chosen(memory, tool):
    (record,) = read(DATA, "memory", memory=memory)
    assert [one.name for one in record.tools] == [tool]
    assert record.facts.answers == ("Plum",) and len(record.turns) == 1
    assert extra(record)["source"] == "My cat Plum sleeps on my notes."
    (before,) = read(DATA, "memory_prereq", memory=memory)
    assert texts(before) == [("user", "My cat Plum sleeps on my notes."), ("user", "I study rivers.")]


def test_a_web_search_keeps_all_answers_and_its_way_there():
    (record,) = read(DATA, "web_search")
    assert record.facts.answers == ("Ebb", "the Ebb") and extra(record)["num_hops"] == 2


def test_the_sensitive_questions_are_those_of_other_categories_again(tmp_path):
    (record,) = read(DATA, "format_sensitivity")
    assert (record.origin.split, record.origin.key) == ("format_sensitivity", "simple_python_9002")
    write(tmp_path, "irrelevance", question("a"), question("b"))
    (tmp_path / "BFCL_v4_format_sensitivity.json").write_text('{"irrelevance": ["b", "z"]}')
    found, missing = read(tmp_path, "format_sensitivity")
    assert found.origin.key == "b" and missing.row == "z"


@pytest.mark.parametrize("allowed", [[], [{"part": []}], "one"])
def test_a_question_that_nobody_can_answer_stays_without_a_call(tmp_path, allowed):
    truth = [{"a.look": {"n": allowed}}]
    write(tmp_path, "live_simple", question(), answers=[{"id": "q", "ground_truth": truth}])
    (record,) = read(tmp_path, "live_simple")
    assert len(record.turns) == 1 and extra(record)["ground_truth"] == truth


def test_the_third_release_has_other_names_and_other_folders(tmp_path):
    answers = [{"id": "q", "ground_truth": [{"a.look": {"n": [{"format": "day"}]}}]}]
    write(tmp_path, "java", question(), answers=answers, folder="berkeley-function-call-leaderboard/data", release=3)
    (record,) = read(tmp_path, "simple_java")
    assert record.origin.split == "simple_java"
    assert json.loads(record.turns[1].calls[0].arguments) == {"n": {"format": "day"}}


@pytest.mark.parametrize(
    ("truth", "arguments"),
    [
        (["a.look(n=[1, 'b'])"], {"n": [1, "b"]}),
        (["a.look(2)"], {"n": 2}),
        (["a.look(n=1/6)"], None),
        ('{"a": "result"}', None),
    ],
)
def test_what_fell_out_of_use_has_calls_in_python(tmp_path, truth, arguments):
    row = question() | {"question": [{"role": "user", "content": "How many?"}]}
    folder = "unused_datasets"
    write(tmp_path, "rest", row, folder=f"{folder}/question")
    write(tmp_path, "irrelevance", question())
    (tmp_path / folder / "possible_answer").mkdir()
    (tmp_path / folder / "possible_answer/BFCL_v4_rest.json").write_text(json.dumps({"id": "q", "ground_truth": truth}))
    (record,) = read(tmp_path, "rest")
    calls = [json.loads(call.arguments) for turn in record.turns for call in turn.calls]
    assert calls == ([] if arguments is None else [arguments])
    assert extra(record)["ground_truth"] == truth and record.turns[0].text == "How many?"


def test_the_simplest_row_is_one_text_without_id_or_functions(tmp_path):
    write(tmp_path, "chatable", {"question": "How many?", "function": ""})
    (record,) = read(tmp_path, "chatable")
    assert texts(record) == [("user", "How many?")] and record.origin.key == "BFCL_v4_chatable.json, line 1"


def test_early_files_have_the_functions_in_the_row_and_describe_what_is_missed(tmp_path):
    late = FUNCTION | {"name": "late"}
    row = question(involved_classes=["MathAPI"], missed_function={"1": [late]}, function=[FUNCTION, late])
    answers = [{"id": "q", "ground_truth": [["a.look(n=1)"]]}]
    write(tmp_path, "multi_turn_base", row, answers=answers, release=3)
    (record,) = read(tmp_path, "multi_turn_base")
    assert [tool.name for tool in record.tools] == ["a.look"] and len(record.turns) == 1


def test_a_broken_row_or_answer_is_set_aside_and_no_other(tmp_path):
    rows = [question("a", question=[]), question("b", function=[{"name": "f"}]), question("c")]
    rows += [question("d", question=[[{"role": "ghost", "content": "Boo."}]]), "no row"]
    write(tmp_path, "simple_python", *rows, answers=[{"id": "c", "ground_truth": [{"a.look": {"n": [1]}}]}, {"id": 1}])
    found = read(tmp_path, "simple_python")
    assert [one.origin.key for one in found if isinstance(one, Record)] == ["c"]
    assert [one.reasons[0] for one in found if isinstance(one, Reject)] == [
        "an answer has no id, or no `ground_truth`",
        "it asks nothing",
        "it has no 'parameters'",
        "unknown role: 'ghost'",
        "the row is no object",
    ]


def test_a_class_that_nothing_describes_sets_its_question_aside(tmp_path):
    write(tmp_path, "memory", *[question(key, involved_classes=["Ghost"], function=None) for key in "ab"], answers=[])
    (tmp_path / "multi_turn_func_doc").mkdir()
    (tmp_path / "multi_turn_func_doc/math_api.json").write_text("{}")
    assert [one.reasons for one in read(tmp_path, "memory")] == [("no file describes the class 'Ghost'",)] * 2


@pytest.mark.parametrize(
    ("split", "missing"),
    [
        ("multiple", "the answers to BFCL_v4_multiple.json are missing"),
        ("memory", "the folder multi_turn_func_doc/ is missing"),
        ("parallel", "BFCL_v4_parallel.json"),
        ("memory_prereq", "memory_prereq_conversation"),
        ("simple", "unknown split `simple`"),
    ],
)
def test_a_file_that_is_missing_is_named_before_anything_is_read(tmp_path, split, missing):
    write(tmp_path, "multiple", question())
    write(tmp_path, "memory", question(), answers=[])
    with pytest.raises(PictusError, match=missing):
        plugins.load("sources", "bfcl").files(tmp_path, split)
