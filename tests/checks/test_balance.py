"""Yes and no come to the wanted share, by setting aside as few as needed."""

import pytest

from pictus import plugins
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
