"""How many tokens and pictures the samples of each row have, told by whichever process found it out first.

Rows are laid out from these alone. So of the processes of a machine, each makes tokens of what it trains on and of its
share of what nobody has looked at yet, and not of all that all of them train on. A size follows from the row, and from
what is in the name of the table: it does not matter who writes it, whether twice, or that a killed process leaves some
out. Nobody waits for another.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pictus.learn.feed.rows import Integers
from pictus.record import digest_of
from pictus.steps.blend.order import Drawn

VERSION = 1  # another one when the same row would take other room
UNKNOWN, BROKEN = 0, -1
_BY_EPOCH = -2  # in another epoch it says something else: there is a table for each
_PICTURES = 32  # bits behind which the number of pictures stands


class Part(NamedTuple):
    """A corpus of the stage."""

    fingerprint: str
    rows: int


def size_of(tokens: int, pictures: int) -> int:
    """Write a size as one number, which is written in one piece."""
    return pictures << _PICTURES | tokens


def tokens_of(sizes: Integers) -> Integers:
    """Give the tokens of sizes that are known."""
    return sizes & ((1 << _PICTURES) - 1)


def pictures_of(sizes: Integers) -> Integers:
    """Give the pictures of sizes that are known."""
    return sizes >> _PICTURES


class Sizes:
    """The sizes of a stage's samples: for each corpus a file, which all processes of a machine map into memory."""

    def __init__(self, folder: Path, parts: Sequence[Part], *, words: str, saying: str) -> None:
        """Name the tables.

        Args:
            folder: of the files.
            parts: the corpora, by their numbers.
            words: names all that makes tokens of a conversation, and what is refused.
            saying: names all but the epoch that makes a conversation of a row.
        """
        self._made_of = (folder, tuple(parts), words, saying)
        self.folder = folder
        self._table = lru_cache(maxsize=None)(self._opened)

    def __reduce__(self) -> tuple[Any, ...]:
        return _sizes, self._made_of

    def of(self, drawn: Drawn) -> Integers:
        """Give the sizes of samples, as far as they are known."""
        sizes = np.full(len(drawn.rows), UNKNOWN)
        for part in np.unique(drawn.corpora).tolist():
            mine = np.flatnonzero(drawn.corpora == part)
            rows, epochs = drawn.rows[mine], drawn.epochs[mine]
            found = np.array(self._table(part)[rows])
            for epoch in np.unique(epochs[found == _BY_EPOCH]).tolist():
                those = (found == _BY_EPOCH) & (epochs == epoch)
                found[those] = self._table(part, epoch)[rows[those]]
            sizes[mine] = found
        return sizes

    def tell(self, part: int, row: int, size: int, epoch: int | None) -> None:
        """Write a size down for the others; `epoch` is None where it is the same in all."""
        if epoch is None:
            self._table(part)[row] = size
        else:
            self._table(part, epoch)[row] = size
            self._table(part)[row] = _BY_EPOCH

    def _opened(self, part: int, epoch: int | None = None) -> Integers:
        folder, parts, words, saying = self._made_of
        fingerprint, rows = parts[part]
        of_epoch = "" if epoch is None else f"{saying} {epoch}"
        name = digest_of(f"{VERSION} {fingerprint} {words} {of_epoch}".encode()).hex()
        try:
            return _mapped(folder / f"{name}.sizes", rows)
        except OSError:  # the disk is full, or must not be written: then each process finds out by itself
            return np.zeros(rows, np.int64)


def _mapped(path: Path, rows: int) -> Integers:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        # With room on the disk from the start: a process that writes to memory learns of a full one by being killed.
        os.posix_fallocate(file.fileno(), 0, rows * np.dtype(np.int64).itemsize)
    return np.memmap(path, np.int64, "r+", shape=(rows,))


def _sizes(folder: Path, parts: Sequence[Part], words: str, saying: str) -> Sizes:
    return Sizes(folder, parts, words=words, saying=saying)
