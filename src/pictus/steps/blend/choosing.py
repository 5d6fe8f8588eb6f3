"""Choose the rows of a corpus that a part of a blend may take, and keep the choice: it is made once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from pictus import __version__
from pictus.engine.events import Events
from pictus.errors import PictusError, unknown_name
from pictus.record import Record
from pictus.stages import Bounds
from pictus.steps.blend.held_out import REASON, held_rows
from pictus.steps.blend.order import Integers
from pictus.steps.blend.sieve import Flags, Licences, Sieve, Sifted, sifted
from pictus.steps.blend.spoken import PROGRAM
from pictus.store.columns import encode
from pictus.store.corpus import Corpus
from pictus.store.shards import read_batches, sha256_of
from pictus.store.side import read_side, side_name
from pictus.store.whole_file import whole_file

_Looked: TypeAlias = tuple[Sifted, Integers]  # a batch, and the rows of it that would stand, were they not held out
Numbers: TypeAlias = npt.NDArray[np.float64]

FOLDER = "chosen"
_SAMPLE_SHARDS, _SAMPLE_ROWS = 8, 2_500  # of a corpus, where only about how much there is, is asked


@dataclass(slots=True)
class Counts:
    """What the rows that stand hold, and why others do not."""

    rows: int = 0  # of the corpus
    seen: int = 0  # of these, that were looked at
    chosen: int = 0  # of these, that stand
    held: int = 0  # that would stand, and are held out
    left_out: Counter[str] = field(default_factory=Counter)  # by reason
    tokens: int = 0  # of the texts of the rows that stand, estimated
    pictures: int = 0
    licences: Counter[Licences] = field(default_factory=Counter)

    def add(self, found: Sifted, held: Integers) -> None:
        """Count a batch, and the rows of it that are held out."""
        self.held += len(held)
        self.seen += len(found.stands)
        self.chosen += int(found.stands.sum())
        self.left_out.update(found.left_out)
        self.licences.update(found.licences)
        self.tokens += found.tokens
        self.pictures += found.pictures

    def scaled(self, count: int) -> int:
        """Give a count of what was looked at as one of the whole corpus."""
        return count if self.seen == self.rows else round(count * self.rows / max(self.seen, 1))


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows that stand: how many, and the file of their numbers, where not all do; and of those held out."""

    counts: Counts
    file: str | None
    held_file: str | None = None

    @property
    def files(self) -> list[str]:
        """Name the files that it needs."""
        return [file for file in (self.file, self.held_file) if file is not None]


def chosen(corpus: Corpus, sieve: Sieve, folder: Path, events: Events) -> Choice:
    """Choose the rows of a corpus, or find the choice that was made before; it is kept in a folder."""
    told = folder / f"{FOLDER}/{_identity(corpus, sieve)}.json"
    found = _read(told)
    if found is not None and all((folder / file).is_file() for file in found.files):
        return found
    counts = Counts(rows=corpus.summary["rows"])
    kept, held = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for number in corpus.shards:
        for some, spared in _sifted_shard(corpus, number, sieve):
            kept.append(np.flatnonzero(some.stands) + counts.seen)
            held.append(spared + counts.seen)
            counts.add(some, spared)
            events.send("rows", rows=counts.seen)
    choice = Choice(
        counts,
        _kept(np.concatenate(kept), folder) if counts.chosen < counts.rows else None,
        _kept(np.concatenate(held), folder) if counts.held else None,
    )
    with whole_file(told) as file:
        file.write(orjson.dumps({"file": choice.file, "held_file": choice.held_file, **_plain(counts)}))
    return choice


def _kept(rows: Integers, folder: Path) -> str:
    """Write numbers of rows, named by what they are: the same have the same name however they were chosen."""
    name = f"{FOLDER}/{blake2b(rows.tobytes(), digest_size=12).hexdigest()}.npy"
    with whole_file(folder / name) as file:
        np.save(file, rows)
    return name


def _plain(counts: Counts) -> dict[str, Any]:
    plain = {one.name: getattr(counts, one.name) for one in fields(counts)}
    return {**plain, "licences": [[*names, count] for names, count in counts.licences.items()]}


