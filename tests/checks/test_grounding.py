"""Grounding is held to labelled cases: precision first, and each rule with its near misses.

`first.yaml` was written before the check and mended against, `fresh.yaml` after it, `later.yaml` after it was mended.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from pictus import plugins
from pictus.record import Box, Facts, Narrative, Origin, Turn, make_record
from pictus.scene.synonyms import LABELS

DATA = Path(__file__).parent.parent / "data/checks/grounding"
RULES = {
    "absent": "names what is verified absent",
    "unfounded": "names what no annotation or caption supports",
    "denied": "denies what is annotated",
    "count": "counts otherwise than the boxes",
    "side": "places otherwise than the boxes",
    "colour": "gives another colour than the annotations",
}


def box(text):
    words = text.split()
    start = next(n for n, word in enumerate(words) if word[0].isdigit())
    numbers, marks = list(map(float, words[start : start + 4])), words[start + 4 :]
    group = None if "unknown" in marks else "group" in marks
    attributes = tuple(mark for mark in marks if mark not in ("group", "unknown"))
    left, top, right, bottom = numbers
    return Box(
        label=" ".join(words[:start]), left=left, top=top, right=right, bottom=bottom,
        is_group=group, attributes=attributes,
    )  # fmt: skip


@cache
def scenes():
    return {name: facts(row) for name, row in yaml.safe_load((DATA / "scenes.yaml").read_text()).items()}


def facts(row):
    boxes = tuple(map(box, row.get("boxes", ())))
    present = tuple(dict.fromkeys((*row.get("present", ()), *(one.label for one in boxes))))
    absent = row.get("absent", ())
    if absent == "rest":
        absent = [label for label in LABELS if label not in present]
    return Facts(
        captions=tuple(row.get("captions", ())),
        narratives=tuple(Narrative(text=text) for text in row.get("narratives", ())),
        boxes=boxes, present=present, absent=tuple(absent),
    )  # fmt: skip


def problems(case, **settings):
    turns = [Turn.of("assistant" if number % 2 else "user", str(text)) for number, text in enumerate(case["say"])]
    record = make_record(Origin(dataset="made", key="1"), turns=turns, facts=scenes()[case["of"]])
    return list(plugins.load("checks", "grounding", settings).problems(record))


def judged(name):
    """Give each case with what was found, and how many were right and wrong."""
    figures, missed, false = Counter(), [], []
    for case in yaml.safe_load((DATA / f"{name}.yaml").read_text()):
        found, wrong = problems(case), case.get("wrong")
        figures["hit" if found and wrong else "false" if found else "missed" if wrong else "passed"] += 1
        if wrong and not any(reason.startswith(RULES[wrong]) for reason in found):
            missed.append((case["of"], *case["say"], wrong, found))
        if found and not wrong:
            false.append((case["of"], *case["say"], found))
    return figures, missed, false


@pytest.mark.parametrize("name", ["first", "fresh", "later"])
def test_precision_and_recall_on_labelled_cases(name, capsys):
    figures, missed, false = judged(name)
    precision = figures["hit"] / (figures["hit"] + figures["false"])
    recall = figures["hit"] / (figures["hit"] + figures["missed"])
    with capsys.disabled():
        print(f"\n{name}: {figures.total()} cases, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.95, false
    assert recall >= 0.85, missed
