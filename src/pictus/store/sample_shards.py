"""Write samples to tar shards that are the same bytes whenever, wherever and by whomever they are tally."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path
from tarfile import USTAR_FORMAT, TarInfo
from typing import IO

from pictus.reading.rows import BadRow
from pictus.reading.sample_fields import fields_of
from pictus.record import Record, Reject, reject_record

_BLOCK = 512
_RECORD = 20 * _BLOCK  # tar fills a file up to a multiple of this


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample lies in its shard, and the contents of its files: name, first byte and size."""

    key: str
    start: int
    files: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that was tally."""

    name: str
    places: tuple[Place, ...]
    end: int  # of its last sample


@dataclass(slots=True)
class Tally:
    """What was written of a stream of records, and what was not."""

    rows: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    rejected: list[Reject] = field(default_factory=list)


def write_shards(
    records: Iterable[Record],
    folder: Path,
    name: str,
    *,
    size: int,
    embed: bool,
    tally: Tally,
    problem: Callable[[Mapping[str, bytes]], str] = lambda _: "",
) -> Iterator[Shard]:
    """Write a sample for each record, and give each shard when it is whole.

    Samples are counted through all shards, so that no key stands twice. Where there is none, one shard is empty.

    Args:
        records: what to write.
        folder: where to.
        name: that the names of the shards begin with.
        size: samples in a shard.
        embed: put the bytes of media into the samples.
        tally: takes what was written and what was not.
        problem: says why the files of a sample are not what is wanted, or nothing.
    """
    samples = enumerate(_samples(records, embed, tally, problem))
    name = re.sub(r"[^\w-]+", "-", name)  # braces in it would make a pattern
    for number in count():
        some = list(islice(samples, 1))
        if number and not some:
            return
        yield _write_shard(folder / f"{name}-{number:06d}.tar", chain(some, islice(samples, size - 1)))


def _write_shard(path: Path, samples: Iterable[tuple[int, Mapping[str, bytes]]]) -> Shard:
    with path.open("wb") as file:
        places = tuple(write_sample(file, f"{number:09d}", files) for number, files in samples)
        end = file.tell()
        end_tar(file)
    return Shard(path.name, places, end)


def _samples(
    records: Iterable[Record], embed: bool, tally: Tally, problem: Callable[[Mapping[str, bytes]], str]
) -> Iterator[Mapping[str, bytes]]:
    for record in records:
        lost: set[str] = set()
        try:
            files = fields_of(record, lost, embed=embed)
            if reason := problem(files):
                raise BadRow(reason)
        except BadRow as error:
            tally.rejected.append(reject_record(record, [str(error)], where=f"record {record.id}"))
            continue
        tally.lost.update(lost)
        tally.rows += 1
        yield files


def end_tar(file: IO[bytes]) -> None:
    """Write what the end of a tar looks like."""
    file.write(bytes(2 * _BLOCK + -(file.tell() + 2 * _BLOCK) % _RECORD))


def write_sample(file: IO[bytes], key: str, files: Mapping[str, bytes]) -> Place:
    """Write the files of a sample to a tar, and say where they are."""
    start, places = file.tell(), []
    for name in sorted(files):
        data = files[name]
        head = TarInfo(f"{key}.{name}")  # its time, owner and rights are the same everywhere
        head.size, head.mode = len(data), 0o644
        file.write(head.tobuf(USTAR_FORMAT))
        places.append((name, file.tell(), len(data)))
        file.write(data)
        file.write(bytes(-len(data) % _BLOCK))
    return Place(key, start, tuple(places))
