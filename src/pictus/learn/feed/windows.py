"""The order of a stage whose corpora are read from their shards: neighbouring rows come close to each other.

A shard is read a group of rows at a time. So the groups of a corpus are shuffled, some that follow each other make a
window, and the rows of a window are shuffled among themselves. Which corpus stands where is as in the stage's own
order; and like that, it follows from the seed and the position alone.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from pictus.learn.feed.rows import Integers
from pictus.steps.blend.blended import BlendedStage
from pictus.steps.blend.order import Drawn, Shuffles, permuted, shuffles_of

WINDOW_ROWS = 1_000  # and of pictures 50 MB: what is in memory of a corpus, twice where one window ends
LEAST_GROUPS = 8  # of a window, else neighbours would stay neighbours


class _Epoch(NamedTuple):
    """How the rows of a corpus lie in an epoch."""

    groups: Integers  # in their shuffled sequence
    group_begins: Integers  # where each begins, in that sequence
    window_begins: Integers
    shuffles: Shuffles  # of the windows


class _Part:
    """The order of a corpus, by the number of its chosen rows in each group."""

    def __init__(self, begins: Integers, sizes: Integers, seed: int, number: int) -> None:
        """`begins`: the number of the first chosen row of each group among the chosen ones."""
        there = np.flatnonzero(sizes)
        self._begins, self._sizes = begins[there], sizes[there]
        self._seed, self._number = seed, number
        mean = max(1.0, float(self._sizes.mean())) if len(there) else 1.0
        self.groups = max(LEAST_GROUPS, -(-WINDOW_ROWS // round(mean)))
        self._groups = shuffles_of([len(there)], seed, f"groups of {number}")
        self._epoch = lru_cache(maxsize=2)(self._laid)  # where one ends, two are asked for

    def place(self, indices: Integers, epochs: Integers) -> Integers:
        """Say which of the chosen rows comes at each index of an epoch."""
        places = np.empty(len(indices), np.int64)
        for epoch in np.unique(epochs).tolist():
            mine = epochs == epoch
            laid, index = self._epoch(epoch), indices[mine]
            windows = np.searchsorted(laid.window_begins, index, side="right") - 1
            begins = laid.window_begins[windows]
            index = begins + permuted(index - begins, windows, np.full(len(index), epoch), laid.shuffles)
            found = np.searchsorted(laid.group_begins, index, side="right") - 1
            places[mine] = self._begins[laid.groups[found]] + index - laid.group_begins[found]
        return places

    def _laid(self, epoch: int) -> _Epoch:
        count = len(self._sizes)
        nowhere = np.zeros(count, np.int64)
        groups = permuted(np.arange(count), nowhere, nowhere + epoch, self._groups)
        ends = np.cumsum(self._sizes[groups])
        group_begins = ends - self._sizes[groups]
        window_begins = group_begins[:: self.groups]
        sizes = np.diff(window_begins, append=ends[-1])
        return _Epoch(
            groups,
            group_begins,
            window_begins,
            shuffles_of(sizes.tolist(), self._seed, f"windows of {self._number}"),
        )


class Windows:
    """Which row of which corpus stands at which position of a stage, when rows that lie together come together."""

    def __init__(self, stage: BlendedStage, groups: Sequence[Integers]) -> None:
        """`groups`: for each part the number of the first row of each group of its corpus, and the number of all."""
        self._made_of = (stage, groups)
        self._stage = stage
        self._parts = []
        for number, (part, edges) in enumerate(zip(stage.parts, groups, strict=True)):
            chosen = edges if part.rows is None else np.searchsorted(part.rows, edges)
            self._parts.append(_Part(chosen[:-1], np.diff(chosen), stage.seed, number))

    def __reduce__(self) -> tuple[Callable[..., "Windows"], tuple[BlendedStage, Sequence[Integers]]]:
        return Windows, self._made_of

    @property
    def kept(self) -> tuple[int, ...]:
        """Say how many groups of each corpus are asked for again before the next: those of two windows."""
        return tuple(2 * part.groups for part in self._parts)

    @property
    def fingerprint(self) -> str:
        """Name all that decides which sample comes when: another one than that of the stage's own order."""
        stage, groups = self._made_of
        told = blake2b(f"{stage.fingerprint} {WINDOW_ROWS} {LEAST_GROUPS}".encode(), digest_size=16)
        for edges in groups:
            told.update(edges.tobytes())
        return told.hexdigest()

    def at(self, positions: Integers) -> Drawn:
        """Give the part, the row of its corpus and the epoch at each position."""
        corpora, indices, epochs = self._stage.order.in_turn(positions)
        rows = np.empty(len(positions), np.int64)
        for number in np.unique(corpora).tolist():
            mine = corpora == number
            places = self._parts[number].place(indices[mine], epochs[mine])
            rows[mine] = self._stage.parts[number].numbers(places)
        return Drawn(corpora, rows, epochs)
