"""Every item as the official scorer of BFCL has it.

Skipped unless `PICTUS_OFFICIAL_BFCL` is the folder that holds its package `bfcl_eval`, and
`PICTUS_OFFICIAL_BFCL_PYTHON` a Python that has the versions of tree-sitter which that package asks for.
`PICTUS_OFFICIAL_ITEMS` says how many items, in thousands, and `PICTUS_OFFICIAL_SEED` which.
"""

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

import bfcl_items
from pictus import plugins
from pictus.grade import Files
from pictus.scoring.calls import java_values, javascript_values

OFFICIAL, PYTHON = os.environ.get("PICTUS_OFFICIAL_BFCL"), os.environ.get("PICTUS_OFFICIAL_BFCL_PYTHON")
THOUSANDS = int(os.environ.get("PICTUS_OFFICIAL_ITEMS", "10"))
SEED = int(os.environ.get("PICTUS_OFFICIAL_SEED", "1"))

pytestmark = [
    pytest.mark.skipif(not OFFICIAL or not PYTHON, reason="the official scorer is not here"),
    pytest.mark.timeout(0),
]


def official_verdicts(items):
    program = Path(bfcl_items.__file__).with_name("bfcl_official.py")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [PYTHON, program, OFFICIAL],
        input="".join(json.dumps(item) + "\n" for item in items),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if not line.startswith("Error parsing dictionary")]


def our_verdicts(items, folder):
    runs = defaultdict(list)
    for item in items:
        runs[item["category"], item["underscore_to_dot"]].append(item)
    verdicts = {}
    for (category, underscore_to_dot), run in runs.items():
        files = Files(**{name: folder / f"{name}.json" for name in ("questions", "truth", "predictions")})
        write(files.questions, [{"id": item["id"], "function": item["function"]} for item in run])
        write(files.truth, [{"id": item["id"], "ground_truth": item["truth"]} for item in run])
        write(files.predictions, [{"id": item["id"], "result": item["result"]} for item in run])
        settings = {"category": category, "underscore_to_dot": underscore_to_dot}
        for grade in plugins.load("benchmarks", "bfcl", settings).grade(files).grades:
            plain = grade.score is None or grade.score == 1 or "relevance" in category
            verdicts[grade.id] = grade.score if plain else [grade.score, grade.note.partition(" ")[0]]
    return [verdicts[item["id"]] for item in items]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def told(differing):
    told = "\n".join(
        f"{json.dumps(item)}\n  official {theirs}\n  ours     {ours}" for item, theirs, ours in differing[:20]
    )
    return f"{len(differing)} differ\n{told}"


def is_known(item, theirs, ours):
    """Of a broken text in JavaScript, two versions of the grammar may make a call, a wrong one, and none."""
    return "javascript" in item["category"] and type(theirs) is type(ours) is list and theirs[0] == ours[0] == 0


def test_items_are_scored_as_the_official_scorer_does(tmp_path):
    items = list(bfcl_items.items(Random(SEED), THOUSANDS * 1_000))
    differing = [
        (item, theirs, ours)
        for item, theirs, ours in zip(items, official_verdicts(items), our_verdicts(items, tmp_path), strict=True)
        if theirs != ours and not is_known(item, theirs, ours)
    ]
    assert not differing, told(differing)


def test_values_are_converted_as_the_official_scorer_does():
    items = list(bfcl_items.conversions(Random(SEED), THOUSANDS * 10_000))
    convert = {"java": java_values.converted, "javascript": javascript_values.converted}
    differing = []
    for item, theirs in zip(items, official_verdicts(items), strict=True):
        try:
            ours = repr(convert[item["convert"]](item["text"], item["kind"], item["inner"]))
        except Exception:
            ours = "error"
        if theirs != ours:
            differing.append((item, theirs, ours))
    assert not differing, told(differing)
