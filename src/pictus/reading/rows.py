"""Rows of a file to records: what cannot become one is set aside with its reason."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.dialogue import order_problems
from pictus.reading.files import plain_name
from pictus.reading.json import read_rows
from pictus.record import Record, Reject

_EXACT = 2**53  # from here on, numbers of JSON that became floats may stand for several ids
_ROW_LIMIT = 10_000  # characters of a row that are kept with the reason


class BadRow(ValueError):
    """A row that cannot become a record, or a record that a format cannot hold.

    The text says why in words that are the same for all such rows, so that reasons can be counted.
    """


# What comes of taking a row for what it is not. These are caught at the edge of one row, and recorded.
ROW_ERRORS = (BadRow, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


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
            yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))


def file_records(
    path: Path, pictures: Path | None, make: Callable[[Mapping[str, Any], str, str, str], Record]
) -> Iterator[Record | Reject]:
    """Make a record of each row of a file, knowing its place, the dataset, and the root of the paths of pictures."""
    dataset, root = dataset_of(path), str(pictures or path.parent)
    return record_rows(read_rows(path), lambda row, where: make(row, where, dataset, root))


def in_order(record: Record) -> Record:
    """Give a conversation back, or refuse it when its turns are in an order that no trainer would take."""
    if not record.turns:
        raise BadRow("there are no turns")
    for _, problem in order_problems(record.turns):
        raise BadRow(f"a turn {problem}")
    return record


def key_of(row: Mapping[str, Any], where: str, name: str = "id") -> str:
    """Give the key of a row: its id as text, since ids lose digits as numbers; else its file and number."""
    key = row.get(name)
    if key is None:
        return where.partition(", byte")[0]
    if isinstance(key, bool) or not isinstance(key, str | int | float):
        raise BadRow(f"this is no {name}: it is neither text nor number")
    if isinstance(key, float) and abs(key) >= _EXACT:
        raise BadRow(f"its {name} is a number of so many digits that some are lost: write it as text")
    return str(key)


def text_in(row: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Take a text out of a row; what is absent or null is the default, where there is one."""
    value = row[name] if default is None else row.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise BadRow(f"`{name}` is no text")
    return value


def list_in(row: Mapping[str, Any], name: str) -> list[Any]:
    """Take a list out of a row; what is absent or null is an empty one."""
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRow(f"`{name}` is no list")
    return value


def names_in(row: Mapping[str, Any], name: str) -> list[Any]:
    """Take the names of pictures out of a row that has a list of them, or one alone."""
    return [row[name]] if isinstance(row.get(name), str) else list_in(row, name)


def json_of(value: Any) -> str:
    """Write a value as JSON on one line; the standard library keeps numbers of any length, orjson does not."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise BadRow("a number in it is not finite, which JSON cannot say") from None


@lru_cache(4096)  # the same few tools stand in most records
def json_line(text: str) -> str:
    """Bring a JSON text onto one line, or refuse it: inside a row it would break the whole file."""
    try:
        return json_of(json.loads(text))
    except (ValueError, RecursionError):
        raise BadRow("a text in it should be JSON and is not") from None


def dataset_of(path: Path) -> str:
    """Name the dataset that a file is, which packing the file does not change."""
    return Path(plain_name(path)).stem


def looks_like(path: Path, test: Callable[[Mapping[str, Any]], bool]) -> bool:
    """Say whether the first row of an array or of lines passes a test; a file that cannot be read does not."""
    try:
        first = next(read_rows(path), None)
    except PictusError:
        return False
    return isinstance(first, tuple) and isinstance(first[1], Mapping) and test(first[1])


def reason_of(error: Exception) -> str:
    """Say in words what was wrong with a row."""
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return str(error) if isinstance(error, BadRow) else f"wrong type: {error}"


def row_text(row: Any) -> str:
    """Give the beginning of a row as text, for whoever wants to know what was set aside."""
    try:
        return orjson.dumps(row, default=_size).decode()[:_ROW_LIMIT]
    except TypeError:  # orjson reads four times the depth that it writes
        return "(brackets inside brackets, too many to show)"


def _size(value: Any) -> str:
    """Tell of a picture inside a row how large it is."""
    if isinstance(value, bytes):
        return f"({len(value):,} bytes)"
    return str(value)  # a date, or what else Parquet has
