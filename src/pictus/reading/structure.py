"""Find where the rows of a JSON list, or the members of an object, begin and end, without parsing them.

Quotes, brackets and commas are found with numpy a megabyte at a time, which costs a few seconds per
gigabyte, so that a parser written in Rust can then take many whole rows at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pictus.errors import PictusError
from pictus.reading.files import open_file, reading_packed

Places: TypeAlias = npt.NDArray[np.int64]

_PIECE_BYTES = 2**20
_QUOTE, _BACKSLASH, _COMMA, _LIST, _OBJECT = b'"\\,[{'
_STEP = np.zeros(256, np.int8)  # what a byte outside strings adds to the depth
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1
_IS_MARK = np.zeros(256, np.bool_)
_IS_MARK[list(b'[]{},"')] = True
_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring rows of one array, or members of an object, as they stand in the file, with their commas."""

    key: str | None
    starts: Sequence[int]  # byte in the file after the comma or bracket before each row
    text: bytes


def spans(path: Path, keys: Sequence[str] | None, *, limit_bytes: int, members: bool = False) -> Iterator[Span]:
    """Cut the wanted arrays of a file into spans of whole rows.

    Args:
        path: the file.
        keys: which values of the top-level object; None when the file itself is one.
        limit_bytes: a row larger than this is an error rather than an exhausted machine.
        members: cut objects into spans of their members, where otherwise arrays are cut into rows.
    """
    with open_file(path) as file, reading_packed(path):
        head = file.read(4096)
        start = _check_head(head, path, _OBJECT if members or keys is not None else _LIST)
        cutter = _Cutter(path, keys, start, _OBJECT if members else _LIST)
        piece = head[start:]
        while piece:
            yield from cutter.cut(piece)
            if len(cutter.held) > limit_bytes:
                raise PictusError(
                    f"a row is larger than {limit_bytes:,} bytes",
                    where=f"{path}, byte {cutter.base}",
                    mend="a bracket or a quote is missing before this place, or this is no list of rows",
                )
            piece = file.read(_PIECE_BYTES)
        cutter.check_end()


def row_starts(text: bytes) -> list[int]:
    """Find where the rows begin in a text of whole rows, which has a comma between two of them."""
    marks, kinds, depths = _Marks().find(text)
    return [0, *(marks[(kinds == _COMMA) & (depths == 0)] + 1).tolist()]


class _Cutter:
    """Cuts one file; remembers between its pieces what is not yet a whole row."""

    def __init__(self, path: Path, keys: Sequence[str] | None, base: int, wanted: int) -> None:
        self.path, self.keys = path, keys
        self._wanted = wanted  # the bracket that opens what is cut
        self.base = base  # byte in the file where `held` begins
        self.held = b""  # what is not yet a whole row, or a whole key
        self._row_depth = 1 if keys is None else 2
        self._key: str | None = None
        self._reading = False  # inside a wanted array
        self._ended = False
        self._marks = _Marks()

    def cut(self, piece: bytes) -> Iterator[Span]:
        """Give the rows that the next piece completes."""
        looked_at = len(self.held)
        self.held += piece
        if self._ended:
            self._check_rest(0)
            return
        marks, kinds, depths = self._marks.find(piece)
        marks += looked_at
        before = depths - _STEP[kinds]
        commas = marks[(kinds == _COMMA) & (depths == self._row_depth)]
        done = 0  # bytes of `held` that nobody needs any more
        # Around the arrays little happens, so it may be looked at one by one.
        for edge in np.flatnonzero(np.minimum(before, depths) < self._row_depth):
            at, depth = int(marks[edge]), int(depths[edge])
            if depth == self._row_depth:
                self._reading = self._opens_wanted(int(kinds[edge]), self.held[done:at])
                done = at + 1 if self._reading else done
            elif self._reading:
                yield from self._span(commas, done, at)
                self._reading, done = False, at + 1
            else:
                done = at + 1
            if depth <= 0:
                self._ended = True
                self._check_rest(at + 1)
                return
        if self._reading:
            last = int(commas[-1]) if len(commas) else -1
            if last >= done:
                yield from self._span(commas[:-1], done, last)
                done = last + 1
        elif self._marks.depth >= 2:
            done = len(self.held)  # inside a value that nobody wants
        self.base += done
        self.held = self.held[done:]

    def check_end(self) -> None:
        """Complain about a file that stops before its brackets are closed."""
        if not self._ended:
            raise PictusError(
                "the file ends in the middle of its data",
                where=f"{self.path}, byte {self.base + len(self.held)}",
                mend="it was cut short: fetch or write it again",
            )

    def _opens_wanted(self, kind: int, text_before: bytes) -> bool:
        if self.keys is None:
            return True
        self._key = text_before.strip(_SPACE + b":").strip(b'"').decode("utf-8", "replace")
        return kind == self._wanted and self._key in self.keys

    def _span(self, commas: Places, start: int, end: int) -> Iterator[Span]:
        text = self.held[start:end]
        if text.strip(_SPACE):
            inner = commas[(commas >= start) & (commas < end)] + (self.base + 1)
            yield Span(self._key, [self.base + start, *inner.tolist()], text)

    def _check_rest(self, end: int) -> None:
        rest = self.held[end:].lstrip(_SPACE)
        if rest:
            raise PictusError(
                "there is more text after the end of the data",
                where=f"{self.path}, byte {self.base + len(self.held) - len(rest)}",
                mend="if each line is an object of its own, the file is JSON Lines: name it .jsonl",
            )
        self.base, self.held = self.base + len(self.held), b""


