"""Stream CSV files of any size as Arrow tables: fast where rows are sound, and exact about those that are not.

A file is read in blocks of whole rows. Arrow parses a block at once; where it cannot, the block is halved until
the row that is broken stands alone, so that it can be set aside with its line and the others go on.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from pictus.errors import PictusError
from pictus.reading.files import open_file, reading_packed
from pictus.record import Reject

Places: TypeAlias = npt.NDArray[np.int64]
# What is wrong with the values of a table: for each fault, which rows have it, and in words.
Judge: TypeAlias = Callable[[pa.Table], Sequence[tuple[npt.NDArray[np.bool_], str]]]
_Numbered: TypeAlias = tuple[int, Reject]  # a reject and its line

BLOCK_BYTES = 8 * 2**20
_ROW_LIMIT = 2**20  # bytes without the end of a row: a quote was opened and never closed
_KEPT = 10_000  # characters of a row that are kept with the reason
_SMALL = 2**16  # bytes among which broken rows are looked for one by one
_WRONG_COUNT = "it has {} cells, and the header has {}"
_NOT_A_NUMBER = "`{}` is no number of the kind that is wanted"
_NOT_UTF8 = "`{}` is not UTF-8 text"
_NO_NUMBER = re.compile(r"[^0-9eE+\-.infatyINFATY()_\s]")  # a sign that stands in no number, infinite ones included
_BOM = b"\xef\xbb\xbf"
_QUOTE, _LINE_END = b'"\n'
_MAY_ADJOIN = np.zeros(256, np.bool_)  # what may stand beside a quote, outside its cell
_MAY_ADJOIN[list(b',"\r\n')] = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read; one that may be missing is then null."""

    name: str
    type: pa.DataType
    may_be_missing: bool = False


def read_tables(
    path: Path, columns: Sequence[Column], judge: Judge, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[pa.Table | Reject]:
    """Stream the sound rows of a file with a header, in order, as tables of the wanted columns.

    Args:
        path: the file; `.gz` is unpacked on the way.
        columns: what to read, by name; others are passed over. An empty cell is null, but in text it is empty.
        judge: finds rows whose values are wrong.
        block_bytes: how much to parse at once.
    """
    with open_file(path) as file, reading_packed(path):
        parser: _Parser | None = None
        for block, line in _blocks(file, block_bytes):
            if parser is None:
                end = int(_row_ends(block)[0])
                parser = _Parser(path, _header(path, block[:end]), columns, judge)
                block, line = block[end:], line + block.count(b"\n", 0, end)
            yield from parser.sift(block, line)
    if parser is None:
        raise PictusError("the file is empty", where=str(path), mend="fetch or write it again")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of a file, with the number of each line, and whether what is surely broken was taken out."""

    data: bytes
    lines: Sequence[int]
    is_swept: bool = False

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Give each row with the number of its first line; rows may be blank."""
        start = line = 0
        for end in _row_ends(self.data).tolist():
            row = self.data[start:end]
            yield self.lines[line], row
            start, line = end, line + row.count(b"\n")


class _Parser:
    """Parses blocks of one file."""

    def __init__(self, path: Path, header: Sequence[str], columns: Sequence[Column], judge: Judge) -> None:
        missing = [one.name for one in columns if one.name not in header and not one.may_be_missing]
        if missing:
            raise PictusError(
                f"the file has no column {' and no '.join(f'`{name}`' for name in missing)}",
                where=f"{path}, line 1",
                mend="check that this is the file meant, and that its header is there",
            )
        self.name, self.header, self.columns, self.judge = path.name, header, columns, judge
        self._numbers = [header.index(one.name) for one in columns if one.type != pa.string() and one.name in header]
        self._convert = arrow_csv.ConvertOptions(
            column_types={one.name: one.type for one in columns},
            include_columns=[one.name for one in columns],
            include_missing_columns=True,
            null_values=[""],
        )

    def sift(self, block: bytes, line: int) -> Iterator[pa.Table | Reject]:
        """Give the rows of a block that are wrong as rejects, in order, and then all others as a table."""
        rejects: list[_Numbered] = []
        tables: list[pa.Table] = []
        pieces = [_Piece(block, range(line, line + block.count(b"\n") + 1))]
        while pieces:
            piece = pieces.pop()
            if not piece.data.strip(b"\r\n"):
                continue
            try:
                if b'"' in piece.data:
                    _check_quotes(piece.data)
                table = self._parse(piece.data)
                tables.append(self._judged(table, piece, rejects))
            except pa.ArrowInvalid as error:
                pieces += self._parted(piece, str(error), rejects)
        for _, reject in sorted(rejects, key=itemgetter(0)):
            yield reject
        if tables:
            yield tables[0] if len(tables) == 1 else pa.concat_tables(tables).combine_chunks()

    def _parse(self, data: bytes) -> pa.Table:
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=self.header, block_size=len(data) + 16),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=b'"' in data),
            convert_options=self._convert,
        )

    def _judged(self, table: pa.Table, piece: _Piece, rejects: list[_Numbered]) -> pa.Table:
        faults = [(mask, reason) for mask, reason in self.judge(table) if mask.any()]
        if not faults:
            return table
        rows = [(line, row) for line, row in piece.rows() if row.strip(b"\r\n")]
        if len(rows) != len(table):
            raise pa.ArrowInvalid("a quote stands inside a cell")  # so that rows cannot be told apart here
        reasons: dict[int, str] = {}
        for mask, reason in reversed(faults):  # of several faults of a row, the first is told
            reasons |= dict.fromkeys(np.flatnonzero(mask).tolist(), reason)
        rejects += [self._reject(*rows[number], reason) for number, reason in reasons.items()]
        return table.filter(pa.array(~np.logical_or.reduce([mask for mask, _ in faults])))

    def _parted(self, piece: _Piece, said: str, rejects: list[_Numbered]) -> list[_Piece]:
        """Part what cannot be parsed, the later part first; a line that stands alone is set aside."""
        cut = _middle(piece.data)
        if not cut:
            rejects.append(self._reject(piece.lines[0], piece.data, self._reason(said)))
            return []
        if len(piece.data) > _SMALL or piece.is_swept:
            line = piece.data.count(b"\n", 0, cut)
            first = _Piece(piece.data[:cut], piece.lines[:line], piece.is_swept)
            return [_Piece(piece.data[cut:], piece.lines[line:], piece.is_swept), first]
        kept: list[tuple[int, bytes]] = []
        for line, row in piece.rows():
            if reason := self._sure_fault(row):
                rejects.append(self._reject(line, row, reason))
            else:
                kept.append((line, row))
        lines = [line + more for line, row in kept for more in range(max(1, row.count(b"\n")))]
        return [_Piece(b"".join(row for _, row in kept), lines, True)]

    def _sure_fault(self, row: bytes) -> str | None:
        """Say why Arrow would certainly refuse a row: asking it row by row would take a hundred times as long."""
        if b"\n" in row[:-1]:
            return None
        try:
            cells = next(csv.reader([row.decode("utf-8")], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            return None
        if cells and len(cells) != len(self.header):
            return _WRONG_COUNT.format(len(cells), len(self.header))
        wrong = (self.header[place] for place in self._numbers if cells and _NO_NUMBER.search(cells[place]))
        return next(map(_NOT_A_NUMBER.format, wrong), None)

    def _reject(self, line: int, row: bytes, reason: str) -> _Numbered:
        text = row.decode("utf-8", "replace").rstrip("\r\n")
        return line, Reject(where=f"{self.name}, line {line}", reasons=(reason,), row=text[:_KEPT])

    def _reason(self, said: str) -> str:
        """Say what Arrow says in words that are the same for all such rows."""
        if found := re.search(r"Expected (\d+) columns, got (\d+)", said):
            return _WRONG_COUNT.format(found[2], found[1])
        if found := re.search(r"CSV column #(\d+): .*(UTF8|conversion error)", said):
            return (_NOT_UTF8 if "UTF8" in said else _NOT_A_NUMBER).format(self.header[int(found[1])])
        return said.partition(":")[0]


def _header(path: Path, row: bytes) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([row.decode("utf-8")]), [])]
    except (UnicodeDecodeError, csv.Error):
        raise PictusError(
            "the first line is no header in UTF-8", where=str(path), mend="check that this is the file meant"
        ) from None


