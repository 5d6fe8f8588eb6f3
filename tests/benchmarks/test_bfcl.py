import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.cli import pictus
from pictus.errors import PictusError
from pictus.grade import Files

FUNCTION = {
    "name": "math.add",
    "parameters": {"type": "dict", "properties": {"a": {"type": "integer"}, "b": {"type": "array"}}, "required": ["a"]},
}
TRUTH = [{"math.add": {"a": [1], "b": [[1], ""]}}]


def graded(folder, results, category="", truth=TRUTH, questions="q.json", **settings):
    name = category or "simple_python"
    files = Files(
        questions=write(
            folder / questions, [{"id": f"{name}_{n}", "function": [FUNCTION]} for n in range(len(results))]
        ),
        truth=write(folder / "t.json", [{"id": f"{name}_{n}", "ground_truth": truth} for n in range(len(results))]),
        predictions=write(
            folder / "p.json", [{"id": f"{name}_{n}", "result": result} for n, result in enumerate(results)]
        ),
    )
    return plugins.load("benchmarks", "bfcl", {"category": category, **settings}).grade(files)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_an_item_that_ends_the_official_scorer_has_no_score_and_no_part_in_the_accuracy(tmp_path):
    results = ["math.add(a=1)", "math.add(a=2)", "math.add(a=1, b=[1])", [{"math.add": '{"a": 1}'}]]
    done = graded(tmp_path, results)
    assert [grade.score for grade in done.grades] == [1, 0, None, 1]
    assert [grade.id for grade in done.grades] == [f"simple_python_{n}" for n in range(4)]
    assert done.figures == {"accuracy": 2 / 3, "correct_count": 2, "total_count": 3}


def test_the_note_has_the_official_reason(tmp_path):
    results = ["I cannot", "", "math.add(a='x')", [{"math.add": "[]"}], "I'm sorry, I cannot add."]
    done = graded(tmp_path, results)
    assert [grade.note.split()[0] for grade in done.grades] == [
        "ast_decoder:decoder_failed",
        "simple_function_checker:wrong_count",
        "type_error:simple",
        "ast_decoder:decoder_wrong_output_format",
        "ast_decoder:decoder_failed",
    ]
    outcomes = ["unreadable", "empty", "answered", "unreadable", "refused"]
    assert [grade.outcome for grade in done.grades] == outcomes


@pytest.mark.parametrize(
    ("result", "irrelevance"),
    [
        ("I cannot do that.", 1),
        ("f(a=", 1),  # nobody can read what it tried to call
        ("[]", 1),
        ([], 1),
        ("f()", 0),
        ([{"f": "{}"}], 0),
        ([{"f": "5"}], 1),
        (None, 1),
    ],
)
@pytest.mark.parametrize("category", ["irrelevance", "live_irrelevance", "live_relevance"])
def test_relevance_asks_for_a_call_and_irrelevance_for_none(tmp_path, result, irrelevance, category):
    score = graded(tmp_path, [result], category).grades[0].score
    assert score == (irrelevance if "irrelevance" in category else 1 - irrelevance)


def test_names_without_dots_are_an_option(tmp_path):
    assert graded(tmp_path, ["math_add(a=1)"]).figures["accuracy"] == 0
    assert graded(tmp_path, ["math_add(a=1)"], underscore_to_dot=True).figures["accuracy"] == 1


@pytest.mark.parametrize("name", ["BFCL_v4_irrelevance.json", "BFCL_v3_live_irrelevance.json"])
def test_the_category_is_in_the_name_of_the_file(tmp_path, name):
    assert graded(tmp_path, ["no"], questions=name).grades[0].kind == name[8:-5]


def test_the_category_is_in_the_ids(tmp_path):
    assert graded(tmp_path, ["no"]).grades[0].kind == "simple_python"


def test_a_file_that_names_no_category_is_refused(tmp_path):
    files = Files(questions=write(tmp_path / "q", [{"id": "one"}]), predictions=write(tmp_path / "p", []))
    with pytest.raises(PictusError, match="category"):
        plugins.load("benchmarks", "bfcl").grade(files)


@pytest.mark.parametrize("category", ["multi_turn_base", "memory_kv", "web_search_base", "format_sensitivity"])
def test_what_needs_running_is_refused(category):
    with pytest.raises(PictusError, match="would have to be run"):
        _ = plugins.load("benchmarks", "bfcl", {"category": category}).needs


def test_an_unknown_category_is_refused():
    with pytest.raises(PictusError, match="unknown category"):
        _ = plugins.load("benchmarks", "bfcl", {"category": "simple_pyhton"}).needs


def test_missing_extra_and_repeated_answers_are_refused(tmp_path):
    questions = write(tmp_path / "q", [{"id": f"irrelevance_{n}", "function": []} for n in range(3)])
    answers = [{"id": f"irrelevance_{n}", "result": "no"} for n in range(4)]
    benchmark = plugins.load("benchmarks", "bfcl")
    for rows, told in (
        (answers[:2], "1 question has no answer: irrelevance_2"),
        (answers, "1 answer is to no question of this file: irrelevance_3"),
        ([*answers[:3], answers[0]], "more than one answer: irrelevance_0"),
    ):
        with pytest.raises(PictusError, match=told):
            benchmark.grade(Files(questions=questions, predictions=write(tmp_path / "p", rows)))


def test_some_questions_may_be_left_out_where_that_is_said(tmp_path):
    questions = write(tmp_path / "q", [{"id": f"irrelevance_{n}"} for n in range(3)])
    predictions = write(tmp_path / "p", [{"id": "irrelevance_1", "result": "no"}])
    done = plugins.load("benchmarks", "bfcl", {"partial": True}).grade(
        Files(questions=questions, predictions=predictions)
    )
    assert done.figures["total_count"] == 1


def test_truth_with_other_ids_is_joined_by_place(tmp_path):
    questions = write(tmp_path / "q", [{"id": "multiple_0", "function": [FUNCTION]}])
    truth = write(tmp_path / "t", [{"id": "another", "ground_truth": TRUTH}])
    predictions = write(tmp_path / "p", [{"id": "multiple_0", "result": "math.add(a=1)"}])
    done = plugins.load("benchmarks", "bfcl").grade(Files(questions=questions, truth=truth, predictions=predictions))
    assert done.figures["accuracy"] == 1


def test_the_command_needs_no_truth_where_there_is_none(tmp_path):
    questions = write(tmp_path / "q.json", [{"id": "irrelevance_0", "function": []}])
    predictions = write(tmp_path / "p.json", [{"id": "irrelevance_0", "result": "no"}])
    command = ["score", "bfcl", "--questions", str(questions), "--predictions", str(predictions), "--json"]
    for more in ([], ["--option", "category=irrelevance"]):
        done = CliRunner().invoke(pictus, [*command, *more, "--per-item", str(tmp_path / "grades.jsonl")])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["accuracy"] == 1
        line = json.loads((tmp_path / "grades.jsonl").read_text())
        assert line == line | {"id": "irrelevance_0", "score": 1.0, "parsed": None, "note": "", "kind": "irrelevance"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    results=st.lists(JSON, min_size=1, max_size=3), truth=JSON, category=st.sampled_from(["simple_java", "parallel"])
)
def test_whatever_stands_in_the_files_every_item_has_its_line(tmp_path_factory, results, truth, category):
    done = graded(tmp_path_factory.mktemp("bfcl"), results, category, truth)
    assert len({grade.id for grade in done.grades}) == len(results)
    assert all(grade.score in (0, 1, None) for grade in done.grades)
