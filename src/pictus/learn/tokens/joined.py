"""The tokens of many conversations put together at once: numpy costs by the call, and not by the token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pictus.learn.step import IGNORED, Marks, Tokens
from pictus.learn.tokens.words import Piece, Words

_ANY = -1  # special tokens of a stretch that we put there ourselves


class Stretch(NamedTuple):
    """A part of a conversation that is learned, or is not."""

    is_learned: bool
    pieces: int  # how many of the conversation's it has
    turns: int  # how many have ended with it
    special: int  # how many special tokens it has when no text becomes one


@dataclass(frozen=True, slots=True)
class Written:
    """A conversation as text, of which the tokens are wanted."""

    pieces: Sequence[Piece]
    stretches: Sequence[Stretch]
    places: int  # of pictures
    before: Sequence[int] = ()  # tokens in front of all that is said
    is_open: bool = False  # nothing ends it yet


@dataclass(frozen=True, slots=True)
class Joined:
    """A conversation as tokens and labels."""

    tokens: Tokens
    labels: Tokens
    turns: Sequence[int]  # of its stretches, as they were given
    borders: Sequence[int]  # where each ends

    @property
    def ends(self) -> dict[int, int]:
        """Say where each answer ends, by the number of turns until then."""
        return dict(zip(self.turns, self.borders, strict=True))


def joined(written: Sequence[Written], words: Words, image_tokens: int) -> list[Joined | str]:
    """Make tokens of conversations, each picture as many as it has places, or say why there are none."""
    if not written:
        return []
    heap = _heaped(written, words)
    ids = np.array(heap.tokens, np.int64)
    borders = np.cumsum([0, *heap.counts])
    special, expected = _counted(words.are_special(ids), borders), np.array(heap.special)
    is_meant = ((special == expected) | (expected == _ANY)).tolist()
    is_picture = ids == words.image_id
    shown = _counted(is_picture, borders).tolist()
    times = np.where(is_picture, image_tokens, 1)
    learned = np.repeat(np.repeat(heap.is_learned, heap.counts) & ~is_picture, times)
    tokens = np.repeat(ids, times)
    labels = np.where(learned, tokens, IGNORED)
    wide = np.concatenate([[0], np.cumsum(times)])[borders].tolist()
    made: list[Joined | str] = []
    last = 0
    for one, end in zip(written, heap.ends, strict=True):
        first, last = last, end
        if not all(is_meant[first:last]):
            made.append("a text of it would become a special token")
        elif (count := sum(shown[first:last])) != one.places:
            made.append(f"the chat template shows {count} of its {one.places} pictures")
        else:
            begin = wide[first]
            its = [border - begin for border in wide[first + 1 : last + 1]]
            part = slice(begin, wide[last])
            made.append(Joined(tokens[part], labels[part], heap.turns[first:last], its))
    return made


class _Heap(NamedTuple):
    """The tokens of all conversations, one behind the other, and of each stretch what is known of it."""

    tokens: list[int]
    counts: list[int]
    is_learned: list[bool]
    special: list[int]
    turns: list[int]
    ends: list[int]  # of each conversation, the number of stretches until then


def _heaped(written: Sequence[Written], words: Words) -> _Heap:
    encoded = iter(words.tokens([piece for one in written for piece in one.pieces]))
    heap = _Heap([], [], [], [], [], [])

    def close(before: int, is_learned: bool, special: int, turns: int) -> None:
        heap.counts.append(len(heap.tokens) - before)
        heap.is_learned.append(is_learned)
        heap.special.append(special)
        heap.turns.append(turns)

    for one in written:
        begin, turns = len(heap.tokens), 0
        heap.tokens.extend(one.before)
        close(begin, False, _ANY, 0)
        begin = said = len(heap.tokens)
        for is_learned, pieces, turns, special in one.stretches:
            for _ in range(pieces):
                heap.tokens.extend(next(encoded))
            close(begin, is_learned, special, turns)
            begin = len(heap.tokens)
        if one.is_open and words.end_id is not None and begin > said:
            heap.tokens.append(words.end_id)
            close(begin, True, _ANY, turns)
        heap.ends.append(len(heap.counts))
    return heap


def _counted(marks: Marks, borders: Tokens) -> Tokens:
    """Count the marks between borders."""
    until: Tokens = np.concatenate([[0], np.cumsum(marks)])[borders]
    return np.diff(until)
