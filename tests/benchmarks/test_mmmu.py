"""MMMU's rules: which letter an answer means, what an open answer means, and what the figures are of."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.benchmarks.mmmu import open_answer
from pictus.benchmarks.mmmu.choice import letter_of, letters, pro_letter_of
from pictus.benchmarks.mmmu.figures import DISCIPLINES, SUBJECTS, figures_of, subject_of
from pictus.errors import PictusError
from pictus.grade import Files

CHOICES = letters(["a red fox", "a dog", "a red", ""][:3])


@pytest.mark.parametrize(
    ("response", "letter"),
    [
        ("B", "B"),
        ("B.", "B"),
        ("'B'.", "B"),
        ("B.'", None),  # the period's turn is over when the quote is gone
        ("(A) or rather (C), not (A", "C"),
        ("(A) then (B) then (A)", "A"),
        ("B says (A)", "A"),  # brackets come first
        ("A or B", "B"),
        ("b", None),
        ("B\nbecause", None),  # a letter alone has a space on both sides
        ("surely it must be a dog there", "B"),
        ("a dog", None),  # too short to be read by what it says
        ("surely it must be A RED FOX there", "A"),  # of two that start at the same place the first counts
        ("a red fox, or perhaps even a red", "C"),
    ],
)
def test_a_response_means_the_last_letter_of_the_first_form_that_is_there(response, letter):
    assert letter_of(response, CHOICES) == letter


def test_an_empty_choice_is_in_every_long_response():
    assert letter_of("one two three four five six", letters(["fox", ""])) == "B"


def test_there_are_letters_beyond_z():
    assert list(letters(["x"] * 28))[-3:] == ["Z", "[", "\\"]


@pytest.mark.parametrize(
    ("response", "letter"),
    [
        ("(A) ... Answer: C", "C"),
        ("Answer: B or C (A)", "A"),  # two are announced, so the others rules hold
        ("Answer: A\nAnswer: B", "B"),
        ("it is B.", "B"),
        ("AB and so", "B"),  # no space is asked for before the letter
        ("x.C.y", "C"),
        ("b", None),
    ],
)
def test_mmmu_pro_reads_what_is_announced_and_looser_forms(response, letter):
    assert pro_letter_of(response, CHOICES) == letter


@pytest.mark.parametrize(
    ("response", "meant"),
    [
        ("Seven.", ["seven"]),
        ("The result is 12.345 m", ["12.345 m", 12.35]),
        ("x = 1,234", [1234.0, 234.0]),  # the last digits are a number of their own as well
        ("x = 5\nnothing here", ["x = 5\nnothing here", 5.0]),  # "=" announces only in the last line
        ("so it is\nso 3", ["it is", 3.0]),
        ("thus the answer is A", [" a", "a "]),
        ("the answer is :", ["the answer is :"]),  # what is only a mark does not count
        ("x_ or 1e3", ["x_ or 1e3", 1000.0, 3.0]),  # what stands behind a letter is one too
        ("1_0", [10.0, 0.0]),  # Python reads ten in it
    ],
)
def test_an_open_answer_means_texts_and_numbers(response, meant):
    assert open_answer.parsed(response) == meant


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("-1,234,567 and 12,34", {-1234567.0, 567.0, 34.0}),
        ("1,2345", {2345.0}),
        ("-.5 3.14, 7", {-0.5, 3.0, 7.0}),
        ("1.5.6e2 9e", {1.5, 560.0, 2.0}),
        ("10x", set()),
        ("5-3", {5.0, -3.0}),
    ],
)
def test_numbers_are_found_wherever_they_stand(text, numbers):
    assert {one for one in open_answer.parsed(f"{text} z") if isinstance(one, float)} == numbers


@pytest.mark.parametrize(
    ("response", "truth", "is_right"),
    [
        ("about 3.141", ["3.14"], True),
        ("about 3.15", ["3.14"], False),
        ("it is a big red fox", ["red fox"], True),
        ("fox", ["red fox"], False),
        ("four", ["4"], False),
        ("point x", ["x"], True),
        ("xy", ["x"], False),  # a letter must stand alone
        ("anything", [""], True),
    ],
)
def test_an_open_answer_is_right_by_number_or_with_a_true_text_inside(response, truth, is_right):
    true = [normal for one in truth for normal in open_answer.normal(one)]
    assert open_answer.agrees(open_answer.parsed(response), true) == is_right


@given(text=st.text(st.sampled_from("ab1 2,.-e\n=is(A)nf٣")))
def test_an_open_answer_agrees_with_itself(text):
    assert open_answer.parsed(text)
    assert letter_of(text, CHOICES) in (None, *CHOICES)
    assert pro_letter_of(text, CHOICES) in (None, *CHOICES)


MEGABYTE = 2**20


@pytest.mark.parametrize("part", ["1", "1,111", "1.", "1,", "-", ".", "1e", "is ", "\n", "is 1\n", "(A)", "'", "٣"])
def test_a_megabyte_of_anything_is_read_in_no_time(part):  # not in hours, as by trying all beginnings and ends
    text = f"{part * (MEGABYTE // len(part))}x"
    assert open_answer.parsed(text)
    letter_of(text, CHOICES)
    pro_letter_of(text, CHOICES)


def test_there_are_thirty_subjects_in_six_disciplines():
    assert (len(SUBJECTS), len(DISCIPLINES)) == (30, 6)
    assert subject_of("validation_Art_Theory_3") == "Art_Theory"


def test_figures_have_three_decimals_and_a_discipline_without_questions_has_none_right():
    figures = figures_of({"Art": [True, False, False], "Math": [True], "Unknown": [True]})
    assert figures["Art"] == figures["Overall-Art and Design"] == 0.333
    assert (figures["Overall"], figures["Overall-Business"]) == (0.5, 0.0)
    assert "Music" not in figures
    assert "Unknown" not in figures


def item(number, response, subject="Art", kind="multiple-choice", true="A", options=("fox", "dog")):
    key = f"validation_{subject}_{number}"
    return key, {"id": key, "question_type": kind, "options": list(options)}, true, response


def graded(folder, items, *, said=None, **options):
    rows = [row for _, row, _, _ in items]
    truth = {row["id"]: {"question_type": row["question_type"], "ground_truth": true} for _, row, true, _ in items}
    responses = {key: response for key, _, _, response in items} if said is None else said
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "said.json").write_text(json.dumps(responses))
    files = {name: folder / f"{name}.json" for name in ("said", "truth")}
    return plugins.load("benchmarks", "mmmu", options).grade(
        Files(predictions=files["said"], truth=files["truth"], questions=folder / "questions.jsonl")
    )


def test_letters_are_drawn_by_the_seed_of_the_official_script_subject_by_subject(tmp_path):
    items = [item(place, "?", subject) for place, subject in enumerate(("Music", "Art", "Music", "Art", "Biology"))]
    done = graded(tmp_path, items)
    assert [grade.id for grade in done.grades] == [items[place][0] for place in (1, 3, 4, 0, 2)]
    assert [grade.parsed for grade in done.grades] == ["A", "A", "B", "A", "A"]  # random.seed(42), two choices
    assert {grade.outcome for grade in done.grades} == {"fallback"}
    assert all("fallback" in grade.note for grade in done.grades)


def test_only_what_is_drawn_uses_up_chance_and_is_called_a_fallback(tmp_path):
    items = [item(1, "?"), item(2, "B"), item(3, ""), item(4, "", kind="open"), item(5, "?")]
    done = graded(tmp_path, items)
    assert [grade.parsed for grade in done.grades] == ["A", "B", "A", [""], "B"]
    assert ["fallback" in grade.note for grade in done.grades] == [True, False, True, False, True]
    assert [grade.outcome for grade in done.grades] == ["fallback", "answered", "fallback", "empty", "fallback"]


@pytest.mark.parametrize("kind", ["open", "short-answer", "true-false"])
def test_what_is_not_multiple_choice_is_open_and_truth_may_be_a_list(tmp_path, kind):
    done = graded(tmp_path, [item(1, "It is 6.0", kind=kind, true=["six", "6"]), item(2, "B", true=["C", "B"])])
    assert [grade.score for grade in done.grades] == [1.0, 1.0]


def test_what_stops_the_official_script_has_no_score_and_leaves_the_others_theirs(tmp_path):
    bad = [item(1, None), item(2, "?", options=()), item(3, 5, kind="open"), item(4, "5", kind="open", true=5)]
    bad.append(item(5, "a b c d e f", options=("x", 3)))
    done = graded(tmp_path, [*bad, item(6, "A")])
    assert [grade.score for grade in done.grades] == [None] * 5 + [1.0]
    assert done.figures["Overall"] == 1.0


def test_letters_alone_are_compared_as_they_are(tmp_path):
    items = [item(1, "A"), item(2, "A."), item(3, ["A"]), item(4, "it is 7", kind="open", true="7")]
    done = graded(tmp_path, items, answers_only=True)
    assert [grade.score for grade in done.grades] == [1.0, 0.0, 0.0, 1.0]


def test_only_what_was_answered_is_scored(tmp_path):
    items = [item(1, "A"), item(2, "B"), item(3, "A", subject="Cooking")]
    done = graded(tmp_path, items, said={"validation_Art_2": "A", "validation_Cooking_3": "A"})
    assert [grade.id for grade in done.grades] == ["validation_Art_2"]
    assert done.figures["Overall"] == 1.0


def test_answers_of_another_split_are_refused_by_name(tmp_path):
    with pytest.raises(PictusError, match=r"11 answers are to no question .*test_Art_9, …"):
        graded(tmp_path, [item(1, "A")], said={f"test_Art_{place}": "A" for place in range(11)})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("said", "{}", "nothing"),
        ("said", '{"validation_Cooking_1": "A"}', "MMMU|no question"),
        ("said", '{"validation_Art_1": NaN}', "JSON"),
        ("said", '{"validation_Art_1": "A", "validation_Art_1": "B"}', "twice"),
        ("truth", '{"validation_Art_1": "A"}', "wrong type|has no"),
        ("questions", '{"id": "validation_Art_1", "options": 3}', "no list"),
        ("questions", '{"options": []}', "has no 'id'"),
        ("questions", '{"id": "validation_Art_2"}', "no question"),
        ("questions", '{"id": "validation_Art_1"}\n{"id": "validation_Art_1"}', "twice"),
    ],
)
def test_files_that_are_not_as_the_official_ones_are_refused(tmp_path, name, text, words):
    graded(tmp_path, [item(1, "A")])
    path = next(tmp_path.glob(f"{name}.*"))
    path.write_text(text)
    files = Files(
        predictions=tmp_path / "said.json", truth=tmp_path / "truth.json", questions=tmp_path / "questions.jsonl"
    )
    with pytest.raises(PictusError, match=words):
        plugins.load("benchmarks", "mmmu").grade(files)


@pytest.mark.parametrize("missing", ["questions", "truth"])
def test_a_file_that_is_needed_is_named(tmp_path, missing):
    graded(tmp_path, [item(1, "A")])
    paths = {"truth": tmp_path / "truth.json", "questions": tmp_path / "questions.jsonl"} | {missing: None}
    with pytest.raises(PictusError, match=f"--{missing}"):
        plugins.load("benchmarks", "mmmu").grade(Files(predictions=tmp_path / "said.json", **paths))


def test_mmmu_pro_takes_its_own_file_for_all_three(tmp_path):
    rows = [
        {"id": "test_Art_1", "options": "['fox', 'dog']", "answer": "B", "response": "Answer: B"},
        {"id": "test_Art_2", "options": ["fox", "dog"], "answer": "B", "response": {"error": 3}},
        {"id": "test_Art_3", "options": "['fox']", "answer": "A", "response": None},
    ]
    path = tmp_path / "model_standard_cot.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = plugins.load("benchmarks", "mmmu", {"pro": True}).grade(Files(predictions=path))
    assert [(grade.score, grade.parsed, grade.outcome) for grade in done.grades] == [
        (1.0, "B", "answered"),
        (0.0, "A", "fallback"),
        (None, None, "unreadable"),
    ]
    assert done.figures["accuracy"] == 0.5
