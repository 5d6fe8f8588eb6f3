"""How the rows of a corpus are cut into shards of pictures, and which rows wait for the picture of another.

An address that stands in several rows is asked for once. Rows of one shard share it. A row whose address stood in an
earlier shard comes late: after all others, in shards that take the picture from where it is by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pictus.record import Record
from pictus.store import columns
from pictus.store.corpus import Corpus
from pictus.store.shards import read_batches

_ADDRESSES = ("media.list.element.url", "media.list.element.kind", "images.list.element.path")


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of one shard of the input."""

    shard: int
    first: int
    count: int
    left_out: frozenset[int] = frozenset()  # rows among them that come late


@dataclass(frozen=True, slots=True)
class Late:
    """Rows whose pictures others asked for: each with the shard that holds them."""

    rows: tuple[tuple[int, int], ...]  # shard of the input, and row in it
    known: tuple[tuple[int, ...], ...]  # of each row, the shards where its pictures are


@dataclass(frozen=True, slots=True)
class Cut:
    """The shards of pictures to make, in their order."""

    slices: tuple[Slice, ...]
    late: tuple[Late, ...]


def cut(corpus: Corpus, rows: int, *, limit: int | None = None) -> Cut:
    """Cut a corpus into slices of so many rows, and find the rows that come late."""
    slices = list(_slices(corpus, rows, limit))
    starts = np.cumsum([0, *(one.count for one in slices)])
    hashes, owners = _addresses(corpus, slices)
    late = _late(hashes, owners, starts)
    left_out: dict[int, set[int]] = {}
    places = []
    for row in late:
        number = int(np.searchsorted(starts, row, "right")) - 1
        place = slices[number].first + row - int(starts[number])
        left_out.setdefault(number, set()).add(place)
        places.append((slices[number].shard, place))
    kept = [
        Slice(one.shard, one.first, one.count, frozenset(left_out.get(number, ()))) for number, one in enumerate(slices)
    ]
    known = list(late.values())
    portions = range(0, len(late), rows)
    return Cut(
        tuple(kept),
        tuple(Late(tuple(places[at : at + rows]), tuple(known[at : at + rows])) for at in portions),
    )


def rows_of(corpus: Corpus, part: Slice) -> Iterator[Record]:
    """Stream the records of a slice, those that come late left out."""
    end = part.first + part.count
    wanted = [row for row in range(part.first, end) if row not in part.left_out]
    yield from _records(corpus, part.shard, wanted)


def picked(corpus: Corpus, places: Sequence[tuple[int, int]]) -> list[Record]:
    """Give single rows, by shard and row, in the order that was asked for."""
    by_shard: dict[int, list[int]] = {}
    for shard, row in places:
        by_shard.setdefault(shard, []).append(row)
    found = {
        (shard, row): record
        for shard, rows in by_shard.items()
        for row, record in zip(sorted(rows), _records(corpus, shard, sorted(rows)), strict=True)
    }
    return [found[place] for place in places]


def _records(corpus: Corpus, shard: int, rows: Sequence[int]) -> Iterator[Record]:
    """Stream the rows of these ascending numbers."""
    first = at = 0
    for batch in read_batches(corpus.place, shard, columns.columns_of(columns.FIELDS)):
        if at == len(rows):
            return
        end = at
        while end < len(rows) and rows[end] < first + batch.num_rows:
            end += 1
        if end > at:
            yield from columns.decode(batch.take(pa.array([row - first for row in rows[at:end]])), corpus.roots)
        at, first = end, first + batch.num_rows


def _slices(corpus: Corpus, rows: int, limit: int | None) -> Iterator[Slice]:
    left = limit
    for entry in corpus.summary["shards"]:
        for first in range(0, entry["rows"], rows):
            count = min(rows, entry["rows"] - first)
            if left is not None:
                count = min(count, left)
                left -= count
            if count:
                yield Slice(entry["shard"], first, count)


def _addresses(corpus: Corpus, slices: Sequence[Slice]) -> tuple[np.ndarray, np.ndarray]:
    """Give a hash of each address of a picture that is not here, and the number of its row among all."""
    hashes, owners, before = [], [], 0
    counts: dict[int, int] = {}
    for one in slices:
        counts[one.shard] = counts.get(one.shard, 0) + one.count
    for shard, count in counts.items():
        first = 0
        for batch in read_batches(corpus.place, shard, _ADDRESSES, size=50_000):
            batch = batch.slice(0, min(batch.num_rows, count - first))
            urls, rows = _pending(batch)
            hashes.append(np.frombuffer(b"".join(map(_digest, urls)), np.uint64))
            owners.append(rows + before + first)
            first += batch.num_rows
        before += count
    if not hashes:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    return np.concatenate(hashes), np.concatenate(owners)


def _pending(batch: pa.RecordBatch) -> tuple[list[str], np.ndarray]:
    """List the addresses of pictures that have no file, each with its row."""
    media = batch["media"]
    urls = media.flatten().field("url")
    rows = pc.list_parent_indices(media).to_numpy()
    is_image = pc.equal(media.flatten().field("kind"), "image").to_numpy(zero_copy_only=False)
    is_wanted = is_image & urls.is_valid().to_numpy(zero_copy_only=False)
    is_wanted[is_image] &= batch["images"].flatten().is_null().to_numpy(zero_copy_only=False)
    return urls.filter(pa.array(is_wanted)).to_pylist(), rows[is_wanted]


def _digest(url: str) -> bytes:
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _late(hashes: np.ndarray, owners: np.ndarray, starts: np.ndarray) -> dict[int, tuple[int, ...]]:
    """Find the rows with an address that stood in an earlier slice; give the numbers of those slices."""
    order = np.argsort(hashes, kind="stable")
    ordered, rows = hashes[order], owners[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else order
    group = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(ordered))))
    home = np.searchsorted(starts, rows[begins], "right") - 1  # the slice where each address stood first
    slices = np.searchsorted(starts, rows, "right") - 1
    found: dict[int, tuple[int, ...]] = {}
    for place in np.flatnonzero(slices != home[group]):
        row, where = int(rows[place]), int(home[group[place]])
        found[row] = tuple(sorted({*found.get(row, ()), where}))
    return dict(sorted(found.items()))
