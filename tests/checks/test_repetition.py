"""Loops and repeats are found; emphasis, refrains of short answers and scores are none."""

import pytest

from pictus import plugins
from pictus.record import Origin, Turn, make_record


def problems(*said, **settings):
    turns = [Turn.of("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]
    record = make_record(Origin(dataset="d", key="1"), turns=turns)
    return list(plugins.load("checks", "repetition", settings).problems(record))


@pytest.mark.parametrize(
    "answer",
    [
        "The the the the the dog.",
        "A dog and a cat and a cat and a cat and a cat.",
        ", ".join(["on the left is a man with a red hat"] * 3),
        "The dog sits on the couch. It is brown. The dog sits on the couch.",
        "Haaaaaaaaaaaaaaaaaa!",
        "hahahahahahahahaha",
        "一只猫一只猫一只猫一只猫",
        "The sky is blue!\nThe sky is blue!",
    ],
)
def test_a_loop_is_found(answer):
    assert problems("What is it?", answer)


@pytest.mark.parametrize(
    "answer",
    [
        "It is a very, very, very old house.",
        "A dog, a dog, and a cat.",
        "The score is 0 0 0 0 0.",
        "Yes. It is a dog. Yes.",
        "There are two cats on the left, two cats in the middle and two cats on the right.",
        "A cat sits on a chair, a cat sits on a table, and a dog lies on a couch.",
        "Zzzzzz, says the bubble.",
        "妈妈在家",
    ],
)
def test_what_is_no_loop_passes(answer):
    assert problems("What is it?", answer) == []


def test_the_same_question_or_answer_twice_is_found():
    assert problems("What is it?", "A dog.", "What is it", "A brown dog.")
    assert problems("Where is it?", "It lies on the old couch.", "Why?", "It lies on the old couch!")
    assert problems("Is there a dog?", "Yes, there is.", "Is there a cat?", "Yes, there is.") == []


def test_how_often_is_a_setting():
    assert problems("What?", "One two one two.", times=2) and not problems("What?", "One two one two.")
