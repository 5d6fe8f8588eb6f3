"""The order of a stage: which row of which corpus stands at which position, worked out and never stored.

It follows from the seed and the position alone. So it is the same for any number of processes and any size of batch,
and where a run goes on is one number. The corpora are shuffled within blocks, each of which holds of every corpus the
share that is due; the rows are drawn epoch by epoch through a permutation that is computed row by row.

All arithmetic is of whole numbers, and nothing is left to numpy's generators, whose streams may change with its
version: what `tests/steps/test_blend_order.py` pins must never change, for runs that have begun rely on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pictus.errors import PictusError

BLOCK = 10_000  # positions; in each the shares are exact
_LARGEST = 2**62  # rows of a corpus, or samples of a stage: sums and products of such numbers stay within 64 bits
_PIECE = 1 << 15  # rows that are permuted at once: what is worked on stays in the processor's cache
_STRIDE = np.uint64(
    0x9E3779B97F4A7C15
)  # odd and without pattern: its multiples visit all 64-bit numbers, far from each other

_QUARTERS = np.array([0, 16, 32, 48], np.uint64)  # where the four keys of a word begin

Integers: TypeAlias = npt.NDArray[np.int64]
Words: TypeAlias = npt.NDArray[np.uint64]


class Drawn(NamedTuple):
    """What stands at each of some positions: the corpus by its number, the row in it, and how often it was through."""

    corpora: Integers
    rows: Integers
    epochs: Integers


@dataclass(frozen=True, slots=True)
class Order:
    """Which row of which corpus stands at which position of a stage."""

    sizes: tuple[int, ...]  # rows that each corpus has
    draws: tuple[int, ...]  # samples that each gives in the whole stage: more than it has are further epochs
    seed: int

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.draws):
            raise _unfit(f"{len(self.sizes)} corpora, but draws from {len(self.draws)}", "give one number for each")
        for number, (size, draws) in enumerate(zip(self.sizes, self.draws, strict=True)):
            if min(size, draws) < 0 or (draws and not size):
                raise _unfit(f"{draws:,} samples from corpus {number}, which has {size:,} rows", "leave the corpus out")
        if max((sum(self.draws), *self.sizes)) > _LARGEST:
            raise _unfit("more rows than can be counted", f"stay below {_LARGEST:,} rows and samples")

    def __len__(self) -> int:
        return sum(self.draws)

    def at(self, positions: Integers) -> Drawn:
        """Say what stands at these positions, which may be any, in any sequence."""
        corpora, indices, epochs = self.in_turn(positions)
        return Drawn(corpora, permuted(indices, corpora, epochs, _shuffles(self)), epochs)

    def in_turn(self, positions: Integers) -> Drawn:
        """Say what would stand there if the rows of each corpus came in sequence, epoch by epoch."""
        if positions.size and (positions.min() < 0 or positions.max() >= len(self)):
            raise IndexError(f"positions {positions.min()} to {positions.max()} of an order of {len(self)}")
        corpora, draws = self._drawn(positions)
        epochs, indices = np.divmod(draws, np.array(self.sizes, np.int64)[corpora])
        return Drawn(corpora, indices, epochs)

    def of_rank(self, cursor: int, count: int, rank: int, world: int) -> Integers:
        """Give one rank's positions of the global batch that begins at the cursor; the last batch may be shorter.

        All ranks together have each position of the batch once, however many they are.
        """
        return np.arange(cursor + rank, min(cursor + count, len(self)), world, dtype=np.int64)

    def _drawn(self, positions: Integers) -> tuple[Integers, Integers]:
        """Give the corpus of each position, and how many of its samples came before; each block is made but once."""
        by_block = np.argsort(positions, kind="stable")  # stable, for that is quick where they are sorted already
        numbers, places = np.divmod(positions[by_block], BLOCK)
        corpora, draws = np.empty(len(positions), np.int64), np.empty(len(positions), np.int64)
        starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
        for start, end in pairwise([*starts, len(positions)]):
            of_corpora, of_draws = _block(self, int(numbers[start]))
            corpora[by_block[start:end]] = of_corpora[places[start:end]]
            draws[by_block[start:end]] = of_draws[places[start:end]]
        return corpora, draws


@lru_cache(maxsize=8)
def _block(order: Order, number: int) -> tuple[npt.NDArray[np.unsignedinteger[Any]], Integers]:
    """Shuffle a block: the corpus of each place, and how many samples of that corpus stand before it in the stage."""
    first = number * BLOCK
    length = min(BLOCK, len(order) - first)
    before = np.array(drawn_before(first, order.draws), np.int64)
    counts = np.array(drawn_before(first + length, order.draws), np.int64) - before
    # The smallest type, since numpy sorts numbers of up to 16 bits in linear time.
    in_turn = np.repeat(np.arange(len(counts), dtype=np.min_scalar_type(len(counts))), counts)
    corpora = np.empty_like(in_turn)
    corpora[_shuffled(length, _key(order.seed, "block", number))] = in_turn
    draws = np.empty(length, np.int64)
    # Within a block a corpus gives its samples in sequence, so that no epoch begins before the last one has ended.
    before -= counts.cumsum() - counts
    draws[np.argsort(corpora, kind="stable")] = np.arange(length) + np.repeat(before, counts)
    return corpora, draws


@lru_cache(maxsize=16)  # the end of a block is the beginning of the next
def drawn_before(position: int, draws: tuple[int, ...]) -> tuple[int, ...]:
    """Count the samples of each corpus before the edge of a block: never fewer than before an earlier edge.

    They sum to the position, and to the draws at the end. A corpus that gives a sample a block or more has its share
    of the position, rounded up or down: the places between two edges of a ruler. For one that gives less, this
    difference of two floors could shrink from block to block. All those together have the first place on the ruler,
    which only grows, and divide it among themselves.
    """
    total = sum(draws)
    rare = [number for number, count in enumerate(draws) if count * BLOCK < total]
    common = [number for number, count in enumerate(draws) if count * BLOCK >= total]
    edges = accumulate((draws[number] for number in common), initial=sum(draws[number] for number in rare))
    marks = [position * edge // total for edge in edges] if total else [0]
    shares = dict(zip(rare, _halved(marks[0], [draws[number] for number in rare]), strict=True))
    shares |= {number: end - start for number, (start, end) in zip(common, pairwise(marks), strict=True)}
    return tuple(shares[number] for number in range(len(draws)))


def _halved(count: int, draws: list[int]) -> list[int]:
    """Divide a count by halving again and again: as it grows by one, one part does and none shrinks."""
    if len(draws) <= 1:
        return [count] * len(draws)
    half, total = len(draws) // 2, sum(draws)
    left = count * sum(draws[:half]) // total if total else 0
    return _halved(left, draws[:half]) + _halved(count - left, draws[half:])


class Shuffles(NamedTuple):
    """What permutations need to know of the ranges that they permute: a number is cut into two halves of bits."""

    sizes: Integers
    low_bits: Words
    low: Words  # masks
    high: Words
    keys: Words


@lru_cache(maxsize=8)
def _shuffles(order: Order) -> Shuffles:
    return shuffles_of(order.sizes, order.seed, "rows")


def shuffles_of(sizes: Sequence[int], seed: int, use: str) -> Shuffles:
    """Give a permutation for each range of numbers below a size; those for another use are others."""
    bits = [max(size - 1, 0).bit_length() for size in sizes]
    low_bits = [count - count // 2 for count in bits]
    return Shuffles(
        sizes=np.array(sizes, np.int64),
        low_bits=np.array(low_bits, np.uint64),
        low=np.array([(1 << count) - 1 for count in low_bits], np.uint64),
        high=np.array([(1 << count // 2) - 1 for count in bits], np.uint64),
        keys=np.array([_key(seed, use, number) for number in range(len(bits))], np.uint64),
    )


def permuted(indices: Integers, ranges: Integers, epochs: Integers, shuffles: Shuffles) -> Integers:
    """Map each index onto another of its range, each onto another one in every epoch."""
    found = np.empty(len(indices), np.int64)
    for start in range(0, len(indices), _PIECE):
        piece = slice(start, start + _PIECE)
        found[piece] = _permuted(indices[piece], ranges[piece], epochs[piece], shuffles)
    return found


def _permuted(indices: Integers, ranges: Integers, epochs: Integers, shuffles: Shuffles) -> Integers:
    """Map each index of an epoch onto a row of its corpus, each onto another: a Feistel network, and a turn.

    It permutes the numbers up to the next power of two. What falls beyond the corpus goes through again, until it
    comes back into it, which keeps the map one to one. With four rounds and no turn, a row of a corpus of five came
    first 29 % too often; with the turn each comes first alike, and two more rounds mix what follows it.
    """
    rows = indices.astype(np.uint64)
    sizes = shuffles.sizes[ranges].astype(np.uint64)
    keys = _mixed(shuffles.keys[ranges] + epochs.astype(np.uint64) * _STRIDE)
    shift, low_mask, high_mask = shuffles.low_bits[ranges], shuffles.low[ranges], shuffles.high[ranges]
    beyond = np.arange(len(rows))
    while beyond.size:
        row, key = rows[beyond], keys[beyond]
        high, low = row >> shift[beyond], row & low_mask[beyond]
        for _ in range(3):  # of two rounds each
            high ^= _mixed(low + key) & high_mask[beyond]
            key += _STRIDE
            low ^= _mixed(high + key) & low_mask[beyond]
            key += _STRIDE
        rows[beyond] = row = (high << shift[beyond]) | low
        beyond = beyond[row >= sizes[beyond]]
    return ((rows + keys % sizes) % sizes).astype(np.int64)


def _shuffled(length: int, key: int) -> Integers:
    """Give the numbers below the length in the sequence of random keys.

    Keys of 16 bits are sorted in linear time. Some are equal, and their numbers stay in sequence: this matters only
    where one corpus ends and the next begins among them.
    """
    words = _mixed(np.arange((length + 3) // 4, dtype=np.uint64) * _STRIDE + np.uint64(key))
    keys = (words[:, np.newaxis] >> _QUARTERS).astype(np.uint16).ravel()[:length]
    return np.argsort(keys, kind="stable")


def _mixed(words: Words) -> Words:
    """Make of each word one that looks random: the finaliser of SplitMix64, which maps no two onto the same."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _key(seed: int, use: str, number: int) -> int:
    return int.from_bytes(blake2b(f"{seed} {use} {number}".encode(), digest_size=8).digest(), "big")


def _unfit(what: str, mend: str) -> PictusError:
    return PictusError(what, where="the blend of a stage", mend=mend)
