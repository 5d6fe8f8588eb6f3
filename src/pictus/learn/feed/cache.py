"""A corpus as Arrow files, made once: mapped into memory, where any row is reached at once.

A cache belongs to the corpus whose fingerprint names its folder, so a corpus that changed gets a new one. The folder
has its name when all is in it. What a killed run has finished is kept: files of a gigabyte, each of some shards.
"""

import fcntl
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson
import pyarrow as pa

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.learn.feed.rows import WANTED, Apart, Integers, embedded, known_columns, said, shard_batches
from pictus.reading.rows import BadRow
from pictus.record import Record
from pictus.store import columns
from pictus.store.corpus import Corpus
from pictus.store.receipts import make_again, read_receipt, shard_name
from pictus.store.shards import open_parquet
from pictus.store.whole_file import sync_folder, whole_file

VERSION = 1
FILE_BYTES = 2**30  # of shards, as they are compressed
_INDEX = "cache.json"
_BEGINS = "begins.npy"  # the number of the first row of each batch, of all files one after the other
_READ_ROWS = 200
_BATCH_ROWS, _BATCH_BYTES = 10_000, 64 * 2**20  # few batches, so that all stay open; and offsets of 32 bits suffice
_OPEN = 2_048  # batches: of a terabyte, not all
_GROWTH = 1.25  # words take more room than in a shard, where those that repeat are stored once


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    size_bytes: int
    batches: int


@dataclass(frozen=True, slots=True)
class _Index:
    version: int
    fingerprint: str
    corpus: str  # its name, for people who look
    rows: int
    files: tuple[_File, ...]


class CachedRows:
    """The rows of a corpus, read from its cache."""

    def __init__(self, home: Path, corpus: Corpus) -> None:
        """Open a cache that is whole; its files are mapped when they are asked for."""
        self._made_of = (home, corpus)
        self._home, self._roots = home, corpus.roots
        index = _read_index(home, corpus)
        self._begins: Integers = np.load(home / _BEGINS)
        counts = [file.batches for file in index.files]
        self._files = np.repeat(np.arange(len(counts)), counts)
        self._firsts = np.cumsum([0, *counts])
        self._names = [file.name for file in index.files]
        self._readers: dict[int, Any] = {}
        self._batches: OrderedDict[int, Apart] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        return CachedRows, self._made_of

    def records(self, rows: Integers) -> Sequence[Record | str]:
        """Give what the rows say, without embedded pictures; for one that cannot be read, the reason."""
        if not len(rows):
            return []
        numbers, places = self._found(rows)
        try:
            batches = [self._batch(number) for number in numbers]
            return list(columns.decode(said(batches, places), self._roots))
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            if len(rows) == 1:
                return [f"the cache is damaged: {' '.join(str(error).split())}"]
            return [self.records(rows[place : place + 1])[0] for place in range(len(rows))]

    def pictures(self, row: int) -> Sequence[memoryview | None]:
        """Give the encoded pictures of a row, None for one that is not embedded; damage raises `BadRow`."""
        (number,), (place,) = self._found(np.array([row]))
        try:
            return embedded(self._batch(number), place)
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise BadRow(f"the cache is damaged: {error}") from None

    def _found(self, rows: Integers) -> tuple[list[int], list[int]]:
        numbers = np.searchsorted(self._begins, rows, side="right") - 1
        return numbers.tolist(), (rows - self._begins[numbers]).tolist()

    def _batch(self, number: int) -> Apart:
        """Give a batch; those last used stay open, for describing one again takes longer than reading a row."""
        batch = self._batches.get(number)
        if batch is None:
            file = int(self._files[number])
            if file not in self._readers:
                self._readers[file] = pa.ipc.open_file(pa.memory_map(str(self._home / self._names[file])))
            batch = Apart.of(self._readers[file].get_batch(number - int(self._firsts[file])))
            self._batches[number] = batch
            if len(self._batches) > _OPEN:
                self._batches.popitem(last=False)
        else:
            self._batches.move_to_end(number)
        return batch


def cached(corpus: Corpus, folder: Path, events: Events) -> CachedRows:
    """Open the cache of a corpus below a folder of caches, made if it is not there.

    Of several processes one makes it, and the others wait.
    """
    home = folder / corpus.fingerprint
    if not home.exists():
        with _locked(folder, corpus.fingerprint):
            if not home.exists():
                _make(corpus, home, events)
    return CachedRows(home, corpus)


