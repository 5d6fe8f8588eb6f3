"""Write a row a record, or several, to a JSON array or to JSON Lines; what cannot be written is set aside."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pictus.plugins import Written
from pictus.reading.rows import BadRow, in_order
from pictus.record import Record, Reject, reject_record
from pictus.store.whole_file import whole_file

# Makes the row of a record, and adds words for what it leaves behind.
RowMaker: TypeAlias = Callable[[Record, set[str]], Any]


def write_array(path: Path, records: Iterable[Record], row_of: RowMaker) -> Written:
    """Write a JSON array, a row a line, holding none of it in memory."""
    return _write(path, records, row_of, before=b"[\n", between=b",\n", after=b"\n]\n")


def write_array_each(path: Path, records: Iterable[Record], rows_of: RowMaker) -> Written:
    """Write a JSON array, several rows for a record; what is counted are records."""
    return _write(path, records, rows_of, before=b"[\n", between=b",\n", after=b"\n]\n", dumps=_dump_elements)


def write_lines(path: Path, records: Iterable[Record], row_of: RowMaker) -> Written:
    """Write JSON Lines."""
    return _write(path, records, row_of, before=b"", between=b"\n", after=b"\n")


def write_lines_each(path: Path, records: Iterable[Record], rows_of: RowMaker) -> Written:
    """Write JSON Lines, several for a record; what is counted are records."""
    return _write(path, records, rows_of, before=b"", between=b"\n", after=b"\n", dumps=_dump_each)


def _dump_elements(rows: list[Any]) -> bytes:
    return b",\n".join(map(orjson.dumps, rows))


def _dump_each(rows: list[Any]) -> bytes:
    return b"\n".join(map(orjson.dumps, rows))


def _write(
    path: Path,
    records: Iterable[Record],
    row_of: RowMaker,
    *,
    before: bytes,
    between: bytes,
    after: bytes,
    dumps: Callable[[Any], bytes] = orjson.dumps,
) -> Written:
    counts: Counter[str] = Counter()
    rejected: list[Reject] = []
    rows = 0
    with whole_file(path) as file:
        file.write(before)
        for record in records:
            lost: set[str] = set()
            try:
                row = _bytes(record, row_of, lost, dumps)
            except BadRow as error:
                rejected.append(reject_record(record, [str(error)], where=f"record {record.id}"))
                continue
            counts.update(lost)
            file.write(between + row if rows else row)
            rows += 1
        file.write(after)
    return Written(files=(path,), rows=rows, lost=dict(counts), rejected=tuple(rejected))


def _bytes(record: Record, row_of: RowMaker, lost: set[str], dumps: Callable[[Any], bytes]) -> bytes:
    try:
        row = row_of(in_order(record), lost)
    except RecursionError:
        raise BadRow("it holds brackets inside brackets, too many to write") from None
    try:
        return dumps(row)
    except TypeError as error:  # a number of more than 64 bits, half a character, or too many brackets
        raise BadRow(f"readers of JSON would not take it: {error}") from None
