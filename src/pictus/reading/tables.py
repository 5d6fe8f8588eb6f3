"""Tables of any kind as rows of named values: Parquet, CSV, columns between tabs, JSON Lines, JSON arrays."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from pictus.errors import PictusError
from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.reading.json import ROW_LIMIT_BYTES, read_rows
from pictus.reading.parquet_files import read_parquet, read_schema
from pictus.reading.tabbed_captions import read_tabbed
from pictus.record import Reject

Rows: TypeAlias = Iterator[tuple[str, Any] | Reject]

KINDS = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_LOOKED_AT = 100  # rows that tell which columns there are: in JSON, a key may be absent where it says nothing
_KEPT = 10_000  # characters of a row that are kept with the reason
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, and its rows."""

    names: tuple[str, ...]
    rows: Rows


def kind_of_table(path: Path) -> str:
    """Give the ending that tells how a file is read, packed or not; empty where it tells nothing."""
    name = plain_name(path)
    return next((kind for kind in KINDS if name.endswith(kind)), "")


def open_table(path: Path, name: str | None = None) -> Table:
    """Open a file by its ending; `name` is what the places of its rows call it."""
    match kind_of_table(path):
        case ".parquet":
            return Table(tuple(read_schema(path).names), read_parquet(path, name=name))
        case ".csv":
            return _csv(path)
        case ".tsv":
            return _counted(read_tabbed(path, ()))
        case ".jsonl" | ".ndjson" | ".json":
            return _counted(read_rows(path))
    raise PictusError("this is no table that can be read", where=str(path), mend=f"known endings: {', '.join(KINDS)}")


def _counted(rows: Rows) -> Table:
    """Tell the columns from the first rows."""
    head = list(islice(rows, _LOOKED_AT))
    found = [item[1] for item in head if not isinstance(item, Reject) and isinstance(item[1], dict)]
    return Table(tuple(dict.fromkeys(name for row in found for name in row)), chain(head, rows))


def _csv(path: Path) -> Table:
    rows = _csv_rows(path)
    header = next(rows, None)
    if header is None or isinstance(header, Reject):
        raise PictusError("the file has no header", where=str(path), mend="let its first line name its columns")
    names = [name.strip() for name in header[1]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        mend = "give each column a name of its own"
        raise PictusError(f"the column `{twice[0]}` stands twice", where=f"{path}, line 1", mend=mend)
    return Table(tuple(names), _named(rows, names))


def _named(rows: Iterator[tuple[str, list[str]] | Reject], names: list[str]) -> Rows:
    for item in rows:
        if isinstance(item, Reject):
            yield item
        elif len(item[1]) != len(names):
            reason = f"it has {len(item[1])} cells, and the header has {len(names)}"
            yield Reject(where=item[0], reasons=(reason,), row=",".join(item[1])[:_KEPT])
        else:
            yield item[0], dict(zip(names, item[1], strict=True))


def _csv_rows(path: Path) -> Iterator[tuple[str, list[str]] | Reject]:
    """Give the cells of each row; bytes that are no UTF-8 are kept as they are until their row is refused."""
    with open_file(path) as file, reading_packed(path):
        lines = iter(lambda: file.readline(ROW_LIMIT_BYTES), b"")
        lines = chain([next(lines, b"").removeprefix(_BOM)], lines)
        reader = csv.reader(line.decode("utf-8", "surrogateescape") for line in lines)
        while True:
            where = f"{plain_name(path)}, line {reader.line_num + 1}"
            try:
                cells = next(reader, None)
                if cells is None:
                    return
                if cells:
                    "".join(cells).encode()
                    yield where, cells
            except csv.Error:
                limit = csv.field_size_limit()
                yield Reject(where=where, reasons=(f"a cell has over {limit:,} characters: is a quote not closed?",))
            except UnicodeEncodeError:
                yield Reject(where=where, reasons=("it is no UTF-8 text",), row=ascii(cells)[:_KEPT])
