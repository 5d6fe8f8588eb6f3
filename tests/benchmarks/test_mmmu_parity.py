"""Every item and figure equals MMMU's own scripts, where PICTUS_OFFICIAL_MMMU names a copy of their repository."""

import json
import os
import random
import sys
from importlib import import_module
from pathlib import Path

import pytest

from pictus import plugins
from pictus.benchmarks.mmmu.figures import SUBJECTS
from pictus.grade import Files

FOLDER = os.environ.get("PICTUS_OFFICIAL_MMMU", "")
SEEDS = int(os.environ.get("PICTUS_OFFICIAL_SEEDS", "1"))
pytestmark = pytest.mark.skipif(not FOLDER, reason="PICTUS_OFFICIAL_MMMU names no folder")

WORDS = (
    *("A", "B", "C", "(A)", "(B)", "(C)", "(D)", "A.", "B,", "'C'", "(a)", "ABC", "Answer:", "the", "so", "is", "thus"),
    *(
        "therefore",
        "final",
        "answer",
        "result",
        "could",
        "be",
        "could be",
        "=",
        "x = 3",
        "\n",
        "\n\n",
        ".",
        ". ",
        "...",
    ),
    *("1,234", "1,2345", "12,34", "1,234,567", "-3", "-.5", ".5", "3.14159", "3.14,", "5e3", "-1.5E-7", "1e400", "nan"),
    *("inf", "1_000", "１２", "²", "٣", "7.", "4.5.6e2", "--8", "10x", "x10", "0.005", "2.675", "$6", "50%", "red"),
    *("Red", "İ", "ß", "ẞ", "a cat", "the cat", "", " ", "\t", "\x00", "\u2028", "é", "1.e5", "1,000.5", "1,234,5e6"),
    *("00", ";", ":"),
)
OPTIONS = ("$6", "red", "the cat", "a cat", "Red", "", "A", "3.14", "İ", "the", "so is", "1,234", "no", "e")


def official(part):
    folder = str(Path(FOLDER) / part)
    sys.path.insert(0, folder)
    try:
        for name in [name for name in sys.modules if name.split(".")[0] in ("utils", "evaluate")]:
            del sys.modules[name]
        return import_module("utils.eval_utils" if part == "mmmu" else "evaluate")  # which seeds the generator
    finally:
        sys.path.remove(folder)


def response(dice):
    return "".join(dice.choice(WORDS) + dice.choice((" ", " ", " ", "", ". ")) for _ in range(dice.randrange(14)))


def invented(dice, count):
    """Make items as a model's output file has them: by subject, with their truth."""
    items = []
    for number in range(count):
        kind = dice.choice(("multiple-choice",) * 3 + ("short-answer", "open"))
        options = [dice.choice(OPTIONS) for _ in range(dice.choice((2, 4, 4, 7, 10, 28)))]
        letters = [chr(ord("A") + place) for place in range(len(options))]
        true = dice.choice(letters) if kind == "multiple-choice" else dice.choice(WORDS)
        items.append(
            {
                "id": f"validation_{dice.choice(SUBJECTS)}_{number}",
                "question_type": kind,
                "answer": [true, dice.choice(WORDS)] if dice.random() < 0.2 else true,
                "all_choices": letters,
                "index2ans": dict(zip(letters, options, strict=True)),
                "response": response(dice),
            }
        )
    return items


def sampled(model):
    """Read the sample output of a model in the official repository."""
    items = []
    for subject in SUBJECTS:
        items += json.loads((Path(FOLDER) / f"mmmu/example_outputs/{model}/{subject}/output.json").read_text())
    return items


def ours(items, tmp_path, **options):
    rows = [{"id": one["id"], "question_type": one["question_type"],
             "options": list(one.get("index2ans", {}).values())} for one in items]  # fmt: skip
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    truth = {one["id"]: {"question_type": one["question_type"], "ground_truth": one["answer"]} for one in items}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "said.json").write_text(json.dumps({one["id"]: one["response"] for one in items}))
    files = Files(
        predictions=tmp_path / "said.json", questions=tmp_path / "questions.jsonl", truth=tmp_path / "truth.json"
    )
    return plugins.load("benchmarks", "mmmu", options).grade(files)


