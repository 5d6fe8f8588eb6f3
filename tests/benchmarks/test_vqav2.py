import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files
from pictus.steps import score as score_step
from short_answers import answer, people

ROOT = Path(__file__).parent.parent.parent
HEAD = {"info": {}, "license": {}, "task_type": "Open-Ended", "data_type": "mscoco", "data_subtype": "val2014"}


def annotation(key, answers, *, kind="what is", answer_type="other", ids=None):
    numbers = ids or range(1, len(answers) + 1)
    given = [
        {"answer_id": number, "answer": text, "answer_confidence": "yes"}
        for number, text in zip(numbers, answers, strict=True)
    ]
    return {"question_id": key, "image_id": 7, "question_type": kind, "answer_type": answer_type, "answers": given}


def write(folder, annotations, results, questions=None):
    asked = [{"question_id": one["question_id"], "image_id": 7, "question": "?"} for one in annotations]
    paths = Files(questions=folder / "q.json", truth=folder / "a.json", predictions=folder / "r.json")
    paths.questions.write_text(json.dumps({**HEAD, "questions": asked if questions is None else questions}))
    paths.truth.write_text(json.dumps({**HEAD, "annotations": annotations}))
    paths.predictions.write_text(json.dumps(results))
    return paths


def graded(folder, annotations, answers):
    results = [
        {"question_id": one["question_id"], "answer": text} for one, text in zip(annotations, answers, strict=True)
    ]
    return plugins.load("benchmarks", "vqav2").grade(write(folder, annotations, results))


def score(folder, given, said, **options):
    return graded(folder, [annotation(1, given, **options)], [said]).grades[0].score


@pytest.mark.parametrize(("alike", "worth"), [(0, 0.0), (1, 0.3), (2, 0.6), (3, 0.9), (4, 1.0), (9, 1.0)])
def test_an_answer_is_worth_a_third_for_each_of_the_other_nine_who_gave_it(tmp_path, alike, worth):
    assert score(tmp_path, ["red"] * alike + ["blue"] * (9 - alike) + ["green"], "red") == worth


@pytest.mark.parametrize(
    ("given", "said", "worth"),
    [
        (["yes"] * 10, "yes", 1.0),
        (["yes"] * 10, " yes\n", 1.0),
        (["yes", " yes\t"] * 5, "yes", 1.0),  # they agree once trimmed
        (["yes"] * 10, "Yes", 0.0),
        (["2"] * 10, "two", 0.0),
        (["yes"] * 9 + ["no"], "The YES!", 1.0),
        (["Yes"] * 9 + ["yes"], "yes", 1.0),  # they do not agree as written
        (["yes"] * 10, "yes\r", 1.0),  # at the end it is white space
        (["a\rb"] * 10, "a b", 0.0),  # and between words it stays
        (["red"] * 3, "red", 2 / 3),  # three people, each with two others
        (["red"], "red", 0.0),  # nobody else gave it
    ],
)
def test_people_who_agree_are_taken_at_their_word(tmp_path, given, said, worth):
    assert score(tmp_path, given, said) == pytest.approx(worth, abs=5e-5)


def test_two_human_records_that_are_the_same_remove_each_other(tmp_path):
    given = ["red", "red", "red", *["blue"] * 7]
    assert score(tmp_path, given, "red") == 0.9
    # Two of the three are one record: each of them sees one other, as the third sees two, and all the rest see three.
    assert (
        score(tmp_path, given, "red", ids=[1, 1, *range(3, 11)])
        == round(100 * (1 / 3 + 1 / 3 + 2 / 3 + 7) / 10, 2) / 100
    )
    assert score(tmp_path, given, "red", ids=[1, "1", *range(3, 11)]) == 0.9


