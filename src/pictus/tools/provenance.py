"""Where each argument of a call came from: a box, a label, writing, the user's words, or an earlier result.

It is kept as JSON in `Facts.extra` under "arguments", so that whoever reads a record can verify it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

import orjson

from pictus.record import Box, Facts

Source: TypeAlias = Literal["box", "text", "label", "query", "result"]
KEY = "arguments"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one argument rests on.

    `ref` is a box's id (or "#4" for the fifth box), a text, a label, the user's words, or "call_1/boxes.0"; for an
    argument that lists labels or words, a list of them.
    """

    call: str
    argument: str
    source: Source
    ref: Any


def with_grounds(facts: Facts, grounds: Iterable[Grounds], **more: Any) -> Facts:
    """Write down what the arguments rest on, beside what `extra` holds already."""
    told = [{"call": one.call, "argument": one.argument, "from": one.source, "ref": one.ref} for one in grounds]
    return replace(facts, extra=orjson.dumps({**_extra(facts, keep=True), **more, KEY: told}).decode())


def grounds_in(facts: Facts) -> list[Grounds] | None:
    """Read what the arguments rest on; None where nobody wrote it down. What is malformed is a `ValueError`."""
    told = _extra(facts).get(KEY)
    if told is None:
        return None
    if not isinstance(told, list):
        raise ValueError(f"`{KEY}` is no list")
    found = []
    for row in told:
        if not isinstance(row, dict) or row.get("from") not in get_args(Source):
            raise ValueError(f"`{KEY}` holds {row!r:.60}")
        found.append(Grounds(str(row.get("call")), str(row.get("argument")), row["from"], row.get("ref")))
    return found


def box_ref(facts: Facts, box: Box) -> str:
    """Name a box: by its id where that is its own, else by its place among the boxes."""
    if box.id is not None and sum(other.id == box.id for other in facts.boxes) == 1:
        return box.id
    return f"#{next(place for place, other in enumerate(facts.boxes) if other is box)}"


def box_named(facts: Facts, ref: object) -> Box | None:
    """Find the box of a name that `box_ref` gave."""
    if not isinstance(ref, str):
        return None
    found = [box for box in facts.boxes if box.id == ref]
    if not found and ref.startswith("#") and ref[1:].isdecimal():
        found = list(facts.boxes[int(ref[1:]) :][:1])
    return found[0] if len(found) == 1 else None


def _extra(facts: Facts, *, keep: bool = False) -> dict[str, Any]:
    if facts.extra is None:
        return {}
    try:
        extra = orjson.loads(facts.extra)
    except orjson.JSONDecodeError:
        extra = facts.extra
    if isinstance(extra, dict):
        return extra
    return {"extra": extra} if keep else {}
