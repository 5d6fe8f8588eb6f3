"""Notice keys that stand twice in one JSON object: a parser keeps the last value and says nothing."""

import json
from typing import Any

import numpy as np
import orjson

_QUOTE = ord('"')
_LARGE = 10_000  # bytes, from which numpy counts faster


def may_repeat_keys(text: bytes, parsed: Any) -> bool:
    """Say whether a text may have more keys than what was parsed from it; costs little where it has not.

    What was parsed is written again and the quotes are counted, which is many times faster than to count the keys
    of each object. A key that was dropped took its quotes along.
    """
    try:
        again = orjson.dumps(parsed)
    except TypeError:  # orjson reads four times the depth that it writes
        return True
    written_out = text.count(b"\\u0022") if b"\\" in text else 0
    return _quotes(text) + written_out != _quotes(again)


def _quotes(text: bytes) -> int:
    if len(text) < _LARGE:
        return text.count(b'"')
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _QUOTE))


def repeated_key(text: bytes) -> str | None:
    """Give the first key that stands twice in an object of a text that is known to be JSON."""
    found: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.append(key)
            seen.add(key)

    try:
        json.loads(text, object_pairs_hook=note)
    except (RecursionError, ValueError):
        return None  # deeper, or with longer numbers, than the standard library reads
    return found[0] if found else None
