"""Yes and no come to the wanted share, by setting aside as few as needed."""

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Origin, Turn, make_record


def record(number, *answers):
    turns = [turn for answer in answers for turn in (Turn.of("user", f"Is it {number}?"), Turn.of("assistant", answer))]
    return make_record(Origin(dataset="d", key=str(number)), turns=turns)


def dropped(records, **settings):
    return dict(plugins.load("checks", "balance", settings).problems_of(iter(records)))


def yes_and_no(yes, no):
    rows = [record(n, "Yes, it is.") for n in range(yes)] + [record(n, "No.") for n in range(yes, yes + no)]
    return rows, {row.id for row in rows[:yes]}


@pytest.mark.parametrize(("yes", "no", "surplus"), [(50, 50, 0), (60, 40, 0), (90, 40, 30), (100, 10, 85)])
def test_the_surplus_is_set_aside(yes, no, surplus):
    rows, agreeing = yes_and_no(yes, no)
    found = dropped(rows)
    assert len(found) == surplus and set(found) <= agreeing
    assert found == dropped(reversed(rows))


def test_records_that_say_anything_else_stay():
    assert dropped([record(n, "Yes.", "A dog.") for n in range(99)]) == {}
    assert dropped([record(n, "Yes.", "No.") for n in range(99)]) == {}
    assert len(dropped([record(n, "Yes.", "Yes!") for n in range(99)])) == 99


def test_few_answers_get_no_verdict():
    assert dropped(yes_and_no(40, 0)[0]) == {} and dropped(yes_and_no(40, 0)[0], least=10)


def test_the_share_is_a_setting():
    assert len(dropped(yes_and_no(90, 40)[0], share=0.5)) == 50


def made_as(kind, number):
    turns = (Turn.of("user", f"Tell me of {number}."), Turn.of("assistant", f"It is a thing of number {number}."))
    return make_record(Origin(dataset="d", key=f"{kind} {number}", made_by=f"m, llava/{kind}, seed 3"), turns=turns)


def test_kinds_come_to_the_wanted_mix():
    counts = {"conversation": 58, "detail": 60, "reasoning": 80, "other": 500}
    rows = [made_as(kind, number) for kind, count in counts.items() for number in range(count)]
    found = dropped(rows, types={"conversation": 58, "detail": 23, "reasoning": 77})
    left = [row.origin.kind for row in rows if row.id not in found]
    assert {kind: left.count(kind) for kind in counts} == {
        "conversation": 58,
        "detail": 23,
        "reasoning": 77,
        "other": 500,
    }
    assert found == dropped(reversed(rows), types={"conversation": 58, "detail": 23, "reasoning": 77})
    assert dropped(rows) == {} == dropped(rows, types={"conversation": 1})


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(PictusError, match="not above 0"):
        dropped([], types={"detail": 0})
