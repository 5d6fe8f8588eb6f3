"""How far calls are like those expected: made at all, by name, by the names of their arguments, by the values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pictus.scoring.calls.call import Call
from pictus.scoring.calls.checking import standard

PARTS = ("called", "name", "argument_names", "argument_values")


def likeness(calls: Sequence[Call], expected: Sequence[Call]) -> Mapping[str, float]:
    """Say of each part whether it is right; one can be right only where those before it are.

    Where no call is expected, there is nothing to say but whether one was made. Calls may stand in any order.
    """
    called = bool(calls) == bool(expected)
    if not expected:
        return {"called": float(called)}
    name = called and Counter(call.name for call in calls) == Counter(call.name for call in expected)
    names = name and _pair(calls, expected, lambda one, other: one.keys() == other.keys())
    values = names and _pair(calls, expected, same_value)
    return dict(zip(PARTS, map(float, (called, name, names, values)), strict=True))


def same_value(one: Any, other: Any) -> bool:
    """Compare two values: texts without case, spaces and `,./-_*^`; 1 equals 1.0, and not true."""
    if isinstance(one, str) and isinstance(other, str):
        return standard(one) == standard(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_value, one, other))
    return bool(one == other)


def _pair(calls: Sequence[Call], expected: Sequence[Call], are_alike: Any) -> bool:
    """Say whether each expected call finds one of its name that is alike, and no two the same."""
    left = list(calls)
    for wanted in expected:
        for number, call in enumerate(left):
            if call.name == wanted.name and are_alike(call.arguments, wanted.arguments):
                del left[number]
                break
        else:
            return False
    return True
