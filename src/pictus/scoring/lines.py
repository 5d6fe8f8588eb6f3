"""JSON Lines as Python's own reader takes them, where a score hangs on it.

It knows whole numbers of any length, NaN and half a surrogate, and of a key that stands twice the last value counts.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.reading.rows import BadRow
from pictus.record import Reject
from pictus.scoring.answers import id_of

_BOM = b"\xef\xbb\xbf"


def read_python_lines(path: Path) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows of a file of lines, whatever its name says; blank lines are passed over."""
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(_BOM)
            if line.isspace():
                continue
            where = f"{plain_name(path)}, line {number}"
            try:
                yield where, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Reject(where=where, reasons=(f"not valid JSON: {error}",))


def rows_by_id(path: Path) -> dict[str, Any]:
    """Read the rows of a file by their ids, in its order; a row that has none, or that of another, is an error."""
    found: dict[str, Any] = {}
    for where, row in _rows(path):
        try:
            key = id_of(row["id"])
            key.encode()
        except (BadRow, KeyError, TypeError, UnicodeEncodeError):
            raise PictusError("the row has no `id` that is text", where=where, mend="give each row its id") from None
        if key in found:
            raise PictusError(f"the id {key} stands twice", where=where, mend="give each id once")
        found[key] = row
    return found


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    for row in read_python_lines(path):
        if isinstance(row, Reject):
            raise PictusError(
                row.reasons[0], where=row.where, mend="give the official file: a JSON object on each line"
            )
        yield row
