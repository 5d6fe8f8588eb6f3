"""Columns of text as numpy sees them: the bytes of all texts, one after the other, and where each ends.

Where a column has many short texts, a look at all bytes at once costs less than one at each text.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Letters: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int64]
Bits: TypeAlias = npt.NDArray[np.bool_]


def letters_of(texts: pa.Array) -> tuple[Letters, Places]:
    """Give the bytes of all texts, and the places between two, and around all."""
    _, places, data = texts.buffers()
    ends = np.frombuffer(places, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    letters = np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]]
    return letters, ends - ends[0]


def texts_of(letters: Any, ends: Places, is_there: Bits | None = None) -> pa.Array:
    """Make a column of text from bytes; those that are said to be none are null."""
    valid = None if is_there is None else pa.py_buffer(np.packbits(is_there, bitorder="little"))
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(letters), valid)


def find(word: bytes, letters: Letters) -> Places:
    """Find where a word stands."""
    places = np.flatnonzero(letters[: max(len(letters) - len(word) + 1, 0)] == word[0])
    for offset, letter in enumerate(word[1:], 1):
        places = places[letters[places + offset] == letter]
    return places


def without(letters: Letters, cuts: Places, count: int) -> bytes:
    """Leave out so many bytes at each of some places."""
    view, begins = letters.data, [0, *(cuts + count).tolist()]
    return b"".join(view[begin:end] for begin, end in zip(begins, [*cuts.tolist(), len(view)], strict=True))


def any_of(is_so: Bits, ends: Places) -> Bits:
    """Say of each group, between two ends, whether anything in it is so."""
    counts = np.concatenate(([0], np.cumsum(is_so)))
    found: Bits = counts[ends[1:]] > counts[ends[:-1]]
    return found


def set_bits(count: int, places: Places) -> Bits:
    """Make bits, set at some places."""
    found = np.zeros(count, np.bool_)
    found[places] = True
    return found


def bits(array: pa.Array) -> Bits:
    """Give truth values as numpy has them; null is false."""
    found: Bits = array.fill_null(False).to_numpy(zero_copy_only=False)
    return found
