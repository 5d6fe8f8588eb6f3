"""When a blind answer says the same as the recorded one, and when that is more than luck."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.steps.judge.agreement import Outcome, agrees, compare, is_answerable, overlap

DETAIL = "A small brown dog sleeps under a wooden bench beside two red bicycles in the park"


@pytest.mark.parametrize(
    ("question", "recorded", "blind"),
    [
        ("Is there a dog?", "Yes, there is a dog near the bench.", "yes"),
        ("Is there a dog?", "No.", "No, there is none"),
        ("What color is the dog?", "The dog is brown.", "Brown."),
        ("How many dogs are there?", "There are three dogs.", "3"),
        ("How many dogs are there?", "12", "twelve dogs"),
        ("Which animals are shown?", "Dogs", "a dog"),
        ("Where is the man standing?", "The man is standing on the beach.", "He is standing on a beach"),
        ("Who is taller, the man or the woman?", "The man.", "the man"),
        ("Which is it?\nA. a dog\nB. a cat", "B", "b. a cat"),
        ("What is here?", DETAIL + ".", DETAIL.lower().replace("sleeps", "rests")),
        ("有几只狗?", "三只", "三只"),
    ],
)
def test_what_says_the_same_agrees(question, recorded, blind):
    assert agrees(question, recorded, blind)


@pytest.mark.parametrize(
    ("question", "recorded", "blind"),
    [
        ("Is there a dog?", "Yes, there is a dog.", "no"),
        ("Is there a dog?", "Yes.", "unknown"),
        ("Is there a dog?", "Yes.", "A dog."),
        ("What color is it?", "Brown.", "Unknown"),
        ("What color is it?", "Brown.", ""),
        ("What color is it?", "Brown and white.", "Brown."),
        ("How many dogs are there?", "There are three dogs.", "4"),
        ("Is the car red or blue?", "The red one.", "The blue one."),
        ("Who is taller, the man or the woman?", "The man is the taller one.", "The woman is the taller one."),
        ("What does the sign say?", "No parking", "No smoking"),
        ("What is here?", DETAIL, DETAIL.replace("two", "three")),
        ("What is here?", DETAIL, DETAIL.replace("sleeps", "never sleeps")),
        ("What is here?", DETAIL, "A cat on a sofa next to a lamp and a window with white curtains"),
        ("Which?", "A", "B"),
    ],
)
def test_what_says_something_else_does_not(question, recorded, blind):
    assert not agrees(question, recorded, blind)


lines = st.text(st.characters(codec="ascii", categories=["Ll", "Lu", "Nd", "Zs", "Po"]), max_size=60)


@given(lines, lines, lines)
def test_agreement_has_no_sides(question, one, other):
    if "unknown" not in (one + other).lower():
        assert agrees(question, one, other) == agrees(question, other, one)


@given(lines, st.text(st.characters(codec="ascii", categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20))
def test_an_answer_agrees_with_itself_however_it_is_written(question, answer):
    if "unknown" not in answer.lower():
        assert agrees(question, answer, f"  {answer.upper()}!")


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from(["{}", "There are {}.", DETAIL + " with {} trees."]))
def test_answers_with_different_numbers_never_agree(one, other, said):
    assert agrees("How many?", said.format(one), said.format(other)) == (one == other)


@given(st.lists(st.sampled_from("abcdef"), max_size=9), st.lists(st.sampled_from("abcdef"), max_size=9))
def test_the_overlap_is_a_share_and_whole_for_the_same_words_only(one, other):
    assert 0 <= overlap(one, other) <= 1
    assert (overlap(one, other) == 1) == (bool(one) and sorted(one) == sorted(other))


YES, COLOUR, WRONG = Outcome(True, is_guess=True), Outcome(True), Outcome(False)


def test_one_lucky_guess_proves_nothing_and_two_do():
    assert not is_answerable([YES])
    assert is_answerable([YES, YES])
    assert is_answerable([COLOUR])
    assert is_answerable([YES, COLOUR])
    assert not is_answerable([])
    assert not is_answerable([YES, WRONG], 0.5)
    assert compare("Is it?", "Yes, it is.", "yes") == YES
    assert compare("What is it?", "A dog", "dog") == COLOUR


@given(st.lists(st.sampled_from([YES, COLOUR, WRONG]), max_size=8), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_is_never_easier(outcomes, one, other):
    if is_answerable(outcomes, max(one, other)):
        assert is_answerable(outcomes, min(one, other))
    if WRONG in outcomes:
        assert not is_answerable(outcomes, 1.0)
