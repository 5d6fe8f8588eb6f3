"""From the columns of one bucket of the tables to what they say of each picture in it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice, pairwise, repeat
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pictus.reading.buckets import Group
from pictus.reading.openimages.picture import Corners, Mask, Pair, Told
from pictus.reading.openimages.tables import SIDES
from pictus.record import Box, Narrative

Words: TypeAlias = npt.NDArray[np.object_]
Made = TypeVar("Made")

_ALIVE = 10_000  # boxes made at once
_FLAG_NAMES = (
    ("is_group", "IsGroupOf"),
    ("is_occluded", "IsOccluded"),
    ("is_truncated", "IsTruncated"),
    ("is_depiction", "IsDepiction"),
    ("is_inside", "IsInside"),
)

# At -1, the end of the list, stands what -1 means; `bool(-1)` would be true.
_FLAG_VALUES = np.array([False, True, None], object)


def told_in_order(groups: Mapping[str, Group], labels: Sequence[str], count: int) -> Iterator[Told]:
    """Give what is told of each picture, one after the other.

    Boxes are made some thousands at a time: a bucket full of them would keep the garbage collector busy.

    Args:
        groups: the rows of each kind of table, by picture.
        labels: the names that the tables' numbers of labels stand for.
        count: how many pictures there are.
    """
    words = np.array(labels, object)
    kinds = [(kind, iter(_ROWS[kind](group, words)), group.cuts) for kind, group in groups.items()]
    for number in range(count):
        yield Told(**{kind: tuple(islice(rows, cuts[number + 1] - cuts[number])) for kind, rows, cuts in kinds})


def _boxes(group: Group, words: Words) -> Iterator[Box]:
    owners = np.repeat(np.arange(len(group.cuts) - 1), np.diff(group.cuts))
    numbers = np.arange(1, len(owners) + 1) - np.array(group.cuts)[owners]  # counted from 1 in each picture
    for start in range(0, len(owners), _ALIVE):
        table = group.table.slice(start, _ALIVE)
        columns = dict(zip(("left", "top", "right", "bottom"), _sides(table), strict=True))
        flags = {name: _FLAG_VALUES[table[flag].to_numpy()].tolist() for name, flag in _FLAG_NAMES}
        ids = map(str, numbers[start : start + _ALIVE].tolist())
        trust = table["Confidence"].to_pylist()
        yield from _filled(
            Box, len(table), label=_names(table, "label", words), **columns, **flags, confidence=trust, id=ids
        )


def _filled(kind: type[Made], count: int, **columns: Iterable[Any]) -> list[Made]:
    """Make many objects of a frozen dataclass with slots, field by field.

    Its own `__init__` takes three times as long, which for fourteen million boxes is a fifth of all the work.
    """
    made: list[Made] = list(map(object.__new__, repeat(kind, count)))
    for field in fields(kind):  # type: ignore[arg-type]
        values = columns.get(field.name, repeat(field.default))
        deque(map(getattr(kind, field.name).__set__, made, values), maxlen=0)
    return made


def _verified(group: Group, words: Words) -> Iterable[tuple[str, bool]]:
    return zip(_names(group.table, "label", words), group.table["is_there"].to_pylist(), strict=True)


def _guessed(group: Group, words: Words) -> Iterable[str]:
    return _names(group.table, "label", words)


def _relations(group: Group, words: Words) -> Iterable[Pair]:
    table = group.table
    subjects, objects = (_names(table, name, words) for name in ("label1", "label2"))
    places = [_corners(table, number) for number in ("1", "2")]
    return map(Pair, subjects, table["predicate"].to_pylist(), objects, *places)


def _masks(group: Group, words: Words) -> Iterable[Mask]:
    table = group.table
    return map(Mask, _names(table, "label", words), _corners(table), table["path"].to_pylist())


def _narratives(group: Group, words: Words) -> Iterable[Narrative]:
    points = group.table["points"].combine_chunks()
    numbers, cuts = points.values.to_numpy(), points.offsets.to_numpy().tolist()
    return (
        Narrative(text=text, points=tuple(numbers[start:end].tolist()))
        for text, (start, end) in zip(group.table["text"].to_pylist(), pairwise(cuts), strict=True)
    )


_ROWS: Mapping[str, Callable[[Group, Words], Iterable[Any]]] = {
    "boxes": _boxes,
    "verified": _verified,
    "guessed": _guessed,
    "relations": _relations,
    "masks": _masks,
    "narratives": _narratives,
}
KINDS = tuple(_ROWS)


def _names(table: pa.Table, column: str, words: Words) -> list[str]:
    names: list[str] = words[table[column].to_numpy()].tolist()
    return names


def _sides(table: pa.Table, number: str = "") -> list[list[float]]:
    return [table[f"{side}{number}"].to_numpy().tolist() for side in SIDES]


def _corners(table: pa.Table, number: str = "") -> Iterable[Corners]:
    return zip(*_sides(table, number), strict=True)
