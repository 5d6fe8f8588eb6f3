"""Leaks are found, and words that only look like one are not."""

import pytest

from pictus import plugins
from pictus.record import Origin, Turn, make_record


def problems(question, answer):
    turns = [Turn.of("user", question, images=1), Turn.of("assistant", answer)]
    return list(plugins.load("checks", "source_leak").problems(make_record(Origin(dataset="d", key="1"), turns=turns)))


@pytest.mark.parametrize(
    "answer",
    [
        "The captions describe a dog on a couch.",
        "According to the description, two people are eating.",
        "Based on the provided information, it is raining.",
        "The bounding box of the cat lies on the left.",
        "As the caption says, it is a sunny day.",
        "The given coordinates show that the cup is on the left.",
        "The cat is at [0.123, 0.4, 0.5, 0.61].",
        "It was annotated as a truck.",
    ],
)
def test_a_leak_is_found(answer):
    assert problems("What is in the picture?", answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is in the picture?", "A man wearing a captain's hat."),
        ("What does the caption of the cartoon say?", "The caption says: never on a Monday."),
        ("Where is the cat? Give its box as coordinates.", "[0.123, 0.4, 0.5, 0.61]"),
        ("What is inside the region [0.1, 0.2, 0.3, 0.4]?", "A cat, at [0.1, 0.2, 0.3, 0.4]."),
        ("What is on the table?", "A box of chocolates (half empty) and a map."),
        ("Who gave the book?", "The woman has given the girl a book about information science."),
        ("What time is it?", "It is half past three (3.30)."),
    ],
)
def test_a_near_miss_is_none(question, answer):
    assert problems(question, answer) == []
