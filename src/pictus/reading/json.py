"""Stream JSON arrays and JSON Lines of any size: the rows one after the other, each with its place.

`structure.py` finds where the rows begin and end without parsing them; orjson parses them many at a time.
Memory stays at a few megabytes, whatever the size of the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.files import open_file
from pictus.reading.structure import Span, spans
from pictus.record import Reject

ROW_LIMIT_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one array that stand next to each other in a file."""

    key: str | None  # of the top-level object, None when the file is one array
    first: int  # number of the first row in its array, from 1
    starts: Sequence[int]  # byte where each row begins
    rows: list[Any]  # parsed; a `Reject` where a row is not JSON


def read_array(path: Path, key: str | None = None) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the elements of the top-level array of a file, or of the array under one of its keys."""
    for batch in read_batches(path, None if key is None else (key,)):
        for index, row in enumerate(batch.rows):
            if isinstance(row, Reject):
                yield row
            else:
                yield f"{path.name}, row {batch.first + index}, byte {batch.starts[index]}", row


def read_batches(path: Path, keys: Sequence[str] | None = None) -> Iterator[Batch]:
    """Stream the arrays under some top-level keys, many rows at a time; with no keys, the top-level array.

    A key that is missing, or holds no array, gives nothing.
    """
    counts: dict[str | None, int] = {}
    for span in spans(path, keys, limit_bytes=ROW_LIMIT_BYTES):
        first = counts.get(span.key, 0) + 1
        rows = _parse(span, path.name, first)
        counts[span.key] = first - 1 + len(rows)
        yield Batch(span.key, first, span.starts, rows)


def read_lines(path: Path) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows of a JSON Lines file; blank lines are passed over."""
    with open_file(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(ROW_LIMIT_BYTES), b""), 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.isspace():
                continue
            where = f"{path.name}, line {number}"
            try:
                yield where, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield _reject(line, where, error)


def read_object(path: Path) -> Any:
    """Read a small JSON file whole."""
    with open_file(path) as file:
        data = file.read().removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PictusError(
            f"not valid JSON: {error.msg}",
            where=f"{path}, byte {error.pos}",
            mend="fetch or write the file again: it may be cut short",
        ) from None


def _parse(span: Span, name: str, first: int) -> list[Any]:
    try:
        rows: list[Any] = orjson.loads(b"[" + span.text + b"]")
    except orjson.JSONDecodeError:
        pass  # one of them is broken: find out which
    else:
        if len(rows) == len(span.starts):
            return rows
    rows = []
    ends = [*(start - 1 for start in span.starts[1:]), span.starts[0] + len(span.text)]
    for index, (start, end) in enumerate(zip(span.starts, ends, strict=True)):
        text = span.text[start - span.starts[0] : end - span.starts[0]]
        try:
            rows.append(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            rows.append(_reject(text, f"{name}, row {first + index}, byte {start + error.pos}", error))
    return rows


def _reject(text: bytes, where: str, error: orjson.JSONDecodeError) -> Reject:
    kept = text.strip()[:2000].decode("utf-8", "replace")
    return Reject(where=where, reasons=(f"not valid JSON: {error.msg}",), row=kept)
