"""ScienceQA: results by number, the letters of LLaVA's answers, and the figures of both official scorers."""

import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.benchmarks.scienceqa import letter_in
from pictus.errors import PictusError
from pictus.grade import Files
from pictus.steps import score


def problem(answer=1, *, choices=3, split="test", **more):
    """Make a problem as problems.json has them."""
    return {
        "question": "Which cup is warmer?",
        "choices": [f"cup {number}" for number in range(choices)],
        "answer": answer,
        "hint": "",
        "image": None,
        "grade": "grade4",
        "subject": "natural science",
        "topic": "physics",
        "split": split,
    } | more


def graded(folder, problems, predictions, *, splits=None, **options):
    """Score official results where they are an object, LLaVA's answers where they are a list."""
    listed = {"train": [], "test": []}
    for key, one in problems.items():
        listed[one["split"]].append(key)
    (folder / "problems.json").write_bytes(orjson.dumps(problems))
    (folder / "pid_splits.json").write_bytes(orjson.dumps(splits or listed))
    is_list = isinstance(predictions, list)
    rows = predictions if is_list else [{"results": predictions}]
    (folder / "p.json").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    files = Files(predictions=folder / "p.json", questions=folder / "pid_splits.json", truth=folder / "problems.json")
    scored = score.run(score.plan("scienceqa", files, options=options, per_item=folder / "items.jsonl"))
    return scored, [orjson.loads(line) for line in (folder / "items.jsonl").read_bytes().splitlines()]


def answer(key, text, prompt="Which?"):
    """Make a line as LLaVA writes them."""
    return {"question_id": key, "prompt": prompt, "text": text}


@pytest.mark.parametrize(
    ("value", "worth"),
    [
        *[(1, 1), (0, 0), (-1, 0), ("1", 1), (" 1\n", 1), ("+1", 1), ("0_1", 1), ("\u0661", 1), (1.9, 1), (True, 1)],
        *[(7, 0), ("B", None), ("", None), ("1.0", None), (None, None), ([1], None), ("1" * 10**6, None)],
    ],
)  # fmt: skip
def test_a_result_is_a_number_or_what_becomes_one(tmp_path, value, worth):
    scored, (line,) = graded(tmp_path, {"1": problem()}, {"1": value})
    assert line["score"] == worth and scored.figures["acc_average"] == (worth or 0)
    assert scored.unscored == (worth is None)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("B", "B"),
        ("F", None),
        ("b", None),
        ("", None),
        ("AB", None),  # part of the letters, and yet no letter
        ("B. cup", "B"),
        ("B. ", "B"),
        ("B.", None),
        (" B. cup", None),
        ("B) cup", None),
        ("The answer is B.", "B"),
        ("So. The answer is B, for it is.", "B"),
        ("The answer is B", None),  # a character must follow
        ("The answer is B\n", None),
        ("The answer is K.", "K"),
        ("The answer is A. The answer is A.", None),
        ("The answer is Because. The answer is C.", None),  # the B of Because is one as well
        ("the answer is B.", None),
        ("A. The answer is B.", "A"),
    ],
)
def test_a_letter_is_found_alone_before_a_period_and_a_space_or_in_one_sentence(text, letter):
    assert letter_in(text) == letter


def test_a_letter_beyond_the_choices_is_wrong_and_so_is_a_missing_answer(tmp_path):
    problems = {str(number): problem(2 if number == 3 else 1) for number in range(1, 7)}
    rows = [answer("1", "B"), answer("2", "D"), answer("3", "The answer is C."), answer("4", "I'm sorry, no.")]
    scored, lines = graded(tmp_path, problems, [*rows, answer("6", "cup 1")])
    assert [line["score"] for line in lines] == [1, 0, 1, 0, 0, 0]
    assert [line["parsed"] for line in lines] == ["B", "D", "C", "FAILED", None, "FAILED"]
    assert lines[1]["note"] == "no choice has this letter" and lines[4]["note"] == "there is no answer"
    assert scored.figures["acc"] == 2 / 6
    assert scored.outcomes == {"answered": 2, "unreadable": 2, "refused": 1, "missing": 1}


def test_accuracy_with_pictures_is_told_by_the_prompts(tmp_path):
    problems = {str(number): problem(image="image.png") for number in range(4)}
    rows = [answer("0", "B", "<image>\nWhich?"), answer("1", "A", "Which <image>?"), answer("2", "B", "Image?")]
    figures = graded(tmp_path, problems, rows)[0].figures
    assert (figures["acc"], figures["image_accuracy"], figures["acc_has_image"]) == (0.5, 0.5, 0.5)
    assert graded(tmp_path, problems, [answer("0", "B")])[0].figures["image_accuracy"] is None
    assert (
        graded(tmp_path, problems, [*rows[:2], {"question_id": "2", "text": "B"}])[0].figures["image_accuracy"] is None
    )