def theirs(items, *, answers_only=False):
    """Score as main_parse_and_eval.py or main_eval_only.py do, then give the figures as the second prints them."""
    module = official("mmmu")
    data = import_module("ast").parse((Path(FOLDER) / "mmmu/utils/data_utils.py").read_text())
    tables = {
        node.targets[0].id: import_module("ast").literal_eval(node.value)
        for node in data.body
        if type(node).__name__ == "Assign"
    }
    judged, parsed, results, drawn = {}, {}, {}, []
    draw = random.choice
    module.random.choice = lambda letters: drawn.append(True) or draw(letters)
    try:
        for subject in tables["CAT_SHORT2LONG"].values():
            samples = []
            for one in items:
                if "_".join(one["id"].split("_")[1:-1]) != subject:
                    continue
                before = len(drawn)
                if one["question_type"] != "multiple-choice":
                    meant = module.parse_open_response(one["response"])
                elif answers_only:
                    meant = one["response"]
                else:
                    meant = module.parse_multi_choice_response(one["response"], one["all_choices"], one["index2ans"])
                parsed[one["id"]] = (meant, len(drawn) > before)
                samples.append({**one, "parsed_pred": meant})
            if samples:
                right, metric = module.evaluate(samples)
                judged |= {key: float(value == "Correct") for key, value in right.items()}
                results[subject] = {**metric, "num_example": len(samples)}
    finally:
        module.random.choice = draw
    figures = {}
    for domain, subjects in tables["DOMAIN_CAT2SUB_CAT"].items():
        inside = {name: results[name] for name in subjects if name in results}
        figures["Overall-" + domain] = round(module.calculate_ins_level_acc(inside), 3)
        figures |= {name: round(result["acc"], 3) for name, result in inside.items()}
    figures["Overall"] = round(module.calculate_ins_level_acc(results), 3)
    return judged, parsed, figures


def same(graded, judged, parsed, figures):
    assert {grade.id: grade.score for grade in graded.grades} == judged
    assert [grade.id for grade in graded.grades] == list(judged)
    for grade in graded.grades:
        meant, was_drawn = parsed[grade.id]
        assert ("fallback" in grade.note, grade.outcome == "fallback") == (was_drawn, was_drawn)
        if isinstance(meant, list):
            assert sorted(map(repr, grade.parsed)) == sorted(map(repr, meant))
        else:
            assert grade.parsed == meant
    assert graded.figures == figures


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_invented_item_is_worth_what_the_official_script_says(tmp_path, seed):
    items = invented(random.Random(seed), 3000)
    same(ours(items, tmp_path), *theirs(items))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_letters_alone_are_compared_as_the_official_script_does(tmp_path, seed):
    dice = random.Random(f"letters {seed}")
    items = [{**one, "response": dice.choice("ABCD")} if dice.random() < 0.5 else one for one in invented(dice, 3000)]
    same(ours(items, tmp_path, answers_only=True), *theirs(items, answers_only=True))


@pytest.mark.parametrize(("model", "overall"), [("llava1.5_13b", 0.367), ("qwen_vl", 0.361)])
def test_the_published_sample_outputs_have_their_published_scores(tmp_path, model, overall):
    items = sampled(model)
    graded = ours(items, tmp_path)
    assert len(graded.grades) == 900
    assert graded.figures["Overall"] == overall
    same(graded, *theirs(items))
    answers = json.loads((Path(FOLDER) / f"mmmu/example_outputs/{model}/total_val_output.json").read_text())
    letters = {grade.id: grade.parsed for grade in graded.grades if grade.kind == "multiple-choice"}
    assert letters == {key: answers[key] for key in letters}  # those that were drawn as well
    given = [{**one, "response": answers[one["id"]]} for one in items]
    assert ours(given, tmp_path, answers_only=True).figures == graded.figures


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_item_of_mmmu_pro_is_read_as_its_script_does(tmp_path, seed):
    dice = random.Random(f"pro {seed}")
    rows = [
        {**one, "options": list(one["index2ans"].values()), "answer": dice.choice(one["all_choices"])}
        for one in invented(dice, 3000)
    ]
    for path in sorted((Path(FOLDER) / "mmmu-pro/output").glob("*.jsonl")):
        rows += [{**json.loads(line), "id": f"test_{path.stem}_{place}"} for place, line in enumerate(path.open())]
    (tmp_path / "pro.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    graded = plugins.load("benchmarks", "mmmu", {"pro": True}).grade(Files(predictions=tmp_path / "pro.jsonl"))
    module = official("mmmu-pro")
    random.seed(42)
    expected = [module.mmmu_process_results(dict(row)) for row in rows]
    assert [(one["id"], one["pred_indexs"], float(one["if_right"])) for one in expected] == [
        (grade.id, grade.parsed, grade.score) for grade in graded.grades
    ]
