import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.scoring.vqa_words import m4c_words, trimmed, vqa_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Dog", "dog"),
        ("red-car", "red car"),
        ("red -car", "red car"),  # a space beside a mark has it deleted
        ("t-shirt - blue", "tshirt blue"),  # everywhere
        ("1,000 red-car", "1000 redcar"),  # a comma in a number has all marks deleted
        ("1, 000 red-car", "1 000 red car"),
        ("one,two", "1 2"),
        ("5.", "5"),
        ("1.a", "1a"),
        (".5", ".5"),
        ("3.5", "3.5"),
        ("." * 40, "." * 8),  # 32 of them go
        ("none", "0"),
        ("Ten of them", "10 of them"),
        ("a an the", ""),
        ("dont", "don't"),
        ("Im", "im"),  # the table has it with a capital, which no word has by then
        ("somebody'd", "somebodyd"),
        ("yalld've", "yalld've"),  # two apostrophes short
        ("yall'd've", "y'all'd've"),
        ("it's 10:30 & 50%", "it's 10:30 & 50%"),  # these marks stay
        ("a\tb\nc", "b c"),
        ("x\ry", "x y"),  # words are split at it
    ],
)
def test_the_words_of_an_answer(text, words):
    assert vqa_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,000", "1000"),
        ("red,blue", "redblue"),
        ("what?", "what"),
        ("men's", "men 's"),
        ("The Dog!", "dog"),
        ("1,000 red-car", "1000 red car"),  # commas are gone before anything asks for one
        ("t-shirt - blue", "tshirt blue"),
    ],
)
def test_the_words_as_m4c_takes_them(text, words):
    assert m4c_words(text) == words


def test_trimming_forgets_the_carriage_return():
    assert trimmed(" a\tb\r\nc ") == "a b\r c"


@given(st.text())
def test_any_text_has_words_in_small_letters_without_articles(text):
    for words in (vqa_words(text), m4c_words(text)):
        assert not {"a", "an", "the"} & set(words.split())
        assert words == " ".join(words.split())
