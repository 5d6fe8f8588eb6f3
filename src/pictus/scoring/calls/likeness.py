"""How far calls are like those expected: made at all, by name, by the names of their arguments, by the values."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pictus.scene.geometry import ALIKE, Area
from pictus.scene.geometry import likeness as alike
from pictus.scoring.calls.call import Call
from pictus.scoring.calls.checking import standard

PARTS = ("called", "name", "argument_names", "argument_values")


def likeness(
    calls: Sequence[Call], expected: Sequence[Call], regions: Collection[tuple[str, str]] = ()
) -> Mapping[str, float]:
    """Say of each part whether it is right; one can be right only where those before it are.

    Where no call is expected, there is nothing to say but whether one was made. Calls may stand in any order.

    Args:
        calls: that were made.
        expected: those that are right.
        regions: function and argument, of arguments that are regions of a picture, in fractions of its sides: nobody
            marks one to the last digit.
    """

    def same_values(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return all(
            (same_region if (name, argument) in regions else same_value)(one[argument], other[argument])
            for argument in other
        )

    called = bool(calls) == bool(expected)
    if not expected:
        return {"called": float(called)}
    name = called and Counter(call.name for call in calls) == Counter(call.name for call in expected)
    names = name and _pair(calls, expected, lambda _, one, other: one.keys() == other.keys())
    values = names and _pair(calls, expected, same_values)
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


def same_region(one: Any, other: Any) -> bool:
    """Compare two regions: they share at least half of what both cover together."""
    first, second = _area(one), _area(other)
    return first is not None and second is not None and alike(first, second) >= ALIKE


def _area(value: Any) -> Area | None:
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    if any(isinstance(side, bool) or not isinstance(side, int | float) or not -2 < side < 2 for side in value):
        return None
    return Area.of(*value)


def _pair(calls: Sequence[Call], expected: Sequence[Call], are_alike: Any) -> bool:
    """Say whether each expected call finds one of its name that is alike, and no two the same."""
    left = list(calls)
    for wanted in expected:
        for number, call in enumerate(left):
            if call.name == wanted.name and are_alike(wanted.name, call.arguments, wanted.arguments):
                del left[number]
                break
        else:
            return False
    return True
