"""Values written in Java, as what they stand for, by the type that a parameter has; what does not fit stays text.

Patterns are kept to what ends soon on any text; where the official ones would try without end, a text is scanned.
"""

import re
from bisect import bisect_left
from functools import cache, partial
from typing import Any

from pictus.scoring.calls.call import Unscorable
from pictus.scoring.calls.scan import NOWHERE, Ahead, past_space, spans_on_one_line

_WHOLE = re.compile(r"-?\d+$")
_LONG = re.compile(r"-?\d+[lL]$")
_DOUBLE = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?$")
_FLOAT = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?[fF]$")
_ARRAY = re.compile(r"new\s+\w+\[\]\s*\{")
_LIST = re.compile(r"new\s+ArrayList<\w*>\(")
_LIST_OF = re.compile(_LIST.pattern + r"Arrays\.asList\(")
_LIST_BODY = re.compile(r"\)\s*\{\{")
_MAP = re.compile(r"new\s+HashMap<")
_MAP_MADE = re.compile(r">\s*\(\)")
_PUT = 'put("'
_MAP_BODY = re.compile(r">\s*\(\)\s*\{\s*\{?\s*")


def converted(text: str, kind: str, inner: str | None = None) -> Any:
    """Convert a text to what its declared type says; `inner` is the declared type of a list's elements."""
    match kind:
        case "String" | "any" | "char":
            return text
        case "byte" | "short" | "integer":
            return int(text) if _WHOLE.match(text) else text
        case "long":
            return int(text.rstrip("\n")[:-1]) if _LONG.match(text) else text
        case "double":
            return float(text) if _DOUBLE.match(text) else text
        case "float":
            return float(text.rstrip("\n")[:-1]) if _FLOAT.match(text) else text
        case "boolean":
            return text == "true" if text in ("true", "false") else text
        case "Array":
            return _array(text, inner)
        case "ArrayList":
            return _list(text, inner)
        case "HashMap":
            return _map(text)
    raise Unscorable(f"the type {kind} has no values")


def guessed(text: str) -> Any:
    """Convert a text whose type nobody declared."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    if _LONG.match(text):
        return int(text[:-1])
    if _FLOAT.match(text):
        return float(text.rstrip("\n")[:-1])
    return number_or_text(text)


def number_or_text(text: str) -> Any:
    """Convert a text to the number that Python takes it for, or leave it."""
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _element(text: str, inner: str | None) -> Any:
    return converted(text, inner) if inner else guessed(text)


def _array(text: str, inner: str | None) -> Any:
    """Read `new T[]{…}`; texts keep their quotes."""
    content = _content(text, _ARRAY, "}", least=0)
    if content is None:
        return text
    return [_element(piece.strip(), inner) for piece in content.split(",") if piece.strip()]


def _list(text: str, inner: str | None) -> Any:
    """Read `new ArrayList<>(Arrays.asList(…))`, `new ArrayList<>() {{ add(…); }}` or an empty list."""
    pieces = _pieces(text)
    if pieces is None:
        return text
    if inner in ("char", "String"):
        return [piece.strip()[1:-1] for piece in pieces]
    return [_element(piece.strip(), inner) for piece in pieces]


def _pieces(text: str) -> list[str] | None:
    content = _content(text, _LIST_OF, "))", least=1)
    if content is not None:
        return content.split(",")
    made = [match for match in _LIST.finditer(text) if text.startswith(")", match.end())]
    closing = Ahead(text, "}}")
    for match in made:
        body = _LIST_BODY.match(text, match.end())
        if body is None:
            continue
        start = past_space(text, body.end())
        end = closing.at(start + 1)
        if end != NOWHERE:
            return spans_on_one_line(text[start:end], "add(", ")", least=1)
    return [] if made else None


def _content(text: str, opening: re.Pattern[str], closing: str, least: int) -> str | None:
    """Give what stands in the first brackets of a kind that close on their line."""
    ends, lines = Ahead(text, closing), Ahead(text, "\n")
    for match in opening.finditer(text):
        end = ends.at(match.end() + least)
        if end == NOWHERE:
            return None
        if lines.at(match.end()) >= end:
            return text[match.end() : end]
    return None


def _map(text: str) -> Any:
    """Read `new HashMap<>() {{ put("k", v); }}`."""
    made = _MAP.search(text)
    if made is None:
        return text
    body = _MAP_BODY.search(text, made.end())
    end = text.find("}", body.end()) if body else -1
    if body and end >= 0:
        return {key: guessed(value.strip()) for key, value in _puts(text[body.end() : end].rstrip())}
    return {} if _makes_map(text) else text


def _makes_map(text: str) -> bool:
    """Say whether `new HashMap<…>()` stands in a text, its types on one line."""
    made, lines = [match.start() for match in _MAP_MADE.finditer(text)], Ahead(text, "\n")
    for match in _MAP.finditer(text):
        following = bisect_left(made, match.end())
        if following < len(made) and made[following] < lines.at(match.end()):
            return True
    return False


def _puts(text: str) -> list[tuple[str, str]]:
    """Find each `put("key", value)`: the key ends before `",`, the value before `)`, and neither has a line end."""
    starts, ends, commas = Ahead(text, _PUT), Ahead(text, ")"), Ahead(text, '",')
    key_lines, value_lines = Ahead(text, "\n"), Ahead(text, "\n")
    past, last = cache(partial(past_space, text)), cache(partial(_last_comma, text))
    found: list[tuple[str, str]] = []
    start = starts.at(0)
    while start != NOWHERE:
        inner, after = start + len(_PUT), start + 1
        line = key_lines.at(inner)
        # Where the value after the first comma does not close on its line, none of that line does, except one that
        # begins on a later line: the key then reaches to the comma that ends the line.
        for comma in (commas.at(inner), last(line)):
            if not inner <= comma < line:
                continue
            value = past(comma + 2)
            end = ends.at(value)
            if end == NOWHERE:
                return found
            if value_lines.at(value) >= end:
                found.append((text[inner:comma], text[value:end]))
                after = end + 1
                break
        start = starts.at(after)
    return found


def _last_comma(text: str, line: int) -> int:
    """Find the `",` with which a line ends, white space aside."""
    end = min(line, len(text))
    while end > 0 and text[end - 1].isspace() and text[end - 1] != "\n":
        end -= 1
    return end - 2 if text.startswith('",', end - 2) else NOWHERE
