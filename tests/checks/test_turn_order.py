"""Who may speak after whom."""

import pytest

from pictus import plugins
from pictus.record import Call, Origin, Turn, make_record

SAY = {"s": Turn.of("system", "Be brief."), "u": Turn.of("user", "Why?"), "a": Turn.of("assistant", "So.")}
SAY["c"] = Turn("assistant", (), (Call("1", "look", "{}"),))
SAY["t"] = Turn.of("tool", "3")


@pytest.mark.parametrize("order", ["ua", "sua", "uaua", "ucta", "uctta", "uac"[:2], "suctaua", "uc"])
def test_a_good_order(order):
    assert problems(order) == []


@pytest.mark.parametrize("order", ["", "a", "u", "uu", "uau", "usa", "uta", "ucu", "ss", "uaa"])
def test_a_bad_order_is_named(order):
    assert problems(order)


def problems(order):
    turns = [SAY[letter] for letter in order]
    return list(plugins.load("checks", "turn_order").problems(make_record(Origin(dataset="d", key="1"), turns=turns)))