def test_figures_are_rounded_percents_as_fractions_by_the_official_names(tmp_path):
    some = ["red"] * 2 + ["blue"] * 8
    rows = [
        annotation(10, some),
        annotation(2, ["yes"] * 10, kind="is the", answer_type="yes/no"),
        annotation(3, some, kind="is the", answer_type="other"),
    ]
    found = graded(tmp_path, rows, ["red", "yes", "green"])
    assert [grade.id for grade in found.grades] == ["10", "2", "3"]
    assert found.figures == {
        "overall": 53.33 / 100,
        "perQuestionType": {"what is": 0.6, "is the": 0.5},
        "perAnswerType": {"other": 0.3, "yes/no": 1.0},
    }


def test_the_last_of_several_answers_counts_and_ids_may_be_text(tmp_path):
    paths = write(
        tmp_path,
        [annotation(1, ["yes"] * 10)],
        [{"question_id": 1, "answer": "no"}, {"question_id": "1", "answer": "yes"}],
    )
    (grade,) = plugins.load("benchmarks", "vqav2").grade(paths).grades
    assert (grade.score, grade.note) == (1.0, "the last of several answers")


def test_a_question_that_nobody_answered_has_no_score(tmp_path):
    found = graded(tmp_path, [annotation(1, []), annotation(2, ["yes"] * 10)], ["a", "yes"])
    assert [grade.score for grade in found.grades] == [None, 1.0]
    assert found.figures["overall"] == 1.0


def test_what_an_answer_was_is_told_apart(tmp_path):
    rows = [annotation(key, ["yes"] * 10) for key in range(4)]
    found = graded(tmp_path, rows, ["Yes.", "", "I'm sorry, I cannot answer that.", "yes"])
    assert [grade.outcome for grade in found.grades] == ["answered", "empty", "refused", "answered"]
    assert found.grades[0].note == "all people answered 'yes': then case, articles and marks count"
    assert found.grades[0].parsed == "Yes."


def said(keys, text="a"):
    return [{"question_id": key, "answer": text} for key in keys]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (said(range(1, 40)), "11 questions have no answer: 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, …"),
        (said(range(1, 61)), "10 answers are to no question of this file: 51, 52"),
        (said(range(1, 51), [["a"]]), "50 answers are no text: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"),
        (said([1.5]), "neither text nor a whole number"),
        ([{"question_id": 1}], "no `answer`"),
        ([["a"]], "no `question_id`"),
    ],
)
def test_bad_predictions_are_told_with_their_first_ids(tmp_path, results, words):
    paths = write(tmp_path, [annotation(key, ["a"] * 10) for key in range(1, 51)], results)
    with pytest.raises(PictusError) as told:
        plugins.load("benchmarks", "vqav2").grade(paths)
    assert words in told.value.what


def test_a_question_that_is_annotated_twice_is_refused(tmp_path):
    rows = [annotation(1, ["a"] * 10)] * 2
    with pytest.raises(PictusError, match="annotated twice"):
        graded(tmp_path, rows, ["a", "a"])


def test_items_are_lines_and_files_that_are_not_there_are_told(tmp_path):
    paths = write(tmp_path, [annotation(5, ["a"] * 10)], [{"question_id": 5, "answer": "a"}])
    lines = tmp_path / "items.jsonl"
    done = score_step.run(score_step.plan("vqav2", paths, per_item=lines))
    line = json.loads(lines.read_text())
    assert line == line | {"id": "5", "score": 1.0, "parsed": "a", "note": "", "picture": "7"}
    assert (done.items, done.unscored, done.outcomes) == (1, 0, {"answered": 1})
    with pytest.raises(PictusError, match="does not exist") as told:
        score_step.plan("vqav2", replace(paths, questions=tmp_path / "none.json"))
    assert told.value.mend == "check the path after `--questions`"


def test_a_number_that_is_none_is_no_json(tmp_path):
    paths = write(tmp_path, [annotation(1, ["a"] * 10)], [])
    paths.predictions.write_text('[{"question_id": 1, "answer": NaN}]')
    with pytest.raises(PictusError, match="JSON"):
        plugins.load("benchmarks", "vqav2").grade(paths)


