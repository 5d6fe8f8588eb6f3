"""Questions with choices: one plain layout, with a letter before each choice and before the answer."""

from collections.abc import Sequence

from pictus.reading.rows import BadRow

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(number: int) -> str:
    """Give the letter of a choice, counted from 0."""
    if not 0 <= number < len(_LETTERS):
        raise BadRow("it has more choices than there are letters")
    return _LETTERS[number]


def lettered(number: int, choice: str) -> str:
    """Write a choice, or the answer that it is, behind its letter."""
    return f"({letter(number)}) {choice}"


def choice_question(question: str, choices: Sequence[str], *, context: str = "") -> str:
    """Write a question with what helps to answer it and its choices, each on its line."""
    lines = [question, *([f"Context: {context}"] if context else []), *(lettered(*one) for one in enumerate(choices))]
    return "\n".join(lines)