def test_of_several_answers_of_llava_the_last_counts_and_ids_may_be_numbers(tmp_path):
    _, (line,) = graded(tmp_path, {"1": problem()}, [answer(1, "A"), answer("1", "B"), answer("9", "B")])
    assert line["score"] == 1 and line["note"] == "the last of several answers"


def test_groups_are_fractions_of_rounded_percentages_and_those_without_problems_are_null(tmp_path):
    problems = {
        "1": problem(hint="Look.", image="image.png"),
        "2": problem(subject="social science", topic="geography", grade="grade7"),
        "3": problem(subject="language science", topic="verbs", grade="grade12", hint="So."),
        "4": problem(0, split="train"),
    }
    scored, lines = graded(tmp_path, problems, {"1": 1, "2": 0, "3": "1", "4": 0})
    assert [line["id"] for line in lines] == ["1", "2", "3"]
    told = {name: value for name, value in scored.figures.items() if value is not None}
    assert told == {
        "acc_natural": 1, "acc_social": 0, "acc_language": 1, "acc_has_text": 1, "acc_has_image": 1,
        "acc_no_context": 0, "acc_grade_1_6": 1, "acc_grade_7_12": 0.5, "acc_average": 0.6667,
        "acc_physics": 1, "acc_geography": 0, "acc_verbs": 1,
    }  # fmt: skip
    assert len(scored.figures) == 9 + 26 and scored.figures["acc_chemistry"] is None


def test_a_split_is_a_list_of_its_file_whatever_its_size(tmp_path):
    problems = {"1": problem(), "2": problem(split="train")}
    splits = {"test": ["1"], "minitest": [2, "1", "2"]}
    _, lines = graded(tmp_path, problems, {"1": 1, "2": 1}, splits=splits, split="minitest")
    assert [line["id"] for line in lines] == ["2", "1"]


def test_what_cannot_be_scored_is_told(tmp_path):
    problems = {"1": problem(), "2": problem(split="train")}

    def refused(*given, **options):
        with pytest.raises(PictusError) as caught:
            graded(tmp_path, *given, **options)
        return str(caught.value)

    strangers = {f"x{number}": 1 for number in range(11)}
    assert "11 answers are to no question of this file: x0, x1" in refused(problems, {"1": 1, **strangers})
    assert "no answer is to a problem of `test`" in refused(problems, {"2": 1})
    assert "no answer is to a problem of `test`" in refused(problems, [answer("2", "A")])
    assert "there is no list `dev`" in refused(problems, {"1": 1}, split="dev")
    assert "not in this file: 7" in refused(problems, {"1": 1}, splits={"test": ["1", "7"]})
    assert "neither text nor" in refused(problems, {"1": 1}, splits={"test": [["1"]]})
    assert "there are no `results`" in refused(problems, [{"1": 1}])
    assert "no `text`" in refused(problems, [{"question_id": "1"}])
    assert "not the number" in refused({"1": problem("B")}, {"1": 1})


def test_a_megabyte_is_read_in_a_blink():
    began = time.process_time()
    for text in ("The answer is " * 70_000, "The answer is B" * 70_000, "A" * 10**6, "\x00" * 10**6, "A. " * 10**6):
        letter_in(text)
    assert time.process_time() - began < 5  # a second each, on a slow machine


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.lists(
    st.sampled_from(["The answer is ", "A", "B", "Z", ".", ". ", "\n", "<image>", " ", "\u00c4"]), max_size=5
).map("".join)


@given(st.lists(TEXTS | st.none() | st.integers(0, 5) | st.lists(st.just("A"), max_size=3), min_size=1, max_size=5))
def test_whatever_was_answered_each_problem_has_one_line(tmp_path_factory, texts):
    folder = tmp_path_factory.getbasetemp()
    problems = {str(number): problem() for number in range(len(texts))}
    scored, lines = graded(folder, problems, [answer(str(number), text) for number, text in enumerate(texts)])
    assert [line["id"] for line in lines] == list(problems)
    assert scored.figures["acc"] == sum(line["score"] or 0 for line in lines) / len(lines)
    assert scored.unscored == sum(not isinstance(text, str) for text in texts)


