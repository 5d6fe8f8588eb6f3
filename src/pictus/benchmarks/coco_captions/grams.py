"""The runs of one to four words in captions, counted all at once: what BLEU and CIDEr are worked out from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
LONGEST = 4


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions as words: first the references, picture by picture, then one candidate for each picture."""

    references: Sequence[Sequence[str]]  # of each picture
    candidates: Sequence[str]

    @property
    def pictures(self) -> int:
        """Say how many pictures there are."""
        return len(self.candidates)

    def words(self) -> list[list[str]]:
        """Split all captions, the references first."""
        return [caption.split() for caption in chain(*self.references, self.candidates)]

    def picture_of(self) -> Numbers:
        """Give the picture of each caption, the references first."""
        counts = [len(some) for some in self.references]
        every = np.arange(self.pictures, dtype=np.int64)
        return np.concatenate([np.repeat(every, counts), every])


@dataclass(frozen=True, slots=True)
class Grams:
    """Which runs of one length are in which caption, how often; in the order in which they first come in each.

    The order matters: sums of fractions depend on it in their last digits.
    """

    kinds: int
    caption: Numbers
    gram: Numbers
    count: Numbers


def grams_of(words: Sequence[Sequence[str]]) -> Iterator[Grams]:
    """Count the runs of one word, of two, and so on."""
    numbers: dict[str, int] = {}
    word = np.array([numbers.setdefault(one, len(numbers)) for caption in words for one in caption], np.int64)
    lengths = np.array([len(caption) for caption in words], np.int64)
    caption = np.repeat(np.arange(len(words), dtype=np.int64), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(word))  # words from here to the end of the caption
    gram, kinds = word, len(numbers)
    for length in range(1, LONGEST + 1):
        begins = np.flatnonzero(left >= length)
        if length > 1:
            found, gram[begins] = np.unique(
                gram[begins] * len(numbers) + word[begins + length - 1], return_inverse=True
            )
            kinds = len(found)
        else:
            gram = word.copy()
        yield _counted(caption[begins], gram[begins], kinds)


def _counted(caption: Numbers, gram: Numbers, kinds: int) -> Grams:
    pairs, first, count = np.unique(caption * kinds + gram, return_index=True, return_counts=True)
    order = np.argsort(first)
    pairs = pairs[order]
    return Grams(kinds, pairs // max(kinds, 1), pairs % max(kinds, 1), count[order])


@dataclass(frozen=True, slots=True)
class Shared:
    """Runs that a candidate shares with a reference, as rows of the `Grams`; in the order of the candidate's."""

    candidate: Numbers
    reference: Numbers


def shared(grams: Grams, picture_of: Numbers, references: int) -> Shared:
    """Find what each candidate shares with each reference of its picture."""
    key = picture_of[grams.caption] * grams.kinds + grams.gram
    split = int(np.searchsorted(grams.caption, references))  # captions stand in their order
    wanted, order = np.unique(key[split:], return_index=True)
    if not len(wanted):
        return Shared(wanted, wanted)
    place = np.minimum(np.searchsorted(wanted, key[:split]), len(wanted) - 1)
    reference = np.flatnonzero(wanted[place] == key[:split])
    candidate = order[place[reference]] + split
    by_caption = np.lexsort((candidate, grams.caption[reference]))
    return Shared(candidate[by_caption], reference[by_caption])