def _blocks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Cut a file into blocks of whole rows, each with the number of its first line."""
    held, line = file.read(len(_BOM)).removeprefix(_BOM), 1
    while piece := file.read(size):
        held += piece
        while cut := _cut(held):
            yield held[:cut], line
            line += held.count(b"\n", 0, cut)
            held = held[cut:]
    if held:
        yield held, line


def _cut(data: bytes) -> int:
    """Give where the last whole row ends; of a row that never ends only the first line is cut off."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    ends = _whole_rows(data)
    if len(ends):
        return int(ends[-1])
    return 0 if len(data) < _ROW_LIMIT else data.find(b"\n") + 1 or len(data)


def _middle(data: bytes) -> int:
    """Give where to part rows, or the lines of what should be one row; 0 when there is only one line."""
    ends = _row_ends(data)
    if len(ends) > 1:
        return int(ends[len(ends) // 2 - 1])
    end = data.find(b"\n") + 1
    return end if end < len(data) else 0


def _check_quotes(data: bytes) -> None:
    """Refuse quotes that do not stand at the ends of a cell: they may hide where rows end.

    In a line that stands alone they hide nothing, as long as none is left open.
    """
    quotes = _places(data, _QUOTE)
    before = np.frombuffer(b"\n" + data, np.uint8)[quotes[::2]]
    after = np.frombuffer(data + b"\n", np.uint8)[quotes[1::2] + 1]
    if len(quotes) % 2 == 0 and _MAY_ADJOIN[before].all() and _MAY_ADJOIN[after].all():
        return
    if _middle(data):
        raise pa.ArrowInvalid("a quote stands inside a cell")
    try:
        list(csv.reader([data.decode("utf-8", "replace")], strict=True))
    except csv.Error:
        raise pa.ArrowInvalid("a quote is not closed, or stands inside a cell") from None


def _row_ends(data: bytes) -> Places:
    """Give where rows end, the last one also without a line end."""
    ends = _whole_rows(data)
    return ends if len(ends) and ends[-1] == len(data) else np.append(ends, len(data))


def _whole_rows(data: bytes) -> Places:
    """Give the places after line ends that have an even number of quotes before them: the others are in a cell."""
    ends = _places(data, _LINE_END)
    if b'"' in data:
        ends = ends[np.searchsorted(_places(data, _QUOTE), ends) % 2 == 0]
    return ends + 1


def _places(data: bytes, byte: int) -> Places:
    found: Places = np.flatnonzero(np.frombuffer(data, np.uint8) == byte)
    return found


def numbers(column: Any) -> npt.NDArray[np.float64]:
    """Give a column as numbers; NaN where a cell is empty."""
    found: npt.NDArray[np.float64] = column.to_numpy()
    return found
