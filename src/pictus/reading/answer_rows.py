"""Rows that hold one answer each: those of one conversation stand together, and say so."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pictus.record import Reject


def conversations(rows: Iterable[tuple[str, Any] | Reject]) -> Iterator[tuple[str, Any] | Reject]:
    """Join the rows of each conversation as `{"pairs": rows}`; a row that belongs to none is one.

    They have the same `conversation`, and `turn` counts their answers from 1.
    """
    place, pairs = "", list[Any]()
    for item in rows:
        if isinstance(item, Reject) or not isinstance(item[1], Mapping):
            one = None
        elif pairs and _follows(pairs[-1], item[1]):
            pairs.append(item[1])
            continue
        else:
            one = item
        if pairs:
            yield place, {"pairs": pairs}
        place, pairs = (one[0], [one[1]]) if one else ("", [])
        if one is None:
            yield item
    if pairs:
        yield place, {"pairs": pairs}


def _follows(before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    key, turn = before.get("conversation"), before.get("turn")
    same = isinstance(key, str) and row.get("conversation") == key
    return same and isinstance(turn, int) and row.get("turn") == turn + 1
