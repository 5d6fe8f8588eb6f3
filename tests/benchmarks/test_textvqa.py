import importlib.util
import json
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files
from short_answers import answer, people

VARIABLE = "PICTUS_OFFICIAL_TEXTVQA"  # names a folder: a clone of github.com/facebookresearch/mmf


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def graded(folder, given, answers, metric="accuracy"):
    truth = lines(folder / "truth.jsonl", [{"id": str(key), "answers": one} for key, one in enumerate(given)])
    said = lines(folder / "said.jsonl", [{"id": str(key), "answer": one} for key, one in enumerate(answers)])
    benchmark = plugins.load("benchmarks", "textvqa", {"metric": metric})
    return benchmark.grade(Files(predictions=said, truth=truth))


@pytest.mark.parametrize(
    ("given", "said", "worth"),
    [
        (["stop"] * 10, "STOP", 1.0),
        (["stop"] * 10, "The stop.", 1.0),
        (["stop"] * 2 + ["go"] * 8, "stop", (2 / 3 * 8 + 1 / 3 * 2) / 10),
        (["stop"] + ["go"] * 9, "stop", (1 / 3 * 9) / 10),
        (["stop"] * 10, "go", 0.0),
        (["1,000"] * 10, "1000", 1.0),
        (["what?"] * 10, "what", 1.0),
        (["men's"] * 10, "men 's", 1.0),
        (["two"] * 10, "2", 1.0),
        ([""] * 10, " ?!", 1.0),
        (["stop"] * 9, "stop", None),  # ten must have answered
        (["stop"] * 11, "stop", None),
        ([], "stop", None),
        ([*["stop"] * 9, None], "stop", None),
    ],
)
def test_accuracy_is_the_agreement_of_ten_people_on_the_words(tmp_path, given, said, worth):
    (grade,) = graded(tmp_path, [given], [said]).grades
    assert grade.score == pytest.approx(worth)
    assert (grade.note != "") == (worth is None)


@pytest.mark.parametrize(
    ("given", "said", "worth"),
    [
        (["stop"], " STOP ", 1.0),
        (["stop"], "stops", 0.8),
        (["stop", "sto"], "st", 2 / 3),
        (["stop"], "st", 0.5),
        (["stop"], "s", 0.0),  # a quarter is less than a half
        (["abcd"], "abxy", 0.5),
        (["stop"], "", 0.0),
        (["", "stop"], "stop", 1.0),
        (["", "stop"], " ", None),  # both empty
        ([], "stop", None),
        (["the stop"], "stop", 0.5),  # articles stay
    ],
)
def test_anls_is_the_likeness_to_the_likest(tmp_path, given, said, worth):
    assert graded(tmp_path, [given], [said], "anls").grades[0].score == pytest.approx(worth)


def test_figures_are_means_of_what_has_a_score_and_are_not_rounded(tmp_path):
    found = graded(tmp_path, [["a b"] * 10, ["c"] * 10, ["d"] * 10, []], ["a b", "x", "x", "x"])
    assert found.figures == {"accuracy": 1 / 3}
    assert graded(tmp_path, [[""]], [""], "anls").figures == {"anls": None}


def own_file(folder, answers=True):
    rows = [
        {"question_id": 7, "image_id": "0a", "question": "What is it?", "answers": ["stop"] * 10},
        {"question_id": 8, "image_id": "0a", "question": "Which colour?", "answers": ["red"] * 10},
        {"question_id": 9, "image_id": "0b", "question": "What is it?", "answers": ["exit"] * 10},
    ]
    rows = [{key: value for key, value in row.items() if answers or key != "answers"} for row in rows]
    path = folder / "TextVQA_0.5.1_val.json"
    path.write_text(json.dumps({"dataset_name": "textvqa", "data": rows}))
    return path


def test_the_datasets_own_file_is_truth_and_its_questions(tmp_path):
    said = tmp_path / "said.json"
    said.write_text(json.dumps([{"question_id": key, "answer": "stop"} for key in (9, 8, 7)]))
    for name in ("truth", "questions"):
        found = plugins.load("benchmarks", "textvqa").grade(Files(predictions=said, **{name: own_file(tmp_path)}))
        assert [(grade.id, grade.score) for grade in found.grades] == [("7", 1.0), ("8", 0.0), ("9", 0.0)]


def test_answers_of_llava_are_joined_by_picture_and_question(tmp_path):
    asks = "Answer the question using a single word or phrase."
    rows = [
        {"question_id": "0b", "prompt": f"what is it?\nReference OCR token: EXIT\n{asks}", "text": "Exit"},
        {"question_id": "0a", "prompt": f"Reference OCR token: STOP\nWhich colour?\n{asks}", "text": "blue"},
        {"question_id": "0a", "prompt": "OCR tokens: STOP. Question: What is it? Short answer:", "text": "stop"},
    ]
    said = lines(tmp_path / "said.jsonl", rows)
    benchmark = plugins.load("benchmarks", "textvqa")
    found = benchmark.grade(Files(predictions=said, truth=own_file(tmp_path)))
    assert [(grade.id, grade.score) for grade in found.grades] == [("7", 1.0), ("8", 0.0), ("9", 1.0)]
    lines(said, [*rows, rows[0]])
    with pytest.raises(PictusError, match="no question that is still open"):
        benchmark.grade(Files(predictions=said, truth=own_file(tmp_path)))


