"""From the columns of one bucket of the tables to what they say of each picture in it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from pictus.reading.buckets import Group
from pictus.reading.openimages.picture import Corners, Mask, Pair, Told
from pictus.reading.openimages.tables import FLAGS, SIDES
from pictus.record import Box, Narrative

# At -1, the end of the list, stands what -1 means; `bool(-1)` would be true.
_FLAG_VALUES = np.array([False, True, None], object)


def told_of(groups: Mapping[str, Group], labels: Sequence[str]) -> Callable[[int], Told]:
    """Give what says, of a picture's number, what is told of it.

    Args:
        groups: the rows of each kind of table, by picture.
        labels: the names that the tables' numbers of labels stand for.
    """
    rows = [(kind, _ROWS[kind](group, labels), group.cuts) for kind, group in groups.items()]

    def told(number: int) -> Told:
        return Told(**{kind: made[cuts[number] : cuts[number + 1]] for kind, made, cuts in rows})

    return told


def _boxes(group: Group, labels: Sequence[str]) -> list[Box]:
    table = group.table
    owners = np.repeat(np.arange(len(group.cuts) - 1), np.diff(group.cuts))
    ids = np.arange(1, len(table) + 1) - np.array(group.cuts)[owners]  # counted from 1 in each picture
    flags = (_FLAG_VALUES[table[flag].to_numpy()].tolist() for flag in FLAGS)
    trust = table["Confidence"].to_pylist()
    return list(map(_box, _names(table, "label", labels), *_sides(table), trust, *flags, map(str, ids.tolist())))


def _box(
    label: str,
    left: float,
    top: float,
    right: float,
    bottom: float,
    confidence: float | None,
    is_group: bool | None,
    is_occluded: bool | None,
    is_truncated: bool | None,
    is_depiction: bool | None,
    is_inside: bool | None,
    number: str,
) -> Box:
    return Box(
        label=label,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        is_group=is_group,
        is_occluded=is_occluded,
        is_truncated=is_truncated,
        is_depiction=is_depiction,
        is_inside=is_inside,
        confidence=confidence,
        id=number,
    )


def _verified(group: Group, labels: Sequence[str]) -> list[tuple[str, bool]]:
    return list(zip(_names(group.table, "label", labels), group.table["is_there"].to_pylist(), strict=True))


def _guessed(group: Group, labels: Sequence[str]) -> list[str]:
    return _names(group.table, "label", labels)


def _relations(group: Group, labels: Sequence[str]) -> list[Pair]:
    table = group.table
    subjects, objects = (_names(table, name, labels) for name in ("label1", "label2"))
    places = [_corners(table, number) for number in ("1", "2")]
    return list(map(Pair, subjects, table["predicate"].to_pylist(), objects, *places))


def _masks(group: Group, labels: Sequence[str]) -> list[Mask]:
    table = group.table
    return list(map(Mask, _names(table, "label", labels), _corners(table), table["path"].to_pylist()))


def _narratives(group: Group, labels: Sequence[str]) -> list[Narrative]:
    points = group.table["points"].combine_chunks()
    numbers, cuts = points.values.to_numpy(), points.offsets.to_numpy().tolist()
    return [
        Narrative(text=text, points=tuple(numbers[start:end].tolist()))
        for text, (start, end) in zip(group.table["text"].to_pylist(), pairwise(cuts), strict=True)
    ]


_ROWS: Mapping[str, Callable[[Group, Sequence[str]], Sequence[Any]]] = {
    "boxes": _boxes,
    "verified": _verified,
    "guessed": _guessed,
    "relations": _relations,
    "masks": _masks,
    "narratives": _narratives,
}
KINDS = tuple(_ROWS)


def _names(table: pa.Table, column: str, labels: Sequence[str]) -> list[str]:
    return [labels[number] for number in table[column].to_pylist()]


def _sides(table: pa.Table, number: str = "") -> list[list[float]]:
    return [table[f"{side}{number}"].to_pylist() for side in SIDES]


def _corners(table: pa.Table, number: str = "") -> list[Corners]:
    return list(zip(*_sides(table, number), strict=True))