def test_a_test_split_says_that_its_answers_are_not_public(tmp_path):
    paths = write(tmp_path, [annotation(1, ["a"] * 10)], [{"question_id": 1, "answer": "a"}])
    benchmark = plugins.load("benchmarks", "vqav2")
    with pytest.raises(PictusError, match="annotations") as told:
        benchmark.grade(Files(predictions=paths.predictions, questions=paths.questions))
    assert "evaluation server" in told.value.mend
    with pytest.raises(PictusError, match="no annotations"):
        benchmark.grade(Files(predictions=paths.predictions, truth=paths.questions))


def test_questions_of_another_split_are_refused(tmp_path):
    paths = write(tmp_path, [annotation(1, ["a"] * 10)], [{"question_id": 1, "answer": "a"}], [{"question_id": 2}])
    with pytest.raises(PictusError, match="none of these questions"):
        plugins.load("benchmarks", "vqav2").grade(paths)


@pytest.mark.parametrize("row", [{"question_id": 1}, {"answers": []}, [], annotation(1, [3]), annotation(1, [None])])
def test_annotations_that_are_none_are_told_with_their_place(tmp_path, row):
    paths = write(tmp_path, [annotation(1, ["a"] * 10)], [{"question_id": 1, "answer": "a"}])
    paths.truth.write_text(json.dumps({"annotations": [row]}))
    with pytest.raises(PictusError) as told:
        plugins.load("benchmarks", "vqav2").grade(paths)
    assert told.value.where.endswith("a.json, row 1")


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12), st.text(max_size=12), st.randoms())
def test_any_texts_have_a_score_that_the_order_of_people_does_not_change(tmp_path_factory, given, said, random_):
    folder = tmp_path_factory.mktemp("any")
    first = score(folder, given, said)
    assert 0 <= first <= 1
    random_.shuffle(given)
    assert score(folder, given, said) == first


@pytest.mark.parametrize("piece", ["a", ",", ". ", "1,", "-", " ", "'", "\\", "the ", "1,2-3 "])
def test_an_answer_of_a_megabyte_is_scored(tmp_path, piece):
    # An expression that tries all ways to match would run into the time limit of tests.
    assert score(tmp_path, ["a"] * 5 + ["b"] * 5, piece * (2**20 // len(piece))) in (0.0, 1.0)


def test_the_official_scorer_gives_every_item_the_same_score(tmp_path):
    sys.path.append(str(ROOT / "bench"))
    import official_vqa

    official = official_vqa.folder()
    if official is None:
        pytest.skip(f"{official_vqa.VARIABLE} names no clone of the official scorer")
    random_ = random.Random(7)
    rows, results = [], []
    for key in range(30_000):
        given = people(random_, random_.choice((10, 10, 10, 1, 3, 12)))
        ids = [random_.randint(1, 9) for _ in given] if random_.random() < 0.2 else None
        kind, answer_type = f"kind {random_.randrange(60)}", random_.choice(("yes/no", "number", "other"))
        rows.append(annotation(key, given, kind=kind, answer_type=answer_type, ids=ids))
        said = random_.choice(given) if random_.random() < 0.6 else answer(random_)
        results.append({"question_id": key, "answer": random_.choice((said, said, said.upper(), f"The {said}."))})
    results += random_.sample(results, 300)
    paths = write(tmp_path, rows, results)
    theirs, items = official_vqa.score(official, paths.questions, paths.truth, paths.predictions)
    found = plugins.load("benchmarks", "vqav2").grade(paths)
    assert {grade.id: grade.score for grade in found.grades} == {str(key): worth / 100 for key, worth in items.items()}
    assert found.figures == {
        name: {kind: one / 100 for kind, one in worth.items()} if isinstance(worth, dict) else worth / 100
        for name, worth in theirs.items()
    }