def _read(path: Path) -> Choice | None:
    """Read a choice that was made; one that cannot be read is made anew."""
    try:
        told = orjson.loads(path.read_bytes())
        file, held_file = told.pop("file"), told.pop("held_file")
        told["licences"] = Counter({(picture, text, model): count for picture, text, model, count in told["licences"]})
        return Choice(Counts(**{**told, "left_out": Counter(told["left_out"])}), file, held_file)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def looked_at(corpus: Corpus, sieve: Sieve) -> Counts:
    """Look at a small corpus whole, and at the beginnings of a few shards of a large one."""
    counts, shards = Counts(rows=corpus.summary["rows"]), corpus.shards
    if counts.rows > _SAMPLE_SHARDS * _SAMPLE_ROWS:
        step = max(1, len(shards) // _SAMPLE_SHARDS)
        for number in shards[::step][:_SAMPLE_SHARDS]:
            for found in islice(_sifted_shard(corpus, number, sieve, rows=_SAMPLE_ROWS), 1):
                counts.add(*found)
    else:
        for number in shards:
            for found in _sifted_shard(corpus, number, sieve):
                counts.add(*found)
    return counts


def looked_at_rows(records: list[Record], sieve: Sieve, *, are_all: bool) -> Counts:
    """Look at the first rows of what is not imported yet; how many there will be is not known, if they are not all."""
    counts = Counts(rows=len(records))
    if records:
        roots = {medium.root: "root" for record in records for medium in record.media if medium.root is not None}
        is_held = np.zeros(len(records), np.bool_)
        if are_all:
            is_held[held_rows(len(records), sieve.held_out, sieve.held_seed)] = True
        counts.add(*_looked_at(encode(records, roots), sieve, is_held, []))
    return counts


def _sifted_shard(corpus: Corpus, number: int, sieve: Sieve, *, rows: int = 10_000) -> Iterator[_Looked]:
    outside = list(_outside(corpus, number, sieve.part.scores))
    is_held = _held_of(corpus, number, sieve)
    before = 0
    size = min(rows, 1_000) if sieve.checks else rows  # with all columns come the pixels
    for batch in read_batches(corpus.place, number, sieve.columns, size=size):
        here = slice(before, before + batch.num_rows)
        yield _looked_at(batch, sieve, is_held[here], [(fails[here], reason) for fails, reason in outside])
        before += batch.num_rows


def _looked_at(batch: pa.RecordBatch, sieve: Sieve, is_held: Flags, outside: list[tuple[Flags, str]]) -> _Looked:
    """Look at what is held out apart, to know what of it would stand, and then at all, as if none of it did."""
    held = np.flatnonzero(is_held)
    if not len(held):
        return sifted(batch, sieve, outside), held
    alone = sifted(batch.take(pa.array(held)), sieve, [(fails[held], reason) for fails, reason in outside])
    return sifted(batch, sieve, [*outside, (is_held, REASON)]), held[alone.stands]


def _held_of(corpus: Corpus, number: int, sieve: Sieve) -> Flags:
    """Say which rows of a shard are held out."""
    sizes = {entry["shard"]: entry["rows"] for entry in corpus.summary["shards"]}
    first = sum(sizes[shard] for shard in corpus.shards[: corpus.shards.index(number)])
    found = held_rows(corpus.summary["rows"], sieve.held_out, sieve.held_seed) - first
    flags = np.zeros(sizes[number], np.bool_)
    flags[found[(found >= 0) & (found < len(flags))]] = True
    return flags


def _identity(corpus: Corpus, sieve: Sieve) -> str:
    """Name a choice by all that decides about it."""
    part = sieve.part
    asked = [part.require, part.stage, part.checks, {name: bounds.model_dump() for name, bounds in part.scores.items()}]
    tables = sorted({name.partition(".")[0] for name in part.scores})
    sides = [sha256_of(corpus.place, side_name(table, shard)) for table in tables for shard in corpus.shards]
    held = [sieve.held_out, sieve.held_seed] if sieve.held_out else None
    known = [__version__, PROGRAM, corpus.fingerprint, sieve.stage, sieve.captions, asked, sides, held]
    return blake2b(orjson.dumps(known, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _outside(corpus: Corpus, shard: int, scores: Mapping[str, Bounds]) -> Iterator[tuple[Flags, str]]:
    """Find the rows of a shard whose scores are out of bounds, or that nobody judged."""
    for name, bounds in scores.items():
        table, column = name.split(".")
        numbers = _numbers(read_side(corpus, table, shard), table, column, corpus)
        yield np.isnan(numbers), f"{name}: nobody said"
        if bounds.least is not None:
            yield numbers < bounds.least, f"{name}: less than {bounds.least:g}"
        if bounds.most is not None:
            yield numbers > bounds.most, f"{name}: more than {bounds.most:g}"


def _numbers(side: pa.Table, table: str, column: str, corpus: Corpus) -> Numbers:
    where = f"{corpus.place}, side table `{table}`"
    if column not in side.column_names:
        raise unknown_name("column", column, [name for name in side.column_names if name != "id"], where=where)
    kind = side.schema.field(column).type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise PictusError(f"`{column}` holds no numbers", where=where, mend="bounds go with columns of numbers")
    numbers: Numbers = side[column].cast(pa.float64()).combine_chunks().to_numpy(zero_copy_only=False)
    return numbers
