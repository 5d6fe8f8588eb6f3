"""Questions and answers have their limits, by kind where it is known."""

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Origin, Part, Turn, make_record


def problems(*said, made_by=None, **settings):
    turns = [Turn.of("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]
    record = make_record(Origin(dataset="d", key="1", made_by=made_by), turns=turns)
    return list(plugins.load("checks", "answer_length", settings).problems(record))


def test_words_are_counted_on_both_sides():
    assert problems("What is it?", "A dog.", minimum=3) == ["turn 2 has 2 words, fewer than 3"]
    assert problems("What is it?", "A dog.", maximum=1) == ["turn 2 has 2 words, more than 1"]
    assert problems("What is it?", "A dog.", question_minimum=4) == ["turn 1 has 3 words, fewer than 4"]
    assert problems("What is it?", "A dog.", maximum_characters=5) == ["turn 2 has 6 characters, more than 5"]
    assert problems("", "A dog.") == ["turn 1 has 0 words, fewer than 1"]


def test_a_language_without_spaces_has_words_too():
    assert problems("这是什么？", "一只棕色的小狗。", minimum=5) == []
    assert problems("这是什么？", "狗" * 20, maximum=10)


def test_a_picture_alone_is_a_question():
    record = make_record(
        Origin(dataset="d", key="1"), turns=[Turn("user", (Part("image"),)), Turn.of("assistant", "A")]
    )
    assert list(plugins.load("checks", "answer_length").problems(record)) == []


def test_a_kind_has_its_own_limits():
    kinds = {"detail": {"minimum": 5}, "reasoning": {"maximum": 1}}
    assert problems("Why?", "Two words.", made_by="model-1, detail, seed 0", kinds=kinds)
    assert problems("Why?", "Two words.", made_by="model-1, reasoning, seed 0", kinds=kinds)
    assert problems("Why?", "Two words.", made_by="model-1, conversation, seed 0", kinds=kinds) == []
    assert problems("Why?", "Two words.", kinds=kinds) == []


def test_a_limit_of_a_kind_that_does_not_exist_is_told_at_once():
    with pytest.raises(PictusError, match="leastt"):
        problems("Why?", "So.", kinds={"detail": {"leastt": 5}})
