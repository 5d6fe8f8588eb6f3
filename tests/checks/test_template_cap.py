"""An opening may be used so often and no more; names of things do not make it another one."""

import pytest

from pictus import plugins
from pictus.checks.template_cap import opening
from pictus.record import Origin, Turn, make_record
from pictus.scene.vocabulary import common


def record(number, *questions):
    turns = [turn for text in questions for turn in (Turn.of("user", text), Turn.of("assistant", "So."))]
    return make_record(Origin(dataset="d", key=str(number)), turns=turns)


def dropped(records, **settings):
    return [identity for identity, _ in plugins.load("checks", "template_cap", settings).problems_of(iter(records))]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Is there a dog in the picture?", "is there a #"),
        ("Is there a traffic light in the picture?", "is there a #"),
        ("How many people are there?", "how many # are"),
        ("Why?", "why"),
        ("", ""),
    ],
)
def test_things_are_left_open(question, begins):
    assert opening(question, (common(),)) == begins


def test_the_surplus_of_an_opening_is_set_aside_by_id():
    worn = [record(n, f"Is there a {'dog' if n % 2 else 'bus'} at {n}?") for n in range(80)]
    others = [record(n, f"{n} or {n + 1}, what is it?") for n in range(100, 220)]
    ids = sorted(row.id for row in worn)
    assert dropped([*worn, *others], minimum=12) == ids[20:]  # a tenth of 200 questions
    assert dropped([*worn, *others], share=0.01, minimum=30) == ids[30:]
    assert dropped([*worn, *others], share=0.4) == []


def test_a_record_goes_whole():
    rows = [record(n, "What is the time?", f"Question {n}?") for n in range(100)]
    assert dropped(rows) == sorted(row.id for row in rows)[50:]
