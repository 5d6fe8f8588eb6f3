"""JSON values that stand in a text one after the other, as models and people write them there."""

import json
import re
from typing import Any

from pictus.reading.rows import BadRow

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,;]*")


def json_texts_in(text: str) -> list[Any]:
    """Read the values that a text consists of; a list that stands alone is taken for its items."""
    values, end = json_texts_from(text, 0)
    if end != len(text) or not values:
        raise BadRow("a text in it should be JSON and is not")
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


def json_texts_from(text: str, place: int) -> tuple[list[Any], int]:
    """Read values as long as there are some, and tell where they and what parts them ends."""
    values: list[Any] = []
    place = _after(text, place)
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        values.append(value)
        place = _after(text, place)
    return values, place


def _after(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    assert found is not None  # it matches nothing at all, too
    return found.end()
