"""Which samples of a step share a row, and which process has it: worked out from lengths alone, the same everywhere."""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

Rows: TypeAlias = list[list[int]]  # of each row, the indices of its samples
Layout: TypeAlias = tuple[tuple[tuple[int, ...], ...], ...]  # of each rank, its rows


def laid(lengths: Sequence[int], pictures: Sequence[int], *, max_tokens: int, max_pictures: int, world: int) -> Layout:
    """Lay the samples of a step in rows to be packed: few and even, equally many for each rank.

    A row is as long as its samples together, never filled up. Only where there are fewer samples than ranks, a rank has
    rows without samples.
    """
    samples = _Samples(lengths, pictures, max_tokens, max_pictures)
    fewest = _best_fit(samples)
    count = _equally(len(fewest), world)
    # The fewest rows are full but for the last ones; as many rows of even length keep no rank waiting.
    rows = _even(samples, count) or _split(fewest, count, samples.tokens)
    return _dealt(rows, samples, [samples.tokens(row) for row in rows], world)


def grouped(
    lengths: Sequence[int], pictures: Sequence[int], *, max_tokens: int, max_pictures: int, world: int
) -> Layout:
    """Lay the samples of a step in rows to be padded: samples of like length together, equally many rows a rank.

    What is bounded by `max_tokens` is the row with its padding: samples times the longest.
    """
    samples = _Samples(lengths, pictures, max_tokens, max_pictures)
    rows: Rows = []
    seen = 0
    for index in samples.order:  # the first of a row is its longest
        row = rows[-1] if rows else []
        seen += samples.pictures[index]
        if row and (len(row) + 1) * samples.lengths[row[0]] <= max_tokens and seen <= max_pictures:
            row.append(index)
        else:
            rows.append([index])
            seen = samples.pictures[index]

    def cost(row: list[int]) -> int:
        return len(row) * samples.lengths[row[0]]

    rows = _split(rows, _equally(len(rows), world), cost)
    return _dealt(rows, samples, [cost(row) if row else 0 for row in rows], world)


class _Samples:
    """The sizes of a step's samples, what a row may hold of them, and the order to place them: the longest first."""

    def __init__(self, lengths: Sequence[int], pictures: Sequence[int], max_tokens: int, max_pictures: int) -> None:
        self.lengths = [int(length) for length in lengths]  # numpy's numbers are slow to compare one by one
        self.pictures = [int(count) for count in pictures]
        assert len(self.lengths) == len(self.pictures)
        # Who makes samples refuses what no row can hold.
        assert all(0 < length <= max_tokens for length in self.lengths)
        assert all(0 <= count <= max_pictures for count in self.pictures)
        self.max_tokens, self.max_pictures = max_tokens, max_pictures
        self.order = sorted(range(len(self.lengths)), key=self.lengths.__getitem__, reverse=True)  # equal ones stay

    def tokens(self, row: list[int]) -> int:
        return sum(self.lengths[index] for index in row)

    def seen(self, row: list[int]) -> int:
        return sum(self.pictures[index] for index in row)


def _equally(rows: int, world: int) -> int:
    """Count the rows when all ranks have as many."""
    return -(-rows // world) * world


def _best_fit(samples: _Samples) -> Rows:
    """Lay samples in nearly the fewest rows: each in the row that it leaves the least room in."""
    rows: Rows = []
    free: list[int] = []  # of each row, the pictures that it still takes
    # Room for tokens and the row, the narrowest first; rows without room for pictures stand apart, so that nobody who
    # brings some walks past them.
    open_: list[tuple[int, int]] = []
    shut: list[tuple[int, int]] = []
    for index in samples.order:
        length, brought = samples.lengths[index], samples.pictures[index]
        among = shut
        at = len(shut) if brought else bisect_left(shut, (length, -1))
        if at == len(shut):
            among = open_
            at = bisect_left(open_, (length, -1))
            while at < len(open_) and free[open_[at][1]] < brought:
                at += 1
        if at < len(among):
            room, row = among.pop(at)
        else:
            room, row = samples.max_tokens, len(rows)
            rows.append([])
            free.append(samples.max_pictures)
        rows[row].append(index)
        free[row] -= brought
        if room > length:
            insort(open_ if free[row] else shut, (room - length, row))
    return rows


def _even(samples: _Samples, count: int) -> Rows | None:
    """Lay samples in so many even rows: each in the row with the fewest tokens; None where they do not fit."""
    rows: Rows = [[] for _ in range(count)]
    free = [samples.max_pictures] * count
    open_ = [(0, row) for row in range(count)]  # tokens and the row
    shut: list[tuple[int, int]] = []  # those without room for pictures
    heapify(open_)
    for index in samples.order:
        length, brought = samples.lengths[index], samples.pictures[index]
        among = shut if not brought and shut and (not open_ or shut[0] < open_[0]) else open_
        passed = []
        while among and free[among[0][1]] < brought:
            passed.append(heappop(among))
        if not among or among[0][0] + length > samples.max_tokens:
            return None
        tokens, row = heappop(among)
        rows[row].append(index)
        free[row] -= brought
        heappush(open_ if free[row] else shut, (tokens + length, row))
        for other in passed:
            heappush(open_, other)
    return rows


def _split(rows: Rows, count: int, cost: Callable[[list[int]], int]) -> Rows:
    """Halve the most costly rows until there are so many; rows without samples stand for what cannot be halved."""
    whole = [row for row in rows if len(row) == 1]
    halves = [(-cost(row), number, row) for number, row in enumerate(rows) if len(row) > 1]
    heapify(halves)
    number = len(rows)
    while halves and len(whole) + len(halves) < count:
        row = heappop(halves)[2]
        for half in (row[: len(row) // 2], row[len(row) // 2 :]):
            number += 1
            if len(half) == 1:
                whole.append(half)
            else:
                heappush(halves, (-cost(half), number, half))
    split = whole + [row for _, _, row in halves]
    return split + [[] for _ in range(count - len(split))]


def _dealt(rows: Rows, samples: _Samples, costs: list[int], world: int) -> Layout:
    """Deal rows to ranks, the longest first: rows that go through the model at once are alike, and ranks' sums too."""
    all_tokens, all_pictures = max(sum(costs), 1), max(sum(samples.pictures), 1)
    shares = [cost / all_tokens + samples.seen(row) / all_pictures for row, cost in zip(rows, costs, strict=True)]
    order = sorted(range(len(rows)), key=lambda row: (-costs[row], row))
    ranks: list[Rows] = [[] for _ in range(world)]
    had = [0.0] * world
    for start in range(0, len(order), world):
        together = sorted(order[start : start + world], key=lambda row: (-shares[row], row))
        poorest = sorted(range(world), key=lambda rank: (had[rank], rank))
        for rank, row in zip(poorest, together, strict=True):
            ranks[rank].append(rows[row])
            had[rank] += shares[row]
    return tuple(tuple(tuple(sorted(row)) for row in of_rank) for of_rank in ranks)
