"""One call that a model made, and how it is shown in a file."""

from dataclasses import dataclass
from typing import Any

_SHOWN = 1_000  # values of one answer that are shown; `[[0] * 9] * 9` repeats itself without taking memory
_SHOWN_DEPTH = 50
_SHOWN_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name, and its arguments by their names; those without a name stand under None."""

    name: str
    arguments: dict[Any, Any]


class Unscorable(Exception):
    """The official scorer ends with an error here: there is no score, not a wrong answer."""


def shown(calls: list[Call]) -> list[Any]:
    """Give calls as JSON can hold them, whatever values a model found to put in."""
    left = _SHOWN

    def plain(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > _SHOWN_DEPTH:
            return "…"
        match value:
            case None | bool():
                return value
            case int():
                # Larger numbers are lost on readers of JSON, and Python refuses to write those of 4,300 digits.
                return value if value.bit_length() < 54 else str(value) if value.bit_length() < 10_000 else "…"
            case float():
                return value if value - value == 0 else str(value)
            case str():
                return value[:_SHOWN_TEXT].encode("utf-8", "replace").decode()
            case dict():
                few = list(value.items())[:_SHOWN]
                return {_text(plain(key, depth + 1)): plain(one, depth + 1) for key, one in few}
            case list() | tuple() | set():
                return [plain(one, depth + 1) for one in list(value)[: max(left, 0) + 1]]
        return str(value)[:_SHOWN_TEXT]

    return [{_text(plain(call.name, 0)): plain(call.arguments, 0)} for call in calls[:_SHOWN]]


def _text(key: Any) -> str:
    return key if isinstance(key, str) else str(key)
