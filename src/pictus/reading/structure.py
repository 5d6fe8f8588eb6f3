"""Find where the rows of a JSON list, or the members of an object, begin and end, without parsing them.

Quotes, brackets and commas are found with numpy a megabyte at a time, which costs a few seconds per
gigabyte, so that a parser written in Rust can then take many whole rows at once. Whoever parses them anyway may have
the place of the last row of a piece guessed: what begins at a row and can be parsed ends with one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pictus.errors import PictusError
from pictus.reading.files import open_file, reading_packed

Places: TypeAlias = npt.NDArray[np.int64]

_PIECE_BYTES = 2**20
_QUOTE, _BACKSLASH, _COMMA, _LIST, _OBJECT = b'"\\,[{'
_OPEN, _CLOSE = b"{}"
_SPACE = b" \t\r\n"
_IS_SPACE = np.zeros(256, np.bool_)
_IS_SPACE[list(_SPACE)] = True
_STRETCH = 32  # bytes between two rows that are looked at all at once
_BOM = b"\xef\xbb\xbf"
_ROW_HEAD = re.compile(rb'[ \t\r\n]*(\{[ \t\r\n]*"[^"\\]*")')
_KNOWN = {  # what is often taken for JSON
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PK\x03\x04": "a zip archive, which is to be unpacked",
    b"BZh": "a file packed with bzip2, which is to be unpacked",
    b"\xfd7zXZ": "a file packed with xz, which is to be unpacked",
    b"<": "a web page",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring rows of one array, or members of an object, as they stand in the file, with their commas."""

    key: str | None
    begin: int  # byte in the file after the comma or bracket before the first
    text: bytes
    commas: Places | None = None  # between the rows, in the file; None where they have not been looked for
    rows: Any = None  # what the parser made of the text, where there was one

    @property
    def starts(self) -> list[int]:
        """Give the byte in the file after the comma or bracket before each row."""
        if self.commas is None:
            return [self.begin + start for start in row_starts(self.text)]
        return [self.begin, *(self.commas + 1).tolist()]


def spans(
    path: Path,
    keys: Sequence[str] | None,
    *,
    limit_bytes: int,
    members: bool = False,
    parse: Callable[[bytes], Any | None] | None = None,
) -> Iterator[Span]:
    """Cut the wanted arrays of a file into spans of whole rows.

    Args:
        path: the file.
        keys: which values of the top-level object; None when the file itself is one.
        limit_bytes: a row larger than this is an error rather than an exhausted machine.
        members: cut objects into spans of their members, where otherwise arrays are cut into rows.
        parse: makes something of a text of whole rows, or None of any other: with it, most spans come parsed, and
            nobody has looked where their rows begin.
    """
    with open_file(path) as file, reading_packed(path):
        head = file.read(4096)
        start = _check_head(head, path, _OBJECT if members or keys is not None else _LIST)
        cutter = _Cutter(path, keys, start, _OBJECT if members else _LIST)
        piece = head[start:]
        while piece:
            guessed = None if parse is None else cutter.guess(piece, parse)
            if guessed is None:
                yield from cutter.cut(piece)
            else:
                yield guessed
            if len(cutter.held) > limit_bytes:
                raise PictusError(
                    f"a row is larger than {limit_bytes:,} bytes",
                    where=f"{path}, byte {cutter.base}",
                    mend="a bracket or a quote is missing before this place, or this is no list of rows",
                )
            piece = file.read(_PIECE_BYTES)
        yield from cutter.rest()


def known_kind(head: bytes) -> str | None:
    """Name what a file is that is often taken for JSON, by its beginning."""
    return next((words for start, words in _KNOWN.items() if head.startswith(start)), None)


def row_starts(text: bytes) -> list[int]:
    """Find where the rows begin in a text of whole rows, which has a comma between two of them."""
    _, _, commas = _Marks(0).find(text, 0)
    return [0, *(commas + 1).tolist()]


class _Cutter:
    """Cuts one file; remembers between its pieces what is not yet a whole row."""

    def __init__(self, path: Path, keys: Sequence[str] | None, base: int, wanted: int) -> None:
        self.path, self.keys = path, keys
        self._wanted = wanted  # the bracket that opens what is cut
        self.base = base  # byte in the file where `held` begins
        self.held = b""  # what is not yet a whole row, or a whole key
        self._row_depth = 1 if keys is None else 2
        self._key: str | None = None
        self._reading = False  # inside a wanted array: `held` begins at a row
        self._head: bytes | None = None  # with which its rows begin, when this is a guess that held so far
        self._ended = False
        self._marks = _Marks(0)
        self._unmarked = False  # no marks have been looked for in `held`

    def guess(self, piece: bytes, parse: Callable[[bytes], Any | None]) -> Span | None:
        """Give the rows that the next piece completes, if a guess where the last one ends can be parsed."""
        if self._head is None:
            return None
        text = self.held + piece
        end = text.rfind(b",", 0, max(text.rfind(self._head), 0))
        rows = None if end < 0 else parse(text[:end])
        if not rows:
            self._head = None
            return None
        found = Span(self._key, self.base, text[:end], rows=rows)
        self.base, self.held = self.base + end + 1, text[end + 1 :]
        self._marks = _Marks(self._row_depth)
        self._unmarked = True
        return found

    def cut(self, piece: bytes) -> Iterator[Span]:
        """Give the rows that the next piece completes."""
        if self._unmarked:
            piece, self.held, self._unmarked = self.held + piece, b"", False
        looked_at = len(self.held)
        self.held += piece
        if self._ended:
            self._check_rest(0)
            return
        depth_before = self._marks.depth
        marks, depths, commas = self._marks.find(piece, self._row_depth)
        before = np.concatenate(([depth_before], depths[:-1]))[: len(depths)]
        marks, commas = marks + looked_at, commas + looked_at
        done = 0  # bytes of `held` that nobody needs any more
        # Around the arrays little happens, so it may be looked at one by one.
        for edge in np.flatnonzero(np.minimum(before, depths) < self._row_depth):
            at, depth = int(marks[edge]), int(depths[edge])
            if depth == self._row_depth:
                self._reading = self._opens_wanted(self.held[at], self.held[done:at])
                done = at + 1 if self._reading else done
                head = _ROW_HEAD.match(self.held, at + 1) if self._reading else None
                self._head = head and head[1]
            elif self._reading:
                yield from self._span(commas, done, at)
                self._reading, self._head, done = False, None, at + 1
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

    def rest(self) -> Iterator[Span]:
        """Give the rows after the last guess, and complain about a file that stops before its brackets are closed."""
        if self._unmarked:
            yield from self.cut(b"")
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
            yield Span(self._key, self.base + start, text, commas[(commas >= start) & (commas < end)] + self.base)

    def _check_rest(self, end: int) -> None:
        rest = self.held[end:].lstrip(_SPACE)
        if rest:
            raise PictusError(
                "there is more text after the end of the data",
                where=f"{self.path}, byte {self.base + len(self.held) - len(rest)}",
                mend="write one list, or, as JSON Lines, one object a line",
            )
        self.base, self.held = self.base + len(self.held), b""


