"""Leaks are found, and words that only look like one are not."""

import pytest

from pictus import plugins
from pictus.record import Origin, Turn, make_record


def problems(*said):
    turns = [Turn.of("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]
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
        "The dog is at [0, 0.2, 1, 0.4].",
        "The dog (0.12, 0.3, 0.5, 0.6) is big.",
        "It spans 0.123, 0.456, 0.789, 0.912 in the frame.",
        "From the description provided, a man runs.",
        "Given the information provided, he is sad.",
        "The image description states that it rains.",
        "The dog's coordinates suggest that it is on the left.",
        "The object detection results show a car.",
        "Although it is not mentioned in the captions, it is sunny.",
        "The sentences describe a dog.",
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
        ("What is in the picture?", "A newspaper page; the caption below the photo reads 'Storm'."),
        ("What is in the picture?", "The page has handwritten annotations in the margin."),
        ("What is in the picture?", "The map is annotated with red arrows."),
        ("What is in the picture?", "A device that shows the coordinates of a hill."),
        ("What is in the picture?", "The scoreboard reads (0.5, 1.5)."),
        ("What is in the picture?", "According to the information on the sign, it is a zoo."),
        ("What is in the picture?", "A poster of a caption contest."),
        ("Answer with a bounding box.", "The bounding boxes are [0.1, 0.2, 0.3, 0.4]."),
    ],
)
def test_a_near_miss_is_none(question, answer):
    assert problems(question, answer) == []


def test_what_was_asked_for_earlier_still_counts():
    assert problems("Is there a caption?", "Yes.", "What does it say?", "The caption says storm.") == []
    assert problems("Give its box.", "[0.1, 0.2, 0.3, 0.4]", "And the cat's?", "[0.2, 0.2, 0.3, 0.4]") == []


def test_who_asks_for_a_description_does_not_ask_for_its_source():
    assert problems("Give a description of the picture.", "The description mentions a dog.")
