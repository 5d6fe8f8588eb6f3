"""What an answer in free words means: texts and numbers, of which one must agree with the truth."""

import re
from collections.abc import Iterable, Iterator

_INDICATORS = ("could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result ")
_TRIVIAL = frozenset(":,.!?;'")
# The same numbers as three plain patterns would find, in one pass over digits however many stand in a row: where a run
# of digits fails from its beginning, it fails from each of its digits.
_NUMBERS = (
    re.compile(r"-?\b\d{1,3}(?:,\d{3})+\b"),
    re.compile(r"-?(?<!\d)\d++(?:\.\d++)?[eE][+-]?\d+"),
    re.compile(r"-?(?:(?<!\d)\d++\.\d++|\.\d++|(?<!\d)\d++\b)(?![eE][+-]?\d)(?![,\d])"),
)


def parsed(response: str) -> list[str | float]:
    """Read the texts and numbers that an answer may mean."""
    tails = _tails(response.strip().strip(".").lower())
    numbers = (number for tail in tails for pattern in _NUMBERS for number in pattern.findall(tail))
    return list(dict.fromkeys(meant for said in dict.fromkeys((*tails, *numbers)) for meant in normal(said)))


def normal(text: str) -> list[str | float]:
    """Give a number with two decimals, or the text in lower case; one letter must stand alone, before or behind."""
    text = text.strip()
    try:
        return [round(float(text.replace(",", "")), 2)]
    except ValueError:
        lower = text.lower()
        return [f" {lower}", f"{lower} "] if len(lower) == 1 else [lower]


def agrees(meant: Iterable[str | float], truth: Iterable[str | float]) -> bool:
    """Say whether a text has a true one inside, or a number equals a true one."""
    truth = list(truth)
    texts = [one for one in truth if isinstance(one, str)]
    return any(any(one in said for one in texts) if isinstance(said, str) else said in truth for said in meant)


def _tails(text: str) -> list[str]:
    """Take of each line what follows the words that announce an answer; all of it where none does."""
    lines = text.split("\n")
    found = [tail for line in lines[:-1] for tail in _tail(line, _INDICATORS)]
    found += _tail(lines[-1], (*_INDICATORS, "="))
    return found or [text]


def _tail(line: str, indicators: Iterable[str]) -> Iterator[str]:
    shortest = ""
    for indicator in indicators:
        _, found, tail = line.rpartition(indicator)
        if found:
            tail = tail.strip()
            # Nothing after one indicator gives way to whatever follows the next.
            shortest = tail if not shortest or len(tail) < len(shortest) else shortest
    if shortest and shortest not in _TRIVIAL:
        yield shortest