class _Marks:
    """Finds brackets and commas that are not text, piece by piece."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._in_string = 0
        self._escaped = False  # the next byte follows an odd number of backslashes

    def find(self, piece: bytes, row_depth: int) -> tuple[Places, Places, Places]:
        """Give the places of brackets outside strings, the depth after each, and the commas between rows.

        Where rows stand under a key, the commas between keys are among the brackets.
        """
        data = np.frombuffer(piece, np.uint8)
        quotes, self._escaped = _quotes(data, self._escaped)
        strings = _Strings(quotes, self._in_string)
        # One bit apart, `[` and `{` are the same, and so are `]` and `}`.
        folded = data | 0x20
        marks = strings.outside(np.flatnonzero((folded == _OPEN) | (folded == _CLOSE)))
        depths = np.cumsum(np.where(folded[marks] == _OPEN, 1, -1), dtype=np.int64) + self.depth
        # What stands between two brackets has the depth after the first.
        between = np.concatenate(([self.depth], depths))
        begins, ends = np.concatenate(([0], marks + 1)), np.concatenate((marks, [len(data)]))
        is_row = between == row_depth
        commas = _commas(data, begins[is_row], ends[is_row], strings)
        if row_depth == 2:  # then those between keys count too
            is_key = between == 1
            outer = _commas(data, begins[is_key], ends[is_key], strings)
            places = np.searchsorted(marks, outer)
            marks, depths = np.insert(marks, places, outer), np.insert(depths, places, 1)
        self.depth = int(between[-1])
        self._in_string = strings.ends_inside
        return marks, depths, commas


class _Strings:
    """Which bytes stand inside strings: those with an odd number of quotes before them."""

    def __init__(self, quotes: npt.NDArray[np.bool_], inside: int) -> None:
        bits = np.packbits(quotes, bitorder="little")
        self._words = np.concatenate((bits, np.zeros(-len(bits) % 8 + 8, np.uint8))).view("<u8")
        counts = np.bitwise_count(self._words).astype(np.int64)
        self._before = np.cumsum(counts) - counts + inside
        self.ends_inside = int(self._before[-1] + counts[-1]) & 1

    def outside(self, places: Places) -> Places:
        """Give those of some places that are not inside a string."""
        words, bits = places >> 6, (places & 63).astype(np.uint64)
        within = np.bitwise_count(self._words[words] & ((np.uint64(1) << bits) - np.uint64(1)))
        found: Places = places[(self._before[words] + within) & 1 == 0]
        return found


def _commas(data: npt.NDArray[np.uint8], begins: Places, ends: Places, strings: _Strings) -> Places:
    """Find the commas in stretches between brackets, which between objects hold little else."""
    lengths = ends - begins
    begins, ends, lengths = begins[lengths > 0], ends[lengths > 0], lengths[lengths > 0]
    is_plain = (data[begins] == _COMMA) & (lengths <= _STRETCH)
    width = int(lengths[is_plain].max(initial=1))
    for offset in range(1, width):
        is_plain &= (lengths <= offset) | _IS_SPACE[data[np.minimum(begins + offset, len(data) - 1)]]
    if is_plain.all():
        return begins
    # In an object there is a key in each stretch: look into all of them at once.
    begins, ends, plain = begins[~is_plain], ends[~is_plain], begins[is_plain]
    commas = np.flatnonzero(data == _COMMA)
    stretch = np.searchsorted(begins, commas, "right") - 1
    inside = strings.outside(commas[(stretch >= 0) & (commas < ends[stretch])])
    return np.sort(np.concatenate((plain, inside))) if len(plain) else inside


def _quotes(data: npt.NDArray[np.uint8], escaped: bool) -> tuple[npt.NDArray[np.bool_], bool]:
    """Say which bytes are quotes that no backslash hides, and whether the byte after `data` is hidden."""
    quotes = data == _QUOTE
    hidden, escaped = _escaped_places(data, escaped)
    quotes[hidden] = False
    return quotes, escaped


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
    found = {b"{": "an object", b"[": "a list"}.get(body[:1]) or known_kind(body) or "no JSON"
    raise PictusError(
        f"expected {expected}, found {found}",
        where=f"{path}, byte {start}",
        mend="check that this is the file meant, in UTF-8, and that it was fetched whole",
    )
