import ast
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files
from short_answers import answer, people

VARIABLE = "PICTUS_OFFICIAL_OCR_VQA"  # names a folder: a clone of github.com/QwenLM/Qwen-VL


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def graded(folder, truths, answers):
    truth = lines(folder / "truth.jsonl", [{"id": str(key), **one} for key, one in enumerate(truths)])
    said = lines(folder / "said.jsonl", [{"id": str(key), "answer": one} for key, one in enumerate(answers)])
    return plugins.load("benchmarks", "ocr_vqa").grade(Files(predictions=said, truth=truth))


@pytest.mark.parametrize(
    ("truth", "said", "worth"),
    [
        ("Jane Doe", "jane doe", 1.0),
        ("Jane Doe", " Jane Doe\n", 1.0),
        ("Jane Doe", "Jane Doe.", 0.0),
        ("Jane Doe", "Jane  Doe", 0.0),
        ("Jane Doe", "By Jane Doe", 0.0),
        ("2", "two", 0.0),
        ("", " ", 1.0),
        (["Jane", "Doe"], "doe", 1.0),
        ([], "doe", None),
        ([None], "doe", None),
    ],
)
def test_an_answer_is_the_same_text_in_small_letters(tmp_path, truth, said, worth):
    row = {"answers": truth} if isinstance(truth, list) else {"answer": truth}
    assert graded(tmp_path, [row], [said]).grades[0].score == worth


def test_accuracy_is_the_mean_of_what_has_a_score(tmp_path):
    truths = [{"answer": "a"}, {"answer": "b"}, {"answer": "c"}, {"answer": 4}]
    assert graded(tmp_path, truths, ["a", "x", "", "4"]).figures == {"accuracy": 1 / 3}


@pytest.mark.parametrize("indent", [None, 1])
def test_the_datasets_own_file_is_the_truth_of_its_splits(tmp_path, indent):
    books = {
        "0009900017": {"split": 3, "questions": ["Who wrote it?", "Is it a novel?"], "answers": ["Jane Doe", "No"]},
        "0009900018": {"split": 1, "questions": ["Who wrote it?"], "answers": ["John Doe"]},
    }
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps(books, indent=indent))
    said = lines(
        tmp_path / "said.jsonl",
        [{"question_id": "0009900017_1", "answer": "yes"}, {"question_id": "0009900017_0", "answer": "jane doe"}],
    )
    found = plugins.load("benchmarks", "ocr_vqa").grade(Files(predictions=said, truth=path))
    assert [(grade.id, grade.score, grade.picture) for grade in found.grades] == [
        ("0009900017_0", 1.0, "0009900017"),
        ("0009900017_1", 0.0, "0009900017"),
    ]
    with pytest.raises(PictusError, match="1 question has no answer: 0009900018_0"):
        plugins.load("benchmarks", "ocr_vqa", {"split": "train"}).grade(Files(predictions=said, truth=path))
    with pytest.raises(PictusError, match="no questions of the split val"):
        plugins.load("benchmarks", "ocr_vqa", {"split": "val"}).grade(Files(predictions=said, truth=path))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "2 questions have no answer: 0, 1"),
        ([{"id": key, "answer": "a"} for key in range(3)], "1 answer is to no question of this file: 2"),
        ([{"id": key, "answer": "a"} for key in (0, 1, 1)], "1 question has more than one answer: 1"),
        ([{"id": key, "answer": None} for key in (0, 1)], "2 answers are no text: 0, 1"),
    ],
)
def test_bad_predictions_are_told(tmp_path, rows, words):
    truth = lines(tmp_path / "truth.jsonl", [{"id": key, "answer": "a"} for key in range(2)])
    said = tmp_path / "said.json"
    said.write_text(json.dumps(rows))
    with pytest.raises(PictusError) as told:
        plugins.load("benchmarks", "ocr_vqa").grade(Files(predictions=said, truth=truth))
    assert words in told.value.what


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_texts_have_a_score(tmp_path_factory, truth, said):
    folder = tmp_path_factory.mktemp("any")
    assert graded(folder, [{"answer": truth}], [truth]).grades[0].score == 1.0
    assert graded(folder, [{"answer": truth}], [said]).grades[0].score in (0.0, 1.0)


def test_the_rule_in_wide_use_gives_every_item_the_same_score(tmp_path):
    named = os.environ.get(VARIABLE)
    if named is None:
        pytest.skip(f"{VARIABLE} names no clone of the script")
    tree = ast.parse((Path(named) / "eval_mm/evaluate_vqa.py").read_text("utf-8"))
    name = "evaluate_exact_match_accuracy"
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    names = {}
    exec(compile(tree, name, "exec"), names)
    random_ = random.Random(5)
    given = [people(random_, random_.choice((1, 1, 1, 3))) for _ in range(20_000)]
    said = [random_.choice((*some, some[0].upper(), f" {some[0]} ", answer(random_))) for some in given]
    found = graded(tmp_path, [{"answers": some} for some in given], said)
    entries = [{"answer": text, "annotation": some} for text, some in zip(said, given, strict=True)]
    assert [grade.score for grade in found.grades] == [names[name]([entry]) for entry in entries]
    assert found.figures == {"accuracy": names[name](entries)}
