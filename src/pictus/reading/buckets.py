"""Bring the rows of many tables together by a text key, without holding the tables.

Each table is dealt out to files by the beginning of the key. The same bucket of every table then fits into memory,
and bucket after bucket gives the keys in order. Hexadecimal keys fill the buckets evenly; others work, less evenly.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pictus.record import Reject

KEY = "id"  # the column that holds the key
_HEAD = 2  # characters of the key that choose the bucket


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a table beside the keys that they belong to."""

    table: pa.Table  # in the order of the keys; rows of one key stay in the order of the file
    cuts: list[int]  # rows from `cuts[n]` to `cuts[n + 1]` belong to the key number n
    strangers: pa.Array  # keys of the rows that belong to none


class Buckets:
    """Tables on disk, dealt out by key. The folder is the caller's to remove."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        self._bounds = [f"{256 * number // count:02x}" for number in range(1, count)]

    def put(self, name: str, tables: Iterable[pa.Table | Reject]) -> Iterator[Reject]:
        """Deal out a table that comes in pieces; what is no table is passed on."""
        with ExitStack() as open_files:
            writers: dict[int, Any] = {}
            for table in tables:
                if isinstance(table, Reject):
                    yield table
                    continue
                for bucket, part in self._parts(table):
                    if bucket not in writers:
                        file = open_files.enter_context(pa.OSFile(str(self._path(name, bucket)), "wb"))
                        options = pa.ipc.IpcWriteOptions(compression="lz4")
                        writers[bucket] = open_files.enter_context(
                            pa.ipc.new_stream(file, part.schema, options=options)
                        )
                    writers[bucket].write_table(part)

    def get(self, name: str, bucket: int) -> pa.Table | None:
        """Read the rows of a table in one bucket, in the order in which they came; None when there are none."""
        path = self._path(name, bucket)
        if not path.exists():
            return None
        with pa.OSFile(str(path)) as file:
            return pa.ipc.open_stream(file).read_all().combine_chunks()

    def _path(self, name: str, bucket: int) -> Path:
        return self.folder / f"{name}-{bucket:03d}.arrow"

    def _parts(self, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        buckets = self._buckets_of(table[KEY])
        if np.any(buckets[1:] < buckets[:-1]):
            order = np.argsort(buckets, kind="stable")
            table, buckets = table.take(pa.array(order)), buckets[order]
        cuts = np.searchsorted(buckets, np.arange(self.count + 1)).tolist()
        for bucket in range(self.count):
            if cuts[bucket] < cuts[bucket + 1]:
                yield bucket, table.slice(cuts[bucket], cuts[bucket + 1] - cuts[bucket])

    def _buckets_of(self, keys: pa.ChunkedArray) -> npt.NDArray[np.uint16]:
        heads = pc.utf8_slice_codeunits(keys.combine_chunks(), 0, _HEAD).dictionary_encode()
        places = [bisect_right(self._bounds, head) for head in heads.dictionary.to_pylist()]
        found: npt.NDArray[np.uint16] = np.array(places, np.uint16)[heads.indices.to_numpy()]
        return found


def group(table: pa.Table, keys: pa.Array) -> Group:
    """Bring the rows of a table into the order of keys, each of which is there once."""
    owners = pc.index_in(table[KEY].combine_chunks(), value_set=keys).fill_null(len(keys)).to_numpy()
    order = np.argsort(owners, kind="stable")
    cuts = np.searchsorted(owners[order], np.arange(len(keys) + 1)).tolist()
    strangers = table[KEY].take(pa.array(order[cuts[-1] :]))
    return Group(table.take(pa.array(order[: cuts[-1]])), cuts, strangers.combine_chunks())
