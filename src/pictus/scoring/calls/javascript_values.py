"""Values written in JavaScript, as what they stand for, by the type that a parameter has; what does not fit stays text.

Patterns are kept to what ends soon on any text; where the official ones would try without end, a text is scanned.
"""

import re
from typing import Any

from pictus.scoring.calls.call import Unscorable
from pictus.scoring.calls.java_values import number_or_text
from pictus.scoring.calls.scan import NOWHERE, Ahead, past_space, spans_on_one_line

_WHOLE = re.compile(r"-?\d+$")
_FLOAT = re.compile(r"-?\d+(\.\d+)?$")
_BIG = re.compile(r"-?\d+n$")
_OPENING = re.compile(r"\[|new\s+Array\(")
_QUOTES = "'\""


def converted(text: str, kind: str, inner: str | None = None) -> Any:
    """Convert a text to what its declared type says; `inner` is the declared type of an array's elements."""
    match kind:
        case "any":
            return text
        case "String":
            return text[1:-1] if _quoted(text) else text
        case "integer":
            return int(text) if _WHOLE.match(text) else text
        case "float":
            return float(text) if _FLOAT.match(text) else text
        case "Bigint":
            return int(text[:-1]) if _BIG.match(text) else text
        case "Boolean":
            return text == "true" if text in ("true", "false") else text
        case "array":
            return _array(text.strip(), inner)
        case "dict":
            return _dict(text.strip())
    raise Unscorable(f"the type {kind} has no values")


def guessed(text: str) -> Any:
    """Convert a text whose type nobody declared."""
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    return text[1:-1] if _quoted(text) else number_or_text(text)


def _quoted(text: str) -> bool:
    return text[:1] == text[-1:] and text[:1] in ('"', "'")


def _array(text: str, inner: str | None) -> Any:
    """Read `[…]` or `new Array(…)`, of one level or of two; what stands after it is not looked at."""
    opening = _OPENING.match(text)
    if opening is None:
        return text
    closing = "]" if opening[0] == "[" else ")"
    end = _end_of_groups(text, opening.end(), closing)
    if end is not None:
        return _groups(text[:end])
    end = text.find(closing, opening.end())
    content = text[opening.end() : end].strip()
    if end < 0 or "\n" in text[opening.end() : end]:
        return text
    if not content:
        return []
    pieces = [piece.strip() for piece in content.split(",")]
    if inner is None:
        return [guessed(piece) for piece in pieces]
    try:
        return [converted(piece, inner) for piece in pieces]
    except (ValueError, RecursionError, Unscorable):
        return text


def _end_of_groups(text: str, start: int, closing: str) -> int | None:
    """Find where `[…], […]` ends with a closing bracket, if that is what stands there.

    A group ends with the first bracket after which comes another group or the end. It need not be tried further: what
    a longer group would lead to has been tried by the groups after it.
    """
    position = past_space(text, start)
    if not text.startswith("[", position):
        return None
    ends, lines = Ahead(text, "]"), Ahead(text, "\n")
    inside = position = position + 1
    while True:
        end = ends.at(position)
        if end == NOWHERE or lines.at(inside) < end:
            return None
        after = past_space(text, end + 1)
        if text.startswith(closing, after):
            return after + 1
        position = end + 1
        if text.startswith(",", after):
            following = past_space(text, after + 1)
            if text.startswith("[", following):
                inside = position = following + 1


def _groups(text: str) -> list[list[Any]]:
    """Read the groups of an array of two levels; the first one has swallowed the outer bracket."""
    groups = [span.strip() for span in spans_on_one_line(text, "[", "]")]
    if groups:
        groups[0] = groups[0].removeprefix("[")
    return [[guessed(piece) for piece in group.split(",")] for group in groups]


def _dict(text: str) -> Any:
    """Read `{key: value, …}` up to the first closing brace."""
    if text == "{}":
        return {}
    end = text.find("}")
    if not text.startswith("{") or end < 0 or "\n" in text[:end]:
        return text
    return {key.strip().strip(_QUOTES): _member(value.strip()) for key, value in _pairs(text[1:end])}


def _member(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return _array(text, None)
    if text.startswith("{") and text.endswith("}"):
        return _dict(text)
    return guessed(text.strip(_QUOTES))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Find each key, up to a colon, and its value, up to a comma before the next key."""
    colons, commas = Ahead(text, ":"), Ahead(text, ",")
    found: list[tuple[str, str]] = []
    position = 0
    while True:
        while text.startswith(":", position):
            position += 1
        colon = colons.at(position)
        if colon == NOWHERE:
            return found
        start = past_space(text, colon + 1)
        end, following = len(text), len(text)
        comma = commas.at(start)
        while comma != NOWHERE:
            until = min(commas.at(comma + 1), len(text))
            last_colon = text.rfind(":", comma + 2, until)  # a key has one character at least
            if last_colon >= 0:
                end, following = comma, min(past_space(text, comma + 1), last_colon - 1)
                break
            comma = commas.at(comma + 1)
        found.append((text[position:colon], text[start:end]))
        position = following
