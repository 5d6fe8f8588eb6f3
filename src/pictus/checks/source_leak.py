"""Answers speak of the picture, not of the annotations that the model was shown instead of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pictus.record import Record

_TELL = r"(?:say|state|mention|indicate|describe|suggest|note|specify|imply|implies|list|provide|do(?:es)?\s*n['o])"
_GIVEN = r"(?:given|provided|above|supplied)"
_PICTURE = r"(?:image|picture|photo|scene)"
_HANDED = r"(?:given|provided|supplied)"
_SHOW = rf"(?:{_TELL}|says|states|shows?|suggests|indicates?|mentions|describes|implies|tells?|reads)"
_SOURCE = (
    rf"(?:{_PICTURE}\s+)?"
    r"(?P<{}>captions?|descriptions?|information|context|details|text|sentences?|annotations?|data|coordinates)"
)
_LEAK = re.compile(
    rf"""
    \b(?:the|these|those|given|provided|all|other|several|five|both)\s+(?P<a>captions)\b
    | \b(?:the|this|first|second|third|fourth|fifth|another|one|each)\s+(?P<b>caption)\s+{_TELL}
    | \b(?:in|by|from|to|on|with)\s+the\s+(?P<c>captions?)(?=\s*[,.;]|\s+{_TELL}|\s+that\b)
    | \b(?P<d>captions)\s+{_TELL}
    | \b(?:the|these|{_GIVEN})\s+(?:{_GIVEN}\s+)?(?:{_PICTURE}\s+)?(?P<e>descriptions?|sentences)\s+{_TELL}
    | \b(?:based\s+on|according\s+to|(?:described|mentioned|stated|noted)\s+in)\s+the\s+(?:{_PICTURE}\s+)?
      (?P<f>descriptions?|annotations?|coordinates)\b(?!\s+(?:on|of|at|in|beside|below|under|next|near|above)\b)
    | \b(?:based\s+on|according\s+to|from|in|given)\s+(?:the\s+)?{_GIVEN}\s+{_SOURCE.format("g")}\b
    | \b(?:based\s+on|according\s+to|from|in|given)\s+the\s+{_SOURCE.format("h")}\s+(?:that\s+(?:is|was|are|were)\s+)?
      {_GIVEN}\b
    | \b(?P<i>bounding[\s-]box)(?:es)?\b
    | (?:\b(?:box|object|given|provided|its|their)|'s)\s+(?P<j>coordinates)\b
    | \bthe\s+(?P<k>coordinates)\s+{_TELL}
    | \b(?:the|these|{_GIVEN}|object)\s+(?P<l>annotations?)\s+{_TELL}
    | \b(?:is|was|are|were|been)\s+(?P<m>annotated)\s+as\b
    | \bobject[\s-](?P<n>detection)\s+(?:results?|outputs?|data|boxes)\b
    | \bbased\s+(?:solely\s+|only\s+)?on\s+(?:the|this|all\s+the|available)\s+(?P<o>information|context)
      (?=\s*[,.;]|\s+(?:in|from)\s+the\s+(?:caption|description|text))
    | \b(?:the|this)\s+{_HANDED}\s+(?:{_PICTURE}\s+)?(?P<p>information|context|captions?|annotations?|data|text)\b
    | \b(?P<q>information|context|descriptions?|details|text)\s+{_HANDED}\s+{_SHOW}
    | \b(?P<r>coordinates)\s+of\s+the\s+\w+\s+(?:is|are|{_SHOW})\b
    | \b{_PICTURE}\s+is\s+(?P<s>captioned)\s+as\b
    | \bthe\s+(?P<t>dataset|metadata|ground[\s-]truth|annotations?)\s+(?:is|are|labels?|lists?|includes?|{_SHOW})\b
    | \b(?:the|an?)\s+(?P<u>object\s+list|list\s+of\s+(?:detected\s+)?objects)\b
    | \bthe\s+(?P<v>detected\s+objects?|objects?\s+detected)\b
    | \b(?:specified|provided|indicated|given)\s+in\s+the\s+(?:{_PICTURE}\s+)?
      (?P<w>descriptions?|captions?|annotations?)\b
    | \bthe\s+(?:text|{_PICTURE})\s+(?P<x>descriptions?|captions?)\s+{_SHOW}
    | \b(?:per|following|judging\s+(?:by|from))\s+the\s+(?P<y>captions?)\b
    | \bno\s+(?:further\s+|other\s+|specific\s+|additional\s+)?(?P<z>information)\s+is\s+(?:provided|given|available)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The search costs ten times as much as looking for these, and most answers hold none.
_HINTS = (
    *("caption", "description", "provided", "bounding", "coordinate", "annotat", "detect", "sentences", "given"),
    *("information", "context", "dataset", "metadata", "truth", "object"),
)
_NUMBER = r"(?:0?\.\d+|1\.0+|[01])"
_COORDINATES = re.compile(
    rf"""
    (?<![\d.])[\[(]\s* (?=[^\])]*\.\d) {_NUMBER} (?:\s*,\s*{_NUMBER}){{3}} \s*[\])]
    | [\[(]\s*0?\.\d+\s*,\s*0?\.\d+\s*[\])]
    | (?<![\d.,])0?\.\d\d+ (?:\s*,\s*(?:0?\.\d\d+|1\.00+)){{3}} (?!\d)
    """,
    re.VERBOSE,
)
_ASKS = re.compile(rf"coordinate|\bbox(?:es)?\b|\bbbox|\bregion|\bx1\b|[\[(]\s*{_NUMBER}\s*,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record that never says "the captions mention", nor gives coordinates unasked.

    What somebody else spoke of first is no leak: who asks about the caption of a cartoon may be answered, and
    so may who gives coordinates. A description is what every second user asks for, so there it does not count.
    """

    def problems(self, record: Record) -> Iterator[str]:
        """Name each place where the source shows."""
        for number, turn in enumerate(record.turns):
            if turn.role == "assistant":
                text = turn.text
                lower = text.lower()
                if any(hint in lower for hint in _HINTS):
                    yield from _words(record, number, text)
                found = _COORDINATES.search(text) if "." in text and "," in text else None
                if found is not None and not _ASKS.search(_asked(record, number)):
                    yield f"turn {number + 1} gives coordinates that nobody asked for: {found.group()}"


def _words(record: Record, number: int, text: str) -> Iterator[str]:
    asked = None
    for found in _LEAK.finditer(text):
        if asked is None:
            asked = _asked(record, number).lower()
        source = found[found.lastgroup or 0].lower().removesuffix("s")
        if source == "description" or source not in asked:
            yield f"turn {number + 1} speaks of its source: {' '.join(found.group().split())!r}"


def _asked(record: Record, number: int) -> str:
    """Give all that others said before a turn."""
    return "\n".join(turn.text for turn in record.turns[:number] if turn.role != "assistant")
