"""Conversations without tools to the column of turns, and their ids, without making a turn in between.

A file such as LLaVA's mix has millions of turns, and a Python object for each costs more than all else.
"""

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.reading.marked_text import MARK
from pictus.record import Part, Turn
from pictus.store import columns
from pictus.store.ids import HOLE, escaped, joined

Bits: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.int64]

_BEFORE, _AFTER = f"{MARK}\n", f"\n{MARK}"  # as nearly all texts have it
_ROLES = pa.array(["user", "assistant"])
_TYPES = pa.array(["text", "image"])
# Turns of users, of assistants, and of users with a picture before the text or after it.
_TEXT, _IMAGE = Part("text", HOLE), Part("image")
_KINDS = (
    Turn("user", (_TEXT,)),
    Turn("assistant", (_TEXT,)),
    Turn("user", (_IMAGE, _TEXT)),
    Turn("user", (_TEXT, _IMAGE)),
)
_AROUND = [orjson.dumps(turn).split(b"\0") for turn in _KINDS]
_BEGINNINGS = pa.array(
    [before + b'"' for before, _ in _AROUND] + [b"," + before + b'"' for before, _ in _AROUND], pa.string()
)
_ENDINGS = pa.array([b'"' + after for _, after in _AROUND], pa.string())


@dataclass(frozen=True, slots=True)
class Talks:
    """Conversations, one after the other: user and assistant in turn, a picture in the first turn or none."""

    texts: pa.Array  # of all turns, without marks
    ends: Places  # between two conversations, and around all
    is_before: Bits  # of each turn: a picture stands before its text
    is_after: Bits

    @classmethod
    def read(cls, texts: pa.Array, ends: Places) -> tuple[Self, Bits, Bits]:
        """Take the marks out of texts that have them as nearly all do.

        Say also of each conversation whether there is a picture in it, and whether marks are left that want a closer
        look.
        """
        marked = np.flatnonzero(bits(pc.match_substring(texts, MARK)))
        some = texts.take(pa.array(marked))
        is_start = set_bits(len(texts), ends[:-1][np.diff(ends) > 0])[marked]
        is_once = bits(pc.equal(pc.count_substring(some, MARK), 1))
        is_once &= is_start & bits(pc.greater(pc.binary_length(some), len(_BEFORE)))
        before = is_once & bits(pc.starts_with(some, _BEFORE))
        after = is_once & ~before & bits(pc.ends_with(some, _AFTER))
        shown = set_bits(len(texts), marked[before | after])
        if shown.any():
            cut = texts.filter(pa.array(shown))
            cut = pc.replace_substring(pc.replace_substring(cut, _BEFORE, ""), _AFTER, "")
            texts = pc.replace_with_mask(texts, pa.array(shown), cut)
        odd = set_bits(len(texts), marked[~(before | after)])
        talks = cls(texts, ends, set_bits(len(texts), marked[before]), set_bits(len(texts), marked[after]))
        return talks, any_of(shown, ends), any_of(odd, ends)

    def column(self) -> pa.Array:
        """Give the column of turns."""
        count = len(self.texts)
        ends = np.concatenate(([0], np.cumsum(1 + (self.is_before | self.is_after))))
        place = ends[:-1] + self.is_before  # of each text among the parts
        is_image = ~set_bits(int(ends[-1]), place)
        source = np.zeros(len(is_image), np.int64)
        source[place] = np.arange(count)
        parts = pa.StructArray.from_arrays(
            [_TYPES.take(pa.array(is_image.astype(np.int8))), self.texts.take(pa.array(source, mask=is_image))],
            names=["type", "text"],
        )
        content = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), parts)
        return columns.turns_of(_ROLES.take(pa.array(self._numbers() % 2)), content, pa.array(self.ends, pa.int32()))

    def as_json(self) -> pa.Array:
        """Give each conversation as its turns look in JSON, without the brackets around them."""
        numbers = self._numbers()
        kinds = numbers % 2
        kinds[self.is_before], kinds[self.is_after] = 2, 3
        beginnings = _BEGINNINGS.take(pa.array(kinds + len(_KINDS) * (numbers > 0)))
        turns = joined(beginnings, escaped(self.texts), _ENDINGS.take(pa.array(kinds)))
        _, ends, texts = turns.buffers()
        return pa.StringArray.from_buffers(
            len(self.ends) - 1, pa.py_buffer(np.frombuffer(ends, np.int32)[self.ends]), texts
        )

    def _numbers(self) -> Places:
        """Number the turns of each conversation."""
        numbers: Places = np.arange(len(self.texts)) - np.repeat(self.ends[:-1], np.diff(self.ends))
        return numbers


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