class _Marks:
    """Finds quotes, brackets and commas that are not text, piece by piece."""

    def __init__(self) -> None:
        self.depth = 0
        self._in_string = 0
        self._escaped = False  # the next byte follows an odd number of backslashes

    def find(self, piece: bytes) -> tuple[Places, npt.NDArray[np.uint8], Places]:
        """Give the places of brackets and commas outside strings, their bytes, and the depth after each."""
        data = np.frombuffer(piece, np.uint8)
        marks = np.flatnonzero(_IS_MARK[data])
        quotes = data[marks] == _QUOTE
        hidden, self._escaped = _escaped_places(data, self._escaped)
        if len(hidden):
            quotes &= ~np.isin(marks, hidden)
        inside = (np.cumsum(quotes) + self._in_string) & 1
        if len(inside):
            self._in_string = int(inside[-1])
        marks = marks[(inside == 0) & (data[marks] != _QUOTE)]
        kinds = data[marks]
        depths = np.cumsum(_STEP[kinds], dtype=np.int64) + self.depth
        if len(depths):
            self.depth = int(depths[-1])
        return marks, kinds, depths


def _escaped_places(data: npt.NDArray[np.uint8], escaped: bool) -> tuple[Places, bool]:
    """Give the places that follow an odd number of backslashes, and whether the byte after `data` does."""
    slashes = np.flatnonzero(data == _BACKSLASH)
    first = np.zeros(1 if escaped else 0, np.int64)
    if not len(slashes):
        return first, False
    breaks = np.flatnonzero(np.diff(slashes) > 1) + 1
    begins = slashes[np.concatenate(([0], breaks))]
    ends = slashes[np.concatenate((breaks - 1, [-1]))] + 1
    lengths = ends - begins
    if escaped and begins[0] == 0:
        lengths[0] -= 1  # the first backslash is itself escaped
    hidden = np.concatenate((first, ends[lengths % 2 == 1]))
    if len(hidden) and hidden[-1] == len(data):
        return hidden[:-1], True
    return hidden, False


def _check_head(head: bytes, path: Path, bracket: int) -> int:
    start = len(_BOM) if head.startswith(_BOM) else 0
    body = head[start:].lstrip(_SPACE)
    if not body:
        raise PictusError("the file is empty", where=str(path), mend="fetch or write it again")
    if body[0] == bracket:
        return start
    expected = "a list of rows" if bracket == _LIST else "an object"
    found = {b"{": "an object", b"[": "a list"}.get(body[:1], "no JSON")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "UTF-16 text"
    raise PictusError(
        f"expected {expected}, found {found}",
        where=f"{path}, byte {start}",
        mend="check that this is the file meant, in UTF-8, and that it was fetched whole",
    )
