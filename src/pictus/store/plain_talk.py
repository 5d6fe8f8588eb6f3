"""Conversations without tools to the column of turns, and their ids, without making a turn in between.

A file such as LLaVA's mix has millions of turns, and a Python object for each costs more than all else.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import orjson
import pyarrow as pa

from pictus.reading.marked_text import MARK
from pictus.record import Part, Turn
from pictus.store import columns
from pictus.store.ids import HOLE, escaped, joined
from pictus.store.letters import Bits, Places, any_of, find, letters_of, set_bits, texts_of, without

_MARK, _LINE = MARK.encode(), ord("\n")
_CUT = len(_MARK) + 1  # a mark stands in a line of its own, before the text or after it
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
        letters, edges = letters_of(texts)
        marks = find(_MARK, letters)
        numbers = np.searchsorted(edges, marks, side="right") - 1  # of the texts that marks stand in
        begins, lasts = edges[numbers], edges[numbers + 1]
        is_plain = set_bits(len(texts), ends[:-1][np.diff(ends) > 0])[numbers]
        is_plain &= (np.bincount(numbers)[numbers] == 1) & (lasts - begins > _CUT)
        before = is_plain & (marks == begins) & (letters.take(marks + len(_MARK), mode="clip") == _LINE)
        after = is_plain & (marks + len(_MARK) == lasts) & (letters[marks - 1] == _LINE)
        shown = before | after
        cuts = (marks - after)[shown]
        texts = texts_of(without(letters, cuts, _CUT), edges - _CUT * np.searchsorted(cuts, edges))
        has_place, is_odd = set_bits(len(texts), numbers[shown]), set_bits(len(texts), numbers[~shown])
        talks = cls(texts, ends, set_bits(len(texts), numbers[before]), set_bits(len(texts), numbers[after]))
        return talks, any_of(has_place, ends), any_of(is_odd, ends)

    def column(self) -> pa.Array:
        """Give the column of turns."""
        ends = np.concatenate(([0], np.cumsum(1 + (self.is_before | self.is_after))))
        place = ends[:-1] + self.is_before  # of each text among the parts
        is_image = ~set_bits(int(ends[-1]), place)
        letters, edges = letters_of(self.texts)
        texts = texts_of(letters, edges[np.concatenate(([0], np.cumsum(~is_image)))], ~is_image)
        parts = pa.StructArray.from_arrays([_TYPES.take(pa.array(is_image.astype(np.int8))), texts], ["type", "text"])
        content = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), parts)
        return columns.turns_of(_ROLES.take(pa.array(self._numbers() % 2)), content, pa.array(self.ends, pa.int32()))

    def as_json(self) -> pa.Array:
        """Give each conversation as its turns look in JSON, without the brackets around them."""
        numbers = self._numbers()
        kinds = numbers % 2
        kinds[self.is_before], kinds[self.is_after] = 2, 3
        beginnings = _BEGINNINGS.take(pa.array(kinds + len(_KINDS) * (numbers > 0)))
        turns = joined(beginnings, escaped(self.texts), _ENDINGS.take(pa.array(kinds)))
        letters, edges = letters_of(turns)
        return texts_of(letters, edges[self.ends])

    def _numbers(self) -> Places:
        """Number the turns of each conversation."""
        numbers: Places = np.arange(len(self.texts)) - np.repeat(self.ends[:-1], np.diff(self.ends))
        return numbers
