"""Rows of a file to records: what cannot become one is set aside with its reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.json import read_array, read_lines
from pictus.record import Record, Reject


class BadRow(ValueError):
    """A row that cannot become a record, or a record that a format cannot hold.

    The text says why in words that are the same for all such rows, so that reasons can be counted.
    """


# What comes of taking a row for what it is not. These are caught at the edge of one row, and recorded.
ROW_ERRORS = (BadRow, KeyError, TypeError, ValueError, AttributeError, OverflowError)


def record_rows(
    rows: Iterable[tuple[str, Any] | Reject], make: Callable[[Mapping[str, Any], str], Record]
) -> Iterator[Record | Reject]:
    """Make a record of each row."""
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        where, row = item
        try:
            if not isinstance(row, Mapping):
                raise BadRow("the row is no object")
            yield make(row, where)
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=orjson.dumps(row).decode()[:10_000])


def key_of(row: Mapping[str, Any], where: str, name: str = "id") -> str:
    """Give the key of a row: its id as text, since ids lose digits as numbers; else its file and number."""
    key = row.get(name)
    return where.partition(", byte")[0] if key is None else str(key)


def looks_like(path: Path, test: Callable[[Mapping[str, Any]], bool], *, lines: bool = False) -> bool:
    """Say whether the first row of a file passes a test; a file that cannot be read does not."""
    try:
        first = next(iter(read_lines(path) if lines else read_array(path)), None)
    except PictusError:
        return False
    return isinstance(first, tuple) and isinstance(first[1], Mapping) and test(first[1])


def reason_of(error: Exception) -> str:
    """Say in words what was wrong with a row."""
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return str(error) if isinstance(error, BadRow) else f"wrong type: {error}"
