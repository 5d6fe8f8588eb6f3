"""What is left out when facts do not fit into a model's context, in this order.

Worked examples but the first, then what repeats itself: narratives, captions, labels; then small boxes; and the last
example before the facts become too few to ask about.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pictus.record import Box, Facts

# Each step keeps at most so many of a list.
_ORDER: tuple[tuple[str, int], ...] = (
    ("examples", 1),
    ("narratives", 1),
    ("absent", 20),
    ("boxes", 60),
    ("texts", 30),
    ("relations", 30),
    ("present", 30),
    ("boxes", 30),
    ("captions", 3),
    ("absent", 5),
    ("relations", 10),
    ("texts", 10),
    ("boxes", 15),
    ("motions", 2),
    ("examples", 0),
    ("captions", 1),
    ("boxes", 8),
    ("relations", 4),
    ("present", 10),
)


def steps(facts: Facts, examples: int) -> Iterator[tuple[Facts, int, str]]:
    """Give the facts and the number of examples, whole at first, then less and less, each with what was left out."""
    whole: dict[str, int] = {"examples": examples}
    whole |= {name: len(getattr(facts, name)) for name, _ in _ORDER if name != "examples"}
    left = dict(whole)
    yield facts, examples, ""
    for name, most in _ORDER:
        if left[name] <= most:
            continue
        left[name] = most
        if name != "examples":
            change: dict[str, Any] = {name: _kept(name, getattr(facts, name), most)}
            facts = replace(facts, **change)
        gone = [f"{left[what]} of {count} {what}" for what, count in whole.items() if left[what] < count]
        yield facts, left["examples"], f"kept {', '.join(gone)}"


def _kept(name: str, values: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    if name != "boxes":
        return values[:most]
    # The largest ones, in their old order: small things are seen last.
    largest = sorted(range(len(values)), key=lambda place: -_size(values[place]))[:most]
    return tuple(values[place] for place in sorted(largest))


def _size(box: Box) -> float:
    return box.width * box.height
