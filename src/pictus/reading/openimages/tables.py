"""The annotation tables of Open Images: which columns they have, which rows are wrong, and what is kept of them."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pictus.reading.buckets import KEY
from pictus.reading.csv import BLOCK_BYTES, Column, numbers, read_tables
from pictus.reading.files import reading_packed
from pictus.reading.json import read_rows
from pictus.reading.openimages.names import Names
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, row_text, text_in
from pictus.record import Reject

Fault: TypeAlias = tuple[npt.NDArray[np.bool_], str]

FLAGS = ("IsGroupOf", "IsOccluded", "IsTruncated", "IsDepiction", "IsInside")
UNKNOWN = -1  # of a flag
SIDES = ("XMin", "YMin", "XMax", "YMax")
PICTURE_TEXTS = ("OriginalURL", "OriginalLandingURL", "License", "Author", "Title", "Rotation")
_NO_PICTURE = "it names no picture"
_NO_NAME = "the files with the names of labels do not have its label"
_ALIVE = 1_000  # narratives in memory at once, with their points about 20 MB
_AT = itemgetter("x", "y", "t")

_Story: TypeAlias = "tuple[str, str, array[float]]"  # picture, text, points


@dataclass(frozen=True, slots=True)
class Tables:
    """Reads the tables of one split."""

    names: Names
    split: str
    block_bytes: int = BLOCK_BYTES

    def pictures(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read what is known of the pictures themselves; those of other splits are passed over."""
        columns = [Column(name, pa.string(), may_be_missing=True) for name in ("Subset", *PICTURE_TEXTS)]
        for table in self._read(path, columns, lambda table: []):
            if isinstance(table, pa.Table):
                subset = table["Subset"].fill_null("")
                table = table.filter(pc.is_in(subset, value_set=pa.array([self.split, ""])))
                table = _kept(table, {name: table[name] for name in PICTURE_TEXTS})
            yield table

    def boxes(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read boxes; flags are 1, 0, or -1 for unknown."""
        columns = [
            Column("LabelName", pa.string()),
            *(Column(side, pa.float64()) for side in SIDES),
            Column("Confidence", pa.float64(), may_be_missing=True),
            *(Column(flag, pa.int8(), may_be_missing=True) for flag in FLAGS),
        ]

        def judge(table: pa.Table) -> list[Fault]:
            trust = numbers(table["Confidence"].fill_null(1.0))
            flags = [table[flag].fill_null(UNKNOWN).to_numpy() for flag in FLAGS]
            return [
                self._unnamed(table, "LabelName"),
                *_misplaced(table, SIDES),
                (~((trust >= 0) & (trust <= 1)), "`Confidence` is not between 0 and 1"),
                *(
                    ((flag < -1) | (flag > 1), f"`{name}` is not 1, 0 or -1")
                    for name, flag in zip(FLAGS, flags, strict=True)
                ),
            ]

        for table in self._read(path, columns, judge):
            if isinstance(table, pa.Table):
                kept = {name: table[name] for name in (*SIDES, "Confidence")}
                flags = {flag: table[flag].fill_null(UNKNOWN) for flag in FLAGS}
                table = _kept(table, {"label": self._labels(table, "LabelName"), **kept, **flags})
            yield table

    def verified(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read labels that people looked for: `is_there` says whether they found the thing."""

        def judge(table: pa.Table) -> list[Fault]:
            trust = numbers(table["Confidence"])
            fault = "`Confidence` is neither 1 nor 0, as a person says it"
            return [self._unnamed(table, "LabelName"), (~((trust == 0) | (trust == 1)), fault)]

        for table in self._read(path, _LABEL_COLUMNS, judge):
            if isinstance(table, pa.Table):
                is_there = pc.equal(table["Confidence"], 1.0)
                table = _kept(table, {"label": self._labels(table, "LabelName"), "is_there": is_there})
            yield table

    def guessed(self, path: Path, least: float) -> Iterator[pa.Table | Reject]:
        """Read labels that a machine gave with at least some confidence."""

        def judge(table: pa.Table) -> list[Fault]:
            trust = numbers(table["Confidence"])
            fault = "`Confidence` is not between 0 and 1"
            return [self._unnamed(table, "LabelName"), (~((trust >= 0) & (trust <= 1)), fault)]

        for table in self._read(path, _LABEL_COLUMNS, judge):
            if isinstance(table, pa.Table):
                table = table.filter(pc.greater_equal(table["Confidence"], least))
                table = _kept(table, {"label": self._labels(table, "LabelName")})
            yield table

    def relations(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read pairs of boxes and what one is to the other; the second of `is` is an attribute of the first."""
        first, second = ([f"{side}{number}" for side in SIDES] for number in (1, 2))
        columns = [
            *(Column(name, pa.string()) for name in ("LabelName1", "LabelName2", "RelationshipLabel")),
            *(Column(side, pa.float64()) for side in (*first, *second)),
        ]

        def judge(table: pa.Table) -> list[Fault]:
            return [
                *(self._unnamed(table, name) for name in ("LabelName1", "LabelName2")),
                *_misplaced(table, first),
                *_misplaced(table, second),
                (_is_empty(table, "RelationshipLabel"), "`RelationshipLabel` is empty"),
            ]

        for table in self._read(path, columns, judge):
            if isinstance(table, pa.Table):
                labels = {f"label{number}": self._labels(table, f"LabelName{number}") for number in (1, 2)}
                # `inside_of`
                predicate = pc.utf8_trim_whitespace(pc.replace_substring(table["RelationshipLabel"], "_", " "))
                corners = {side: table[side] for side in (*first, *second)}
                table = _kept(table, {**labels, **corners, "predicate": predicate})
            yield table

    def masks(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read which objects have a mask, and the box that it belongs to."""
        sides = [f"Box{side}" for side in SIDES]
        columns = [
            *(Column(name, pa.string()) for name in ("LabelName", "MaskPath")),
            *(Column(side, pa.float64()) for side in sides),
        ]

        def judge(table: pa.Table) -> list[Fault]:
            no_file = (_is_empty(table, "MaskPath"), "`MaskPath` is empty")
            return [self._unnamed(table, "LabelName"), *_misplaced(table, sides), no_file]

        for table in self._read(path, columns, judge):
            if isinstance(table, pa.Table):
                kept = {name: table[f"Box{name}"] for name in SIDES} | {"path": table["MaskPath"]}
                table = _kept(table, {"label": self._labels(table, "LabelName"), **kept})
            yield table

    def narratives(self, path: Path) -> Iterator[pa.Table | Reject]:
        """Read spoken descriptions: JSON Lines, with the track of the pointer or without."""
        waiting: list[_Story] = []
        with reading_packed(path):
            for item in read_rows(path, lines=True):
                if isinstance(item, Reject):
                    yield item
                    continue
                where, row = item
                try:
                    waiting.append(_narrative(row))
                except ROW_ERRORS as error:
                    yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))
                if len(waiting) == _ALIVE:
                    yield _stories(waiting)
                    waiting.clear()
        if waiting:
            yield _stories(waiting)

    def _read(self, path: Path, columns: Sequence[Column], judge: Any) -> Iterator[pa.Table | Reject]:
        def complete(table: pa.Table) -> list[Fault]:
            return [(_is_empty(table, "ImageID"), _NO_PICTURE), *judge(table)]

        columns = [Column("ImageID", pa.string()), *columns]
        return read_tables(path, columns, complete, block_bytes=self.block_bytes)

    def _unnamed(self, table: pa.Table, column: str) -> Fault:
        return self._labels(table, column) < 0, _NO_NAME

    def _labels(self, table: pa.Table, column: str) -> npt.NDArray[np.int32]:
        return self.names.numbers_of(table[column].combine_chunks())