def test_a_test_split_says_that_it_has_no_answers(tmp_path):
    said = lines(tmp_path / "said.jsonl", [{"id": 7, "answer": "stop"}])
    with pytest.raises(PictusError, match="test split"):
        plugins.load("benchmarks", "textvqa").grade(Files(predictions=said, truth=own_file(tmp_path, answers=False)))
    with pytest.raises(PictusError, match="--truth"):
        plugins.load("benchmarks", "textvqa").grade(Files(predictions=said))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"id": "0", "answer": "a"}], "1 question has no answer: 1"),
        ([{"id": key, "answer": "a"} for key in range(3)], "1 answer is to no question of this file: 2"),
        ([{"id": key, "answer": "a"} for key in (0, 1, 1)], "1 question has more than one answer: 1"),
        ([{"id": key, "answer": [3]} for key in (0, 1)], "2 answers are no text: 0, 1"),
        ([{"id": True, "answer": "a"}], "neither text nor a whole number"),
        ([{"answer": "a"}], "no `id`"),
        (["a"], "no `id`"),
    ],
)
def test_bad_predictions_are_told(tmp_path, rows, words):
    truth = lines(tmp_path / "truth.jsonl", [{"id": key, "answers": ["a"] * 10} for key in range(2)])
    said = lines(tmp_path / "said.jsonl", rows)
    with pytest.raises(PictusError) as told:
        plugins.load("benchmarks", "textvqa").grade(Files(predictions=said, truth=truth))
    assert words in told.value.what


@given(
    st.lists(st.text(max_size=8), min_size=10, max_size=10), st.text(max_size=8), st.sampled_from(("accuracy", "anls"))
)
def test_any_texts_have_a_score(tmp_path_factory, given, said, metric):
    (grade,) = graded(tmp_path_factory.mktemp("any"), [given], [said], metric).grades
    assert (grade.score is None) == (metric == "anls" and not said.strip() and not all(text.strip() for text in given))
    assert grade.score is None or 0 <= grade.score <= 1


@pytest.mark.parametrize("piece", ["a", ",", "'s", ". ", "1,", "Question: ", " "])
@pytest.mark.parametrize("metric", ["accuracy", "anls"])
def test_an_answer_of_a_megabyte_is_scored(tmp_path, piece, metric):
    assert graded(tmp_path, [["stop"] * 10], [piece * (2**20 // len(piece))], metric).grades[0].score == 0.0


def by_table(one, other):
    row = list(range(len(other) + 1))
    for number, sign in enumerate(one, 1):
        before, row = row, [number]
        for place, there in enumerate(other):
            row.append(min(row[-1] + 1, before[place + 1] + 1, before[place] + (sign != there)))
    return row[-1]


def official(monkeypatch):
    named = os.environ.get(VARIABLE)
    if named is None:
        pytest.skip(f"{VARIABLE} names no clone of the official evaluators")
    if importlib.util.find_spec("editdistance") is None:  # which they import
        monkeypatch.setitem(sys.modules, "editdistance", SimpleNamespace(eval=by_table))
    spec = importlib.util.spec_from_file_location("m4c_evaluators", Path(named) / "mmf/utils/m4c_evaluators.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("metric", ["accuracy", "anls"])
def test_the_official_evaluators_give_every_item_the_same_score(tmp_path, monkeypatch, metric):
    theirs = official(monkeypatch)
    evaluator = theirs.TextVQAAccuracyEvaluator() if metric == "accuracy" else theirs.STVQAANLSEvaluator()

    def official_score(given, said):
        try:
            return evaluator.eval_pred_list([{"pred_answer": said, "gt_answers": given}])
        except (AssertionError, ZeroDivisionError, ValueError):
            return None

    random_ = random.Random(11)
    given = [people(random_, random_.choice((10, 10, 10, 10, 9, 1, 0))) for _ in range(20_000)]
    said = [random_.choice([*some, answer(random_)]) for some in given]
    said = [random_.choice((text, text.upper(), f"the {text}!")) for text in said]
    found = graded(tmp_path, given, said, metric)
    expected = [official_score(*pair) for pair in zip(given, said, strict=True)]
    assert [grade.score for grade in found.grades] == expected
    scored = [
        {"pred_answer": b, "gt_answers": a} for a, b, c in zip(given, said, expected, strict=True) if c is not None
    ]
    assert found.figures == {metric: evaluator.eval_pred_list(scored)}
