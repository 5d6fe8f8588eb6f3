"""Cut a large file into portions of whole rows, so that several processes can read it at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pictus.errors import PictusError
from pictus.reading.files import is_packed
from pictus.reading.json import ROW_LIMIT_BYTES, holds_lines
from pictus.reading.structure import row_starts, spans

_PIECE_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a portion: where they begin and end, and how many there are."""

    begin: int
    end: int
    rows: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Neighbouring rows of a file: few enough to be read by one process, and by any."""

    path: Path
    first: int  # number of its first row, from 1
    pieces: tuple[Piece, ...]


def array_portions(path: Path, rows: int) -> Iterator[Portion] | None:
    """Cut a JSON array into portions of so many rows; None for a file that must be read from its beginning."""
    return None if is_packed(path) or holds_lines(path) else _array_portions(path, rows)


def _array_portions(path: Path, rows: int) -> Iterator[Portion]:
    pieces: list[Piece] = []
    first, held = 1, 0
    for span in spans(path, None, limit_bytes=ROW_LIMIT_BYTES):
        starts = span.starts
        ends = [*(start - 1 for start in starts[1:]), starts[0] + len(span.text)]
        done = 0
        while done < len(ends):
            taken = min(rows - held, len(ends) - done)
            _add(pieces, Piece(starts[done], ends[done + taken - 1], taken))
            held, done = held + taken, done + taken
            if held == rows:
                yield Portion(path, first, tuple(pieces))
                first, held = first + held, 0
                pieces.clear()
    if pieces:
        yield Portion(path, first, tuple(pieces))


def _add(pieces: list[Piece], piece: Piece) -> None:
    """Add a piece, as a part of the last one while that is small: each costs a few steps."""
    last = pieces[-1] if pieces else None
    if last is not None and piece.end - last.begin <= _PIECE_BYTES:
        pieces[-1] = Piece(last.begin, piece.end, last.rows + piece.rows)
    else:
        pieces.append(piece)


def texts_of(portion: Portion) -> Iterator[tuple[int, Piece, bytes]]:
    """Read the texts of the pieces of a portion, each with the number of its first row."""
    first = portion.first
    with portion.path.open("rb") as file:
        for piece in portion.pieces:
            file.seek(piece.begin)
            text = file.read(piece.end - piece.begin)
            if len(text) < piece.end - piece.begin:
                raise PictusError(
                    "the file has changed while it was read", where=str(portion.path), mend="run the command again"
                )
            yield first, piece, text
            first += piece.rows


def starts_in(piece: Piece, text: bytes) -> list[int]:
    """Find where in the file each row of a piece of a JSON array begins."""
    return [piece.begin + start for start in row_starts(text)]