_LABEL_COLUMNS = (Column("LabelName", pa.string()), Column("Confidence", pa.float64()))


def _kept(table: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    return pa.table({KEY: table["ImageID"], **columns})


def _is_empty(table: pa.Table, column: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.equal(table[column], "").to_numpy()
    return found


def _misplaced(table: pa.Table, sides: Sequence[str]) -> list[Fault]:
    """Find boxes that are none; an empty cell is NaN and fits nowhere."""
    left, top, right, bottom = (numbers(table[side]) for side in sides)
    # All in one pass: ordered corners with the outer ones inside the picture are all inside it.
    is_sound = (left >= 0) & (top >= 0) & (right <= 1) & (bottom <= 1) & (left < right) & (top < bottom)
    if is_sound.all():
        return []
    is_inside = np.logical_and.reduce([(side >= 0) & (side <= 1) for side in (left, top, right, bottom)])
    has_area = (left < right) & (top < bottom)
    return [(~is_inside, "the box does not lie inside its picture"), (~has_area, "the box has no area")]


def _narrative(row: Any) -> _Story:
    if not isinstance(row, Mapping):
        raise BadRow("the row is no object")
    key, text = text_in(row, "image_id"), " ".join(text_in(row, "caption").split())
    if not key or not text:
        raise BadRow("the caption or the id of the picture is empty")
    points = array("d", chain.from_iterable(map(_AT, chain.from_iterable(list_in(row, "traces")))))
    if not isfinite(sum(points)):
        raise BadRow("a point of the pointer's track is not finite")
    return key, text, points


def _stories(rows: Sequence[_Story]) -> pa.Table:
    keys, texts, tracks = zip(*rows, strict=True)
    cuts = np.cumsum([0, *map(len, tracks)], dtype=np.int32)
    points = pa.ListArray.from_arrays(pa.array(cuts), pa.array(np.concatenate(tracks)))
    return pa.table({KEY: pa.array(keys), "text": pa.array(texts), "points": points})
