"""Measure the scoring of GQA beside the official scorer, on invented questions of two sizes.

PICTUS_OFFICIAL_GQA names a folder that has gqa_eval.py in it or below, such as a clone of MILVLG/openvqa.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from measure import DATA, Figure, measure

VARIABLE = "PICTUS_OFFICIAL_GQA"
SIZES = {"testdev_balanced": 12_578, "train_balanced": 943_000}
_SAID = """
names = ("accuracy", "binary", "open", "consistency", "distribution")
said.update((name, figures[name]) for name in names)
"""
_OURS = f"""
from pathlib import Path
from pictus.grade import Files
from pictus.steps import score
questions, predictions, per_item = map(Path, sys.argv[1:])
files = Files(predictions=predictions, questions=questions)
figures = score.run(score.plan("gqa", files, options={{"consistency": True}}, per_item=per_item)).figures
{_SAID}"""
_OFFICIAL = f"""
import contextlib, importlib.util, io
questions, predictions, path = sys.argv[1:]
spec = importlib.util.spec_from_file_location("official", path)
official = importlib.util.module_from_spec(spec)
spec.loader.exec_module(official)
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    scores = official.GQAEval(None, predictions, questions, EVAL_CONSISTENCY=True).scores
figures = {{name: value if name == "distribution" else value / 100 for name, value in scores.items()
           if not isinstance(value, dict)}}
{_SAID}"""
_WORDS = ["man", "table", "plate", "mug", "left", "right", "of", "the", "small", "wooden", "is", "what", "color"]
_ANSWERS = ["yes", "no", "left", "right", "red", "white", "wood", "chair", "man", "outdoors", "pizza", "blue"]
_STEPS = [("select", "plate (3004)"), ("filter color", "red"), ("relate", "mug,left,s (501)"), ("query", "name")]
_KINDS = [("query", "attr"), ("verify", "rel"), ("choose", "obj"), ("logical", "global"), ("compare", "cat")]


def table() -> str:
    """Measure both sizes, with consistency, and give the rows of the table."""
    rows = "| questions, with consistency | CPU seconds | MB | beside |\n| --- | --- | --- | --- |\n"
    scorer = next(Path(os.environ.get(VARIABLE) or DATA / "nowhere").rglob("gqa_eval.py"), None)
    for name, size in SIZES.items():
        questions, predictions = DATA / "gqa" / f"{name}.json", DATA / "gqa" / f"{name}_predictions.json"
        if not predictions.exists():
            write_split(questions, predictions, size)
        paths = [str(questions), str(predictions)]
        ours = measure(_OURS, *paths, str(DATA / "gqa" / "items.jsonl"))
        rows += f"| pictus, {size:,} of {questions.stat().st_size / 1e6:,.0f} MB | {_took(ours)} | |\n"
        if scorer is None:
            rows += f"| the official scorer | | | not measured: {VARIABLE} does not say where it is |\n"
            continue
        theirs = measure(_OFFICIAL, *paths, str(scorer))
        if not all(abs(ours.said[key] - theirs.said[key]) < 1e-12 for key in ours.said):
            raise SystemExit(f"the figures differ: {ours.said} and {theirs.said}")
        times = theirs.cpu_seconds / ours.cpu_seconds
        rows += f"| the official scorer | {_took(theirs)} | {times:.1f} x as long; its figures are equal |\n"
    return rows


def write_split(questions: Path, predictions: Path, size: int) -> None:
    """Write questions and answers in the official layouts, row by row."""
    questions.parent.mkdir(parents=True, exist_ok=True)
    random_ = random.Random(0)
    with questions.open("wb") as asked, predictions.with_suffix(".part").open("wb") as answered:
        for number, (key, row) in enumerate(_questions(random_, size)):
            asked.write((b"," if number else b"{") + orjson.dumps(key) + b":" + orjson.dumps(row))
            answer = row["answer"] if random_.random() < 0.6 else random_.choice(_ANSWERS)
            answered.write(b"," if number else b"[")
            answered.write(orjson.dumps({"questionId": key, "prediction": answer}))
        asked.write(b"}")
        answered.write(b"]")
    predictions.with_suffix(".part").rename(predictions)


def _questions(random_: random.Random, size: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for number in range(size):
        words = random_.choices(_WORDS, k=random_.randrange(5, 16))
        steps = random_.choices(_STEPS, k=random_.randrange(2, 6))
        structural, semantic = random_.choice(_KINDS)
        answer = random_.choice(_ANSWERS)
        yield (
            f"{number:08d}",
            {
                "semantic": [{"operation": name, "dependencies": [0], "argument": text} for name, text in steps],
                "entailed": [f"{random_.randrange(size):08d}" for _ in range(random_.randrange(8))],
                "equivalent": [f"{number:08d}"],
                "question": " ".join(words) + "?",
                "imageId": str(2_300_000 + number // 10),
                "isBalanced": True,
                "groups": {"global": random_.choice([None, "color", "furniture", "place"]), "local": "13-plate_red"},
                "answer": answer,
                "semanticStr": "->".join(f"{name}: {text} [0]" for name, text in steps),
                "annotations": {"answer": {"0": "3004"}, "question": {"2": "501", "4:6": "3004"}, "fullAnswer": {}},
                "types": {"detailed": "existRelS", "semantic": semantic, "structural": structural},
                "fullAnswer": f"It is {answer}, {' '.join(words)}.",
            },
        )


def _took(figure: Figure) -> str:
    return f"{figure.cpu_seconds:.1f} | {figure.peak_mb:,.0f}"


if __name__ == "__main__":
    print(table())
