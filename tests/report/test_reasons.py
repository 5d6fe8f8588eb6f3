"""Reasons of a kind are counted together, and shown with what they are about."""

import pytest

from pictus.record import Origin, Turn, make_record
from pictus.report.reasons import SAMPLES, Reasons, excerpt, reason_code


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ('grounding: verified absent: "dog" in turn 2', "grounding: verified absent"),
        ("answer_length: turn 3 has 1,024 words, more than 900", "answer_length: turn # has # words, more than #"),
        ("turn 3 speaks of its source: 'the captions'", "turn # speaks of its source"),
        ("the dog's bowl is empty", "the dog's bowl is empty"),
        ('row: "x" is no number', "row"),
        ("picture: picture 1: the file is missing", "picture: the file is missing"),
        ("", ""),
        ('"x"', '"x"'),
    ],
)
def test_a_code_is_what_reasons_of_a_kind_share(reason, code):
    assert reason_code(reason) == code


def test_a_reasons_counts_all_and_keeps_a_few():
    reasons = Reasons()
    for number in range(30):
        reasons.add(f'unwanted: "{number}"', id=str(number))
    reasons.add("empty")
    assert reasons.counts == {"unwanted": 30, "empty": 1}
    assert [sample.id for sample in reasons.samples["unwanted"]] == [str(number) for number in range(SAMPLES)]


def test_an_excerpt_is_of_the_turn_that_is_named():
    turns = [Turn.of("user", "Why?"), Turn.of("assistant", "So\nit is."), Turn.of("user", "x" * 500)]
    record = make_record(Origin(dataset="d", key="1"), turns=turns)
    assert excerpt(record, "turn 1 is short") == "Why?"
    assert excerpt(record, "unwanted") == excerpt(record, "turn 9 is odd") == "So it is."
    assert len(excerpt(record, "turn 3")) == 160