def _make(corpus: Corpus, home: Path, events: Events) -> None:
    part = home.with_name(f".{home.name}.part")
    part.mkdir(exist_ok=True)
    for leftover in part.glob(".*"):
        leftover.unlink()
    bundles = _bundles(corpus)
    names = [f"{number:06d}.arrow" for number in range(len(bundles))]
    missing = [number for number, name in enumerate(names) if not (part / name).exists()]
    _check_space(corpus, part, [shard for number in missing for shard in bundles[number]])
    events.send("cache_begins", corpus=corpus.name, files=len(names), missing=len(missing))
    for number in missing:
        with whole_file(part / names[number]) as file:
            _write(file, corpus, bundles[number])
        events.send("cache_file", corpus=corpus.name, file=number + 1, files=len(names))
    files, begins = _counted(part, names)
    with whole_file(part / _BEGINS) as file:
        np.save(file, begins[:-1])
    index = _Index(VERSION, corpus.fingerprint, corpus.name, int(begins[-1]), files)
    assert index.rows == corpus.summary["rows"], "a cache has the rows of its corpus"
    with whole_file(part / _INDEX) as file:
        file.write(orjson.dumps(asdict(index), option=orjson.OPT_INDENT_2))
    part.replace(home)
    sync_folder(home.parent)


def _bundles(corpus: Corpus) -> list[list[int]]:
    """Put neighbouring shards together until they make a file."""
    bundles: list[list[int]] = []
    room = 0
    for shard in corpus.shards:
        receipt = read_receipt(corpus.place, shard)
        size = receipt.size_bytes if receipt is not None else FILE_BYTES
        if not bundles or size > room:
            bundles.append([])
            room = FILE_BYTES
        bundles[-1].append(shard)
        room -= size
    return bundles


def _write(file: IO[bytes], corpus: Corpus, shards: Sequence[int]) -> None:
    with pa.ipc.new_file(pa.PythonFile(file, mode="w"), known_columns()) as writer:
        waiting: list[pa.RecordBatch] = []
        rows = size = 0
        for batch in (batch for shard in shards for batch in shard_batches(corpus, shard, size=_READ_ROWS)):
            # What is read next may be large: so the limit is looked at before, not after.
            if waiting and (rows + len(batch) > _BATCH_ROWS or size + batch.nbytes > _BATCH_BYTES):
                writer.write_batch(pa.concat_batches(waiting))
                waiting, rows, size = [], 0, 0
            waiting.append(batch)
            rows, size = rows + len(batch), size + batch.nbytes
        if waiting:
            writer.write_batch(pa.concat_batches(waiting))


def _counted(part: Path, names: Sequence[str]) -> tuple[tuple[_File, ...], Integers]:
    """Look how many batches are in each file, and where each begins; last comes the number of all rows."""
    files, counts = [], [0]
    for name in names:
        with pa.memory_map(str(part / name)) as mapped:
            reader = pa.ipc.open_file(mapped)
            counts += [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]
            files.append(_File(name, (part / name).stat().st_size, reader.num_record_batches))
    return tuple(files), np.cumsum(counts, dtype=np.int64)


def _check_space(corpus: Corpus, folder: Path, shards: Sequence[int]) -> None:
    needed = sum(_size(corpus, shard) for shard in shards)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise PictusError(
            f"the cache of {corpus.name} takes about {needed:,} bytes, and the disk has room for {free:,}",
            where=str(folder.parent),
            mend="make room, name another folder for the cache, or read the corpus directly",
        )


def _size(corpus: Corpus, shard: int) -> int:
    """Estimate the bytes that a shard takes in the cache from what its columns take when they are not compressed."""
    size = 0
    with open_parquet(corpus.place, shard_name(shard), mend=make_again(shard)) as file:
        for group in (file.metadata.row_group(number) for number in range(file.num_row_groups)):
            chunks = [group.column(number) for number in range(group.num_columns)]
            size += sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.startswith(WANTED))
    return round(size * _GROWTH)


def _read_index(home: Path, corpus: Corpus) -> _Index:
    where, mend = str(home), "remove this folder: the cache is made again"
    try:
        told = orjson.loads((home / _INDEX).read_bytes())
        index = _Index(**{**told, "files": tuple(_File(**file) for file in told["files"])})
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise PictusError(f"the index of the cache is damaged: {error}", where=where, mend=mend) from None
    if (index.version, index.fingerprint) != (VERSION, corpus.fingerprint):
        raise PictusError("the cache was made by another version of pictus", where=where, mend=mend)
    for file in index.files:
        path = home / file.name
        if not path.exists() or path.stat().st_size != file.size_bytes:
            raise PictusError("a file of the cache is missing or cut short", where=str(path), mend=mend)
    return index


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
