"""Files of two cells a line with a TAB between them, and nothing else: no header, no quotes, no escapes.

The captions hold quotes as people wrote them, so a reader of CSV would take one that is never closed for the beginning
of a cell, and swallow all lines up to the next. Here a line is a line: the bytes of many are cut at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pictus.errors import PictusError
from pictus.reading.files import is_packed, open_file, reading_packed
from pictus.reading.portions import Piece, Portion
from pictus.record import Reject

Places: TypeAlias = npt.NDArray[np.int64]

_READ_BYTES = 4 * 2**20
_HEAD_BYTES = 2**16
_LINE_LIMIT_BYTES = 64 * 2**20
_KEPT = 10_000  # bytes of a line that are kept with the reason
_BOM = b"\xef\xbb\xbf"
_TAB, _LINE_END, _RETURN = b"\t\n\r"
_WRONG_COUNT = "it has {} TABs, and should have one"
# As people name the columns who put a header in front, for tools that want one.
_HEADINGS = {b"url": "url", b"image_url": "url", b"caption": "caption", b"text": "caption", b"title": "caption"}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Lines of a file: the two cells of each, and its number among the lines that are no header."""

    numbers: Places
    first: pa.Array  # bytes
    second: pa.Array
    name: str  # of the file
    shift: int  # lines before the first row

    def tell(self, place: int) -> tuple[str, str]:
        """Say where one of them stands, and how it looks there."""
        cells = (self.first[place].as_py(), self.second[place].as_py())
        return f"{self.name}, line {self.numbers[place] + self.shift}", _shown(b"\t".join(cells))


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the first row."""

    size_bytes: int
    lines: int


def head_of(path: Path, order: tuple[str, str]) -> Head:
    """Find the header, if somebody put one there; of columns in the other order it says so.

    Args:
        path: the file.
        order: what the cells of a line are: `url` and `caption`, or the other way round.
    """
    with open_file(path) as file, reading_packed(path):
        data = file.read(_HEAD_BYTES)
    if not data:
        raise PictusError("the file is empty", where=str(path), mend="fetch it again")
    mark = len(_BOM) if data.startswith(_BOM) else 0
    line, end, rest = data[mark:].partition(b"\n")
    found = tuple(_HEADINGS.get(cell.strip().lower(), "") for cell in line.split(b"\t"))
    is_head = sorted(found) == ["caption", "url"]
    lines = [one.split(b"\t") for one in (rest if is_head else data[mark:]).split(b"\n") if one.count(b"\t") == 1]
    place = order.index("url")
    if (is_head and found != order) or (lines and all(_is_swapped(cells, place) for cells in lines)):
        other = "caption, then address" if place else "address, then caption"
        raise PictusError(
            f"the columns are swapped: a line should be {other}",
            where=str(path),
            mend="check that this is the file of that dataset: CC3M has the caption first, CC12M the address",
        )
    return Head(mark + len(line) + len(end), 1) if is_head else Head(mark, 0)


def pair_portions(path: Path, rows: int, head: Head) -> Iterator[Portion] | None:
    """Cut a file into portions of so many lines; None where it is packed."""
    return None if is_packed(path) else _portions(path, rows, head)


def _portions(path: Path, rows: int, head: Head) -> Iterator[Portion]:
    begin, first = head.size_bytes, 1
    for text, count in line_blocks(path, rows, head):
        yield Portion(path, first, (Piece(begin, begin + len(text), count),))
        begin, first = begin + len(text), first + count


def line_blocks(path: Path, rows: int, head: Head) -> Iterator[tuple[bytes, int]]:
    """Stream the lines of a file, so many at a time, with their number."""
    with open_file(path) as file, reading_packed(path):
        file.read(head.size_bytes)
        held = b""
        for piece in iter(lambda: file.read(_READ_BYTES), b""):
            held = held + piece if held else piece
            ends = (_places(held, _LINE_END) + 1).tolist()
            done = 0
            for place in range(rows - 1, len(ends), rows):
                yield held[done : ends[place]], rows
                done = ends[place]
            held = held[done:]
            if len(held) - (ends[-1] - done if ends else 0) > _LINE_LIMIT_BYTES:
                raise PictusError(
                    f"a line is longer than {_LINE_LIMIT_BYTES:,} bytes",
                    where=str(path),
                    mend="check that this is the file of pairs, unpacked",
                )
    if held:
        yield held, held.count(b"\n") + (not held.endswith(b"\n"))


def pairs_in(text: bytes, first: int, name: str, head: Head) -> Iterator[Pairs | Reject]:
    """Cut lines into cells: the lines that have not two are set aside, the others come together at the end.

    Args:
        text: whole lines.
        first: number of the first one.
        name: of the file.
        head: what stood before the first line of it.
    """
    if not text.endswith(b"\n"):
        text += b"\n"
    ends = _places(text, _LINE_END)
    tabs = _places(text, _TAB)
    starts = np.concatenate(([0], ends[:-1] + 1))
    before = np.searchsorted(tabs, np.concatenate((starts, ends[-1:])))
    counts = np.diff(before)
    numbers = first + np.arange(len(ends))
    is_pair = counts == 1
    for line in np.flatnonzero(~is_pair).tolist():
        row = text[starts[line] : ends[line]]
        if row.strip(b"\r"):
            where = f"{name}, line {numbers[line] + head.lines}"
            yield Reject(where=where, reasons=(_WRONG_COUNT.format(counts[line]),), row=_shown(row))
    if is_pair.any():
        cells = _cells(text, starts[is_pair], tabs[before[:-1][is_pair]], ends[is_pair])
        yield Pairs(numbers[is_pair], *cells, name, head.lines)


def _cells(text: bytes, starts: Places, tabs: Places, ends: Places) -> tuple[pa.Array, pa.Array]:
    """Give both cells of some lines, without copying them one by one."""
    signs = np.frombuffer(text, np.uint8)
    ends = ends - (signs[ends - 1] == _RETURN)
    limits = np.empty(4 * len(starts), np.int64)  # of the cells, and of what is between them
    limits[0::4], limits[1::4], limits[2::4], limits[3::4] = starts, tabs, tabs + 1, ends
    stretches = pa.Array.from_buffers(
        pa.binary(), len(limits) - 1, [None, pa.py_buffer(limits.astype(np.int32)), pa.py_buffer(text)]
    )
    places = np.arange(0, len(limits), 4)
    return stretches.take(pa.array(places)), stretches.take(pa.array(places + 2))


def _places(data: bytes, sign: int) -> Places:
    found: Places = np.flatnonzero(np.frombuffer(data, np.uint8) == sign)
    return found


def _is_swapped(cells: list[bytes], place: int) -> bool:
    here, there = cells[place].strip().lower(), cells[1 - place].strip().lower()
    return there.startswith((b"http://", b"https://")) and not here.startswith((b"http://", b"https://"))


def _shown(line: bytes) -> str:
    return line[:_KEPT].decode("utf-8", "replace").rstrip("\r")
