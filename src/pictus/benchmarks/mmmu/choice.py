"""What an answer to a question with choices means: a letter, by MMMU's rules or by those of MMMU-Pro."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

_ENDS = ",.!?;:'"  # taken off one kind after the other: ".," keeps its period, ",." loses both
_WORDS_OF_CONTENT = 5  # more words than these may hold the text of a choice
_ANNOUNCED = "Answer:"
_OFFICIAL_SEED = 42


def official_dice() -> Random:
    """Give the dice that the official scorer draws letters with, subject after subject."""
    return Random(_OFFICIAL_SEED)


def letters(options: Sequence[str]) -> dict[str, str]:
    """Put the official letters before choices; after Z come the characters that follow it."""
    return {chr(ord("A") + number): option for number, option in enumerate(options)}


def letter_of(response: str, choices: Mapping[str, str]) -> str | None:
    """Read a letter as MMMU does; None where its scorer takes one at random."""
    return _read(_bare(response), choices, [" {} "])


def pro_letter_of(response: str, choices: Mapping[str, str]) -> str | None:
    """Read a letter as MMMU-Pro does: what is announced by "Answer:", then a letter before a space or a period."""
    _, announced, answer = response.rpartition(_ANNOUNCED)
    if announced:
        inside = [letter for letter in choices if letter in answer]
        if len(inside) == 1:
            return inside[0]
    return _read(_bare(response), choices, ["{} ", "{}."])


def _bare(response: str) -> str:
    for mark in _ENDS:
        response = response.strip(mark)
    return f" {response} "


def _read(text: str, choices: Mapping[str, str], forms: Sequence[str]) -> str | None:
    """Try a letter in brackets, then the forms, then what the choices say; of several the last in the text counts."""
    if found := [letter for letter in choices if f"({letter})" in text]:
        return _last(found, lambda letter: text.rfind(f"({letter})"))
    for form in forms:
        if found := [letter for letter in choices if form.format(letter) in text]:
            # MMMU-Pro finds letters by looser forms, and looks for the last of them by the strict one all the same.
            return _last(found, lambda letter: text.rfind(f" {letter} "))
    if len(text.split()) > _WORDS_OF_CONTENT:
        lower = text.lower()
        said = {letter: option.lower() for letter, option in choices.items()}
        if found := [letter for letter, option in said.items() if option in lower]:
            return _last(found, lambda letter: lower.rfind(said[letter]))
    return None


def _last(found: Sequence[str], place: Callable[[str], int]) -> str:
    return max(found, key=place)  # the first of those that stand at the same place
