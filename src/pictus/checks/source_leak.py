"""Answers speak of the picture, not of the annotations that the model was shown instead of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pictus.record import Record

_LEAK = re.compile(
    r"""
    \b(?:the|these|those|given|provided|first|second|third|fourth|fifth|one|other|each)\s+captions?\b(?!\s+contest)
    | \bcaptions?\s+(?:say|says|state|states|mention|mentions|indicate|indicates|describe|describes|suggest|suggests)\b
    | \b(?:based\s+on|according\s+to|from|in)\s+(?:the\s+)?(?:given|provided|above)\s+
      (?:captions?|descriptions?|information|context|details|text|sentences|annotations?|data)\b
    | \baccording\s+to\s+the\s+(?:captions?|descriptions?|annotations?)\b
    | \bbounding[\s-]box(?:es)?\b
    | \b(?:box|object|given|provided|its|their|the)\s+coordinates\b
    | \bannotat(?:ion|ions|ed|ors?)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HINTS = ("caption", "bounding", "coordinate", "annotat", "provided", "given", "above", "according")
_COORDINATES = re.compile(r"[\[(]\s*[01]?\.\d+\s*,\s*[01]?\.\d+(?:\s*,\s*[01]?\.\d+\s*,\s*[01]?\.\d+)?\s*[\])]")
_ASKS = re.compile(r"coordinates|\bbox\b|\bregion\b|\barea\b|x1|\[\s*[01]?\.\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record that never says "the captions mention", nor gives coordinates unasked.

    A word that the user used first is no leak: who asks about the caption of a cartoon may be answered.
    """

    def problems(self, record: Record) -> Iterator[str]:
        """Name each place where the source shows."""
        asked = ""
        for number, turn in enumerate(record.turns, 1):
            text = turn.text
            if turn.role == "user":
                asked = text
            elif turn.role == "assistant":
                yield from _leaks(number, text, asked)


def _leaks(number: int, text: str, asked: str) -> Iterator[str]:
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):  # the search costs ten times as much, and most answers need none
        for found in _LEAK.finditer(text):
            words = found.group().split()
            if words[-1].lower().rstrip("s") not in asked.lower():
                yield f"turn {number} speaks of its source: {' '.join(words)!r}"
    if ("[" in text or "(" in text) and (found_place := _COORDINATES.search(text)) and not _ASKS.search(asked):
        yield f"turn {number} gives coordinates that nobody asked for: {found_place.group()}"
