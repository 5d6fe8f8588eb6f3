"""The rows of a corpus read from its shards: nothing is copied before, and each group of rows is read when it is due.

For a corpus that is read once, or a disk without room. Each process reads all groups, even where it needs few rows of
them; so with many processes a cache is made sooner than it seems.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.learn.feed.rows import WANTED, Apart, Integers, embedded, said, set_apart
from pictus.reading.rows import BadRow
from pictus.record import Record
from pictus.store import columns
from pictus.store.corpus import Corpus
from pictus.store.receipts import make_again, shard_name
from pictus.store.shards import check_schema, open_parquet

_Group: TypeAlias = Apart | str


def groups_of(corpus: Corpus) -> list[list[int]]:
    """Count the rows of each group of each shard; a damaged shard is told."""
    counts = []
    for shard in corpus.shards:
        name = shard_name(shard)
        with open_parquet(corpus.place, name, mend=make_again(shard)) as file:
            check_schema(file.schema_arrow, corpus.place.where(name))
            counts.append([file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)])
    return counts


def edges_of(counts: Sequence[Sequence[int]]) -> Integers:
    """Give the number of the first row of each group, and at the end the number of all rows."""
    return np.cumsum([0, *(count for of_shard in counts for count in of_shard)], dtype=np.int64)


class DirectRows:
    """The rows of a corpus, of whose groups those last asked for stay in memory."""

    def __init__(self, corpus: Corpus, counts: Sequence[Sequence[int]], kept: int) -> None:
        """`counts`: what `groups_of` says. `kept`: how many groups stay."""
        self._made_of = (corpus, counts, kept)
        self._corpus, self._kept = corpus, kept
        self._edges = edges_of(counts)
        self._where = [
            (shard, group)
            for shard, of_shard in zip(corpus.shards, counts, strict=True)
            for group in range(len(of_shard))
        ]
        self._groups: OrderedDict[int, _Group] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        return DirectRows, self._made_of

    def records(self, rows: Integers) -> Sequence[Record | str]:
        """Give what the rows say, without embedded pictures; for one that cannot be read, the reason."""
        numbers, places = self._found(rows)
        # In the sequence of the groups, so that none is read twice, however few are kept.
        found: dict[int, Record | str] = {}
        for number in np.unique(numbers).tolist():
            mine = np.flatnonzero(numbers == number)
            group = self._group(number)
            if isinstance(group, str):
                found.update((index, group) for index in mine.tolist())
            else:
                batch = said([group] * len(mine), places[mine].tolist())
                found.update(zip(mine.tolist(), columns.decode(batch, self._corpus.roots), strict=True))
        return [found[index] for index in range(len(rows))]

    def pictures(self, row: int) -> Sequence[memoryview | None]:
        """Give the encoded pictures of a row, None for one that is not embedded; damage raises `BadRow`."""
        numbers, places = self._found(np.array([row]))
        group = self._group(int(numbers[0]))
        if isinstance(group, str):
            raise BadRow(group)
        return embedded(group, int(places[0]))

    def _found(self, rows: Integers) -> tuple[Integers, Integers]:
        numbers = np.searchsorted(self._edges, rows, side="right") - 1
        return numbers, rows - self._edges[numbers]

    def _group(self, number: int) -> _Group:
        group = self._groups.get(number)
        if group is None:
            group = self._groups[number] = self._read(*self._where[number])
            if len(self._groups) > self._kept:
                self._groups.popitem(last=False)
        else:
            self._groups.move_to_end(number)
        return group

    def _read(self, shard: int, group: int) -> _Group:
        try:
            with open_parquet(self._corpus.place, shard_name(shard), mend=make_again(shard)) as file:
                return _one(file, group)
        except PictusError as error:
            return error.what


def _one(file: pq.ParquetFile, group: int) -> Apart:
    batches = file.read_row_group(group, columns=list(WANTED), use_threads=False).to_batches()
    return Apart.of(pa.concat_batches([set_apart(batch) for batch in batches]))
