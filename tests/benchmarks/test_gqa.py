"""GQA: letter by letter over balanced questions, what follows from right answers, and the official scorer's figures."""

import importlib.util
import os
import random
import time
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.grade import Files
from pictus.steps import score


def question(answer="yes", *, balanced=True, structural="verify", group="food", detailed="existC", **more):
    """Make a question as the official files have them."""
    return {
        "question": "Is there a red apple?",
        "answer": answer,
        "imageId": "2990001",
        "isBalanced": balanced,
        "types": {"structural": structural, "semantic": "obj", "detailed": detailed},
        "groups": {"global": group, "local": "13-apple"},
        "entailed": [],
        "semantic": [{"operation": "select", "argument": "apple (1)", "dependencies": []}],
    } | more


def graded(folder, questions, predictions, *, choices=None, **options):
    """Score, and give the figures and the lines of the items."""
    (folder / "q.json").write_bytes(orjson.dumps(questions))
    rows = predictions
    if isinstance(predictions, dict):
        rows = [{"questionId": key, "prediction": value} for key, value in predictions.items()]
    (folder / "p.json").write_bytes(orjson.dumps(rows))
    if choices is not None:
        (folder / "c.json").write_bytes(orjson.dumps(choices))
        options["choices"] = str(folder / "c.json")
    files = Files(predictions=folder / "p.json", questions=folder / "q.json")
    scored = score.run(score.plan("gqa", files, options=options, per_item=folder / "items.jsonl"))
    return scored, [orjson.loads(line) for line in (folder / "items.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("answer", "worth"),
    [("yes", 1), ("Yes", 0), ("yes.", 0), (" yes", 0), ("yes\x00", 0), ("", 0), (None, 0), (True, 0), (1, 0)],
)
def test_an_answer_is_right_letter_by_letter(tmp_path, answer, worth):
    scored, (line,) = graded(tmp_path, {"01": question()}, {"01": answer})
    assert scored.figures["accuracy"] == line["score"] == worth and line["parsed"] == answer and line["id"] == "01"


def test_only_balanced_questions_are_scored_and_strangers_are_left_out(tmp_path):
    questions = {"1": question(), "2": question("no", balanced=False), "3": question("no", structural="query")}
    scored, lines = graded(tmp_path, questions, {"9": "yes", "3": "no", "1": "no"})
    assert [line["id"] for line in lines] == ["1", "3"]
    assert {name: scored.figures[name] for name in ("accuracy", "binary", "open")} == {
        "accuracy": 0.5,
        "binary": 0,
        "open": 1,
    }


def test_without_questions_of_a_kind_its_accuracy_is_zero_and_without_groups_the_distribution_is_unknown(tmp_path):
    scored, _ = graded(tmp_path, {"1": question(group=None)}, {"1": "yes"})
    assert scored.figures["open"] == 0 and scored.figures["distribution"] is None
    assert not {"validity", "plausibility", "consistency"} & set(scored.figures)


def test_the_last_of_several_answers_counts_and_ids_may_be_numbers(tmp_path):
    rows = [{"questionId": 1, "prediction": "no"}, {"questionId": "1", "prediction": "yes"}]
    scored, (line,) = graded(tmp_path, {"1": question()}, rows)
    assert line["score"] == 1 and line["note"] == "the last of several answers" and scored.items == 1


def test_validity_and_plausibility_are_told_by_the_choices_but_for_what_is_common(tmp_path):
    questions = {"1": question(), "2": question("red"), "3": question("color", detailed="twoCommon")}
    choices = {
        "1": {"valid": ["yes", "no"], "plausible": ["yes"]},
        "2": {"valid": ["blue"], "plausible": []},
        "3": {"valid": [], "plausible": []},
    }
    scored, lines = graded(tmp_path, questions, {"1": "no", "2": "dog", "3": "shape"}, choices=choices)
    assert [(line["validity"], line["plausibility"]) for line in lines] == [(1, 0), (0, 0), (1, 1)]
    assert scored.figures["validity"] == pytest.approx(2 / 3)
    assert scored.figures["plausibility"] == pytest.approx(1 / 3)


def test_consistency_follows_right_answers_wherever_the_others_stand_and_counts_repeated_ones_again(tmp_path):
    questions = {
        "1": question(entailed=["1", "2", "2", "4"]),  # of three that are not itself, the first two are right
        "2": question("no", balanced=False),
        "3": question(entailed=["2"]),  # wrong, so nothing follows
        "4": question(entailed=["4"]),  # wrong, and alone
        "5": question(entailed=["5"]),  # right, but only itself follows
    }
    answers = {"1": "yes", "2": "no", "3": "no", "4": "no", "5": "yes"}
    scored, lines = graded(tmp_path, questions, answers, consistency=True)
    assert scored.figures["consistency"] == lines[0]["consistency"] == 2 / 3
    assert [line["id"] for line in lines if "consistency" in line] == ["1"]


def test_the_distribution_is_chi_square_by_group_weighted_by_its_size(tmp_path):
    # In food, yes is true twice and given once, no is true once and given once: 1/2 + 0, of 3 questions.
    # In colour, red is true once and never given: 1, of 1 question.
    gold = [("food", "yes"), ("food", "yes"), ("food", "no"), ("colour", "red"), (None, "blue")]
    questions = {str(number): question(answer, group=group) for number, (group, answer) in enumerate(gold)}
    answers = dict(zip(questions, ["yes", "cat", "no", "blue", "x"], strict=True))
    scored, _ = graded(tmp_path, questions, answers)
    assert scored.figures["distribution"] == pytest.approx((1.5 + 1) / 4 / 100)


@pytest.mark.parametrize(
    ("semantic", "steps"),
    [
        ([("select", "apple (1)"), ("exist", "?")], 1),
        ([("select", "apple (1)"), ("query", "name"), ("choose name", "a|b"), ("choose", "name")], 2),
        ([("relate", "person,existing,s (3)"), ("select", None)], 1),  # anywhere in the text; null has a text as well
        ([], 0),
    ],
)
def test_steps_are_those_that_neither_look_for_a_thing_nor_name_it(tmp_path, semantic, steps):
    rows = [{"operation": operation, "argument": argument, "dependencies": []} for operation, argument in semantic]
    scored, _ = graded(tmp_path, {"1": question(semantic=rows, question="Is\tit   so?")}, {"1": "yes"})
    assert scored.figures["accuracyPerSteps"] == {str(steps): 1} and scored.figures["accuracyPerLength"] == {"3": 1}
    assert scored.figures["accuracyPerStructuralType"] == {"verify": 1}
    assert scored.figures["accuracyPerSemanticType"] == {"obj": 1}


def test_an_answer_that_no_group_can_count_ends_the_official_scorer_and_has_no_score(tmp_path):
    questions = {"1": question(), "2": question(group=None), "3": question()}
    scored, lines = graded(tmp_path, questions, {"1": ["yes"], "2": ["yes"], "3": "yes"})
    assert [line["score"] for line in lines] == [None, 0, 1] and scored.figures["accuracy"] == 1 / 3
    assert scored.unscored == 1 and scored.outcomes["unreadable"] == 2


def test_empty_answers_and_refusals_are_told_apart_from_wrong_ones(tmp_path):
    texts = ["no", "", " \n", "I'm sorry, but I cannot see it.", "As an AI language model, I", "sorry about that"]
    questions = {str(number): question() for number in range(len(texts))}
    scored, _ = graded(tmp_path, questions, dict(zip(questions, texts, strict=True)))
    assert scored.outcomes == {"answered": 1, "empty": 2, "refused": 3}


def refused(folder, questions, predictions, **options):
    with pytest.raises(PictusError) as caught:
        graded(folder, questions, predictions, **options)
    return str(caught.value)


def test_what_cannot_be_scored_is_told_with_the_first_ten_ids(tmp_path):
    many = {str(number): question() for number in range(12)}
    said = refused(tmp_path, many, {"11": "yes"})
    assert "11 questions have no answer: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …" in said
    assert "1 question has no answer: 2" in refused(
        tmp_path, {"1": question(), "2": question(balanced=False)}, {"1": "yes"}, consistency=True
    )
    assert "not in this file: 77" in refused(tmp_path, {"1": question(entailed=["77"])}, {"1": "yes"}, consistency=True)
    assert "1 questions have no choices: 1" in refused(tmp_path, {"1": question()}, {"1": "yes"}, choices={})
    assert "no balanced questions" in refused(tmp_path, {"1": question(balanced=False)}, {"1": "yes"})
    hidden = question()
    del hidden["answer"]
    assert "answer" in refused(tmp_path, {"1": hidden}, {"1": "yes"})
    assert "neither text nor" in refused(tmp_path, {"1": question()}, [{"questionId": [1], "prediction": "yes"}])
    assert "no `prediction`" in refused(tmp_path, {"1": question()}, [{"questionId": "1"}])
    (tmp_path / "nan.json").write_text('[{"questionId": "1", "prediction": NaN}]')
    files = Files(predictions=tmp_path / "nan.json", questions=tmp_path / "q.json")
    with pytest.raises(PictusError, match="not valid JSON"):
        score.run(score.plan("gqa", files))


def test_an_answer_of_a_megabyte_is_like_any_other(tmp_path):
    texts = [" " * 10**6, "sorry " * 10**5, "\x00" * 10**6, "i am " * 10**5, "yes" * 10**5]
    questions = {str(number): question() for number in range(len(texts))}
    began = time.process_time()
    scored, _ = graded(tmp_path, questions, dict(zip(questions, texts, strict=True)))
    assert scored.figures["accuracy"] == 0 and time.process_time() - began < 5  # a second each, on a slow machine


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["yes", "no", "red"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@given(st.lists(st.tuples(VALUES, st.booleans(), st.sampled_from([None, "food"])), max_size=6))
def test_whatever_was_answered_each_balanced_question_has_one_line_and_figures_are_fractions(tmp_path_factory, rows):
    folder = tmp_path_factory.getbasetemp()
    questions = {"b": question()} | {
        str(number): question(balanced=balanced, group=group) for number, (_, balanced, group) in enumerate(rows)
    }
    answers = {"b": "yes"} | {str(number): answer for number, (answer, *_) in enumerate(rows)}
    scored, lines = graded(folder, questions, answers, consistency=True)
    assert [line["id"] for line in lines] == ["b", *(str(number) for number, row in enumerate(rows) if row[1])]
    assert all(0 <= scored.figures[name] <= 1 for name in ("accuracy", "binary", "open", "consistency"))
    assert scored.figures["accuracy"] == pytest.approx(sum(line["score"] or 0 for line in lines) / len(lines))


OFFICIAL = os.environ.get("PICTUS_OFFICIAL_GQA", "")
_WORDS = [
    "yes",
    "no",
    "red",
    "Red",
    "yes.",
    "",
    "color",
    "material",
    "shape",
    "name",
    "left",
    "\u00e9",
    "a b",
    "yes\x00",
]


def made_up(seed, size=5_000):
    """Make questions, choices and answers with everything that the official scorer treats in its own way."""
    rng = random.Random(seed)
    keys = [f"{number:08d}" for number in rng.sample(range(10**7), size)]
    structural, semantic = ("query", "verify", "choose", "logical", "compare"), ("obj", "attr", "cat", "rel", "global")
    operations = ("select", "exist", "query", "choose name", "verify rel", "relate", "filter color")
    arguments = ("name", "?", None, "apple (12)", "person,existing,s (3)", "scene", "color")
    questions = {
        key: question(
            rng.choice(_WORDS),
            balanced=rng.random() < 0.6,
            structural=rng.choice(structural),
            group=rng.choice([None, "food", "colour", "thing", "alone " + key[:1]]),
            detailed=rng.choice(["existC", "twoCommon", "Common", "common", "categoryThat"]),
            question=" ".join(rng.choices(["Is", "it", "\u3000", "\t", "red?"], k=rng.randrange(12))),
            entailed=[rng.choice([*keys[:200], key]) for _ in range(rng.randrange(5))],
            semantic=[
                {"operation": rng.choice(operations), "argument": rng.choice(arguments), "dependencies": []}
                for _ in range(rng.randrange(6))
            ],
        )
        for key in keys
    }
    for one in questions.values():
        one["types"]["semantic"] = rng.choice(semantic)
    choices = {key: {name: rng.choices(_WORDS, k=rng.randrange(5)) for name in ("valid", "plausible")} for key in keys}
    rows = [
        {"questionId": key, "prediction": one["answer"] if rng.random() < 0.5 else rng.choice([*_WORDS, None, 3, True])}
        for key, one in questions.items()
    ]
    again = [{"questionId": row["questionId"], "prediction": rng.choice(_WORDS)} for row in rng.choices(rows, k=50)]
    rows += [*again, {"questionId": "not asked", "prediction": "yes"}]
    return questions, choices, rows


@pytest.mark.skipif(not OFFICIAL, reason="PICTUS_OFFICIAL_GQA names no copy of the official scorer")
@pytest.mark.parametrize("seed", range(4))
def test_all_figures_are_those_of_the_official_scorer(tmp_path, seed):
    (path,) = Path(OFFICIAL).rglob("gqa_eval.py")
    spec = importlib.util.spec_from_file_location("official_gqa", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    questions, choices, rows = made_up(seed)
    follow = seed % 2 == 0
    ours, lines = graded(tmp_path, questions, rows, choices=choices, consistency=follow)
    paths = [str(tmp_path / name) for name in ("p.json", "q.json", "c.json")]
    theirs = module.GQAEval(None, *paths, EVAL_CONSISTENCY=follow).scores
    for name in ("accuracy", "binary", "open", "validity", "plausibility", *(["consistency"] if follow else [])):
        assert ours.figures[name] * 100 == theirs[name], name
    assert ours.figures["distribution"] == theirs["distribution"]
    for name in (name for name in theirs if name.startswith("accuracyPer")):
        assert {str(kind): share for kind, (share, _) in theirs[name].items()} == {
            kind: share * 100 for kind, share in ours.figures[name].items()
        }
    last = {row["questionId"]: row["prediction"] for row in rows}
    balanced = {key: one for key, one in questions.items() if one["isBalanced"]}
    assert {line["id"]: line["score"] for line in lines} == {
        key: float(last[key] == one["answer"]) for key, one in balanced.items()
    }