OFFICIAL = os.environ.get("PICTUS_OFFICIAL_SCIENCEQA", "")
OFFICIAL_LLAVA = os.environ.get("PICTUS_OFFICIAL_LLAVA", "")
_TOPICS = ["physics", "geography", "verbs", "us-history", "grammar", "chemistry", "unheard-of"]


def made_up(seed, size):
    """Make problems of every group, some of them of another split."""
    rng = random.Random(seed)
    problems = {}
    for number in range(size + size // 5):
        choices = rng.randrange(2, 6)
        problems[str(number + 1)] = problem(
            rng.randrange(choices),
            choices=choices,
            split="test" if number < size else "train",
            hint=rng.choice(["", "Look."]),
            image=rng.choice([None, "image.png"]),
            grade=f"grade{rng.randrange(1, 13)}",
            subject=rng.choice(["natural science", "social science", "language science"][: 2 + seed % 2]),
            topic=rng.choice(_TOPICS),
        )
    return problems


@pytest.mark.skipif(not OFFICIAL, reason="PICTUS_OFFICIAL_SCIENCEQA names no copy of the official scorer")
@pytest.mark.parametrize("seed", range(2))
def test_all_figures_are_those_of_the_official_scorer(tmp_path, seed):
    (path,) = Path(OFFICIAL).rglob("evaluate_acc.py")
    spec = importlib.util.spec_from_file_location("official_scienceqa", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    problems, rng = made_up(seed, 4241), random.Random(seed)
    values = [0, 1, 2, 3, 4, -1, 99, "1", " 2 ", "0_3", 1.9, True, -0.5]
    results = {
        key: one["answer"] if rng.random() < 0.5 else rng.choice(values)
        for key, one in problems.items()
        if one["split"] == "test"
    }
    ours, lines = graded(tmp_path, problems, results)
    theirs = module.get_scores(str(tmp_path / "p.json"), str(tmp_path / "problems.json"))
    assert ours.figures == {name: None if value == -1 else float(f"{value}e-2") for name, value in theirs.items()}
    assert [line["score"] for line in lines] == [float(problems[k]["answer"] == int(v)) for k, v in results.items()]


def nasty_text(rng, one):
    """Make an answer that the parser of LLaVA has to look at."""
    letter = rng.choice("ABCDEFZ")
    parts = ["The answer is ", letter, ".", ". ", "\n", "answer", "B", " ", "The answer is B.", "\u00c4", "<image>"]
    known = "ABCDE"[one["answer"]]
    return rng.choice(
        [
            known,
            f"{known}. {one['choices'][0]}",
            f"The answer is {known}.",
            "".join(rng.choices(parts, k=4)),
            letter,
            "",
        ]
    )


@pytest.mark.skipif(not OFFICIAL_LLAVA, reason="PICTUS_OFFICIAL_LLAVA names no copy of LLaVA")
@pytest.mark.parametrize("seed", range(3))
def test_all_letters_and_figures_are_those_of_llava(tmp_path, seed):
    (path,) = Path(OFFICIAL_LLAVA).rglob("eval_science_qa.py")
    problems, rng = made_up(seed, 4241), random.Random(seed)
    rows = [
        answer(key, nasty_text(rng, one), rng.choice(["<image>\nWhich?", "Which?", "Look: <image>"]))
        for key, one in problems.items()
        if rng.random() < 0.98
    ]
    rows += [
        answer(row["question_id"], nasty_text(rng, problems[row["question_id"]])) for row in rng.choices(rows, k=40)
    ]
    ours, lines = graded(tmp_path, problems, rows)
    places = [f"--{name}={place}" for name, place in (
        ("base-dir", tmp_path), ("result-file", tmp_path / "p.json"),
        ("output-file", tmp_path / "out.json"), ("output-result", tmp_path / "result.json"),
    )]  # fmt: skip
    done = subprocess.run([sys.executable, str(path), *places], capture_output=True, text=True, check=True)
    theirs = json.loads((tmp_path / "result.json").read_text())
    told = json.loads((tmp_path / "out.json").read_text())
    correct = {one["question_id"] for one in told["correct"]}
    parsed = {one["question_id"]: one["parsed_ans"] for part in told.values() for one in part}
    assert ours.figures["acc"] == theirs["correct"] / theirs["count"]
    assert f"IMG-Accuracy: {ours.figures['image_accuracy'] * 100:.2f}%" in done.stdout
    assert {line["id"]: (line["score"], line["parsed"] or "FAILED") for line in lines} == {
        key: (float(key in correct), parsed[key]) for key in theirs["results"]
    }
    again, _ = graded(tmp_path, problems, theirs["results"])
    assert again.figures == {name: value for name, value in ours.figures.items() if name.startswith("acc_")}
