"""Notice keys that stand twice in one JSON object: a parser keeps the last value and says nothing."""

import json
from typing import Any


def may_repeat_keys(text: bytes, parsed: Any) -> bool:
    """Say whether a text may have more keys than what was parsed from it; costs little where it has not.

    A key is a quote with a colon behind it, and inside strings that quote has a backslash. Where a text is
    written otherwise the counts differ, and whoever asks has to look closer.
    """
    return text.count(b'":') - text.count(b'\\":') + text.count(b'" :') != _count_keys(parsed)


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


def _count_keys(parsed: Any) -> int:
    """Count the keys of all objects; lists that begin with a plain value are taken to hold plain values only."""
    count = 0
    waiting = [parsed]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            count += len(value)
            value = value.values()
        elif type(value) is not list or (value and type(value[0]) not in (dict, list)):
            continue
        waiting += [inner for inner in value if type(inner) is dict or type(inner) is list]
    return count
