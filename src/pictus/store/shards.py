"""One shard: rows to a Parquet file, those set aside to another, and back."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.reading.parquet_files import PAGE_BY_PAGE
from pictus.record import Record, Reject
from pictus.store import columns
from pictus.store.place import Place
from pictus.store.receipts import Receipt, Tally, make_again, rejects_name, shard_name, write_receipt

SHARD_ROWS = 10_000
SHARD_BYTES = 256 * 2**20  # of pictures
_GROUP_WITH_PICTURES = 100  # the Hub's viewer wants this, and random rows are 10 times faster than with 1,000
_GROUP = 10_000
_ALIVE = 1_000  # records in memory at once, with their pictures about 100 MB
_REJECTS = pa.schema(
    [("where", pa.string()), ("id", pa.string()), ("reasons", pa.list_(pa.string())), ("row", pa.string())]
)


class Rows:
    """The input of shards written one after the other: an iterator that knows whether anything is left."""

    def __init__(self, rows: Iterable[Record | Reject]) -> None:
        self._rows = iter(rows)
        self._next: list[Record | Reject] = []

    def __iter__(self) -> Iterator[Record | Reject]:
        return self

    def __next__(self) -> Record | Reject:
        return self._next.pop() if self._next else next(self._rows)

    def ended(self) -> bool:
        """Say whether nothing is left; reads one row ahead to know."""
        if not self._next:
            for row in self._rows:
                self._next.append(row)
                break
        return not self._next


def write_shard(
    place: Place, number: int, rows: Rows, *, root_names: Mapping[str, str], limit: int | None = None
) -> Receipt:
    """Write rows until the input ends or the shard is full; then the rejects, then the receipt.

    Args:
        place: the corpus.
        number: of the shard.
        rows: what to write, and what to set aside with its reasons.
        root_names: the corpus's names for the media roots that the records use.
        limit: how many rows to take from the input; None for all, however many.
    """
    tally = Tally()
    return _write(place, number, encoded(_taken(rows, tally, limit), root_names), tally, rows.ended)


def write_batches(
    place: Place,
    number: int,
    found: Iterable[pa.RecordBatch | Reject],
    *,
    beside: Callable[[], None] = lambda: None,
    **of_the_receipt: Any,
) -> Receipt:
    """Write rows that are in columns already, all of them; then the rejects, what stands beside, and the receipt."""
    tally = Tally()

    def kept() -> Iterator[pa.RecordBatch]:
        for one in found:
            if isinstance(one, Reject):
                tally.rejects.append(one)
            else:
                yield one

    return _write(place, number, kept(), tally, lambda: True, beside, **of_the_receipt)


def _write(
    place: Place,
    number: int,
    batches: Iterator[pa.RecordBatch],
    tally: Tally,
    ended: Callable[[], bool],
    beside: Callable[[], None] = lambda: None,
    **of_the_receipt: Any,
) -> Receipt:
    def counted() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            tally.count(batch)
            yield batch

    with place.publish(shard_name(number)) as file:
        hashed = _Hashed(file)
        write_rows(hashed, counted())
    rejects_sha256 = _write_rejects(place, number, tally.rejects) if tally.rejects else None
    beside()
    receipt = tally.receipt(
        number,
        **of_the_receipt,
        sha256=hashed.sha256.hexdigest(),
        size_bytes=hashed.size,
        input_ended=ended(),
        rejects_sha256=rejects_sha256,
    )
    write_receipt(place, receipt)
    return receipt


def read_shard(
    place: Place, number: int, *, roots: Mapping[str, str], fields: Collection[str] = columns.FIELDS
) -> Iterator[Record]:
    """Stream the records of a shard, reading only the columns that the wanted fields need."""
    for batch in read_batches(place, number, columns.columns_of(fields)):
        yield from columns.decode(batch, roots)


def read_batches(place: Place, number: int, wanted: Collection[str], *, size: int = _ALIVE) -> Iterator[pa.RecordBatch]:
    """Stream the rows of a shard as they stand in columns; a part of a column is named by its path in the file.

    What an older shard lacks is left out.
    """
    name = shard_name(number)
    with open_parquet(place, name, mend=make_again(number)) as file:
        check_schema(file.schema_arrow, place.where(name))
        known = [column for column in wanted if column.partition(".")[0] in file.schema_arrow.names]
        yield from file.iter_batches(batch_size=size, columns=known)


def shard_ids(place: Place, number: int) -> list[str]:
    """Read the ids of a shard."""
    with open_parquet(place, shard_name(number), mend=make_again(number)) as file:
        ids: list[str] = file.read(columns=["id"])["id"].to_pylist()
    return ids


def shard_tells_facts(place: Place, number: int) -> Iterator[tuple[str, bool]]:
    """Stream the id of each row of a shard, and whether it has facts."""
    with open_parquet(place, shard_name(number), mend=make_again(number)) as file:
        for batch in file.iter_batches(batch_size=_ALIVE, columns=["id", "facts"]):
            yield from zip(batch["id"].to_pylist(), columns.tells_facts(batch["facts"]), strict=True)


def read_rejects(place: Place, number: int) -> Iterator[Reject]:
    """Stream the rows that a shard set aside."""
    name = rejects_name(number)
    if place.exists(name):
        with open_parquet(place, name, mend=make_again(number)) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    yield Reject(where=row["where"], id=row["id"], reasons=tuple(row["reasons"]), row=row["row"])


@contextmanager
def open_parquet(place: Place, name: str, *, mend: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file of a corpus, or say what is wrong with it."""
    try:
        file = _parquet(place, name)
    except FileNotFoundError:
        raise PictusError("the file is missing", where=place.where(name), mend=mend) from None
    except (pa.ArrowException, OSError) as error:
        raise _damaged(place.where(name), error, mend) from None
    with file:
        try:
            yield file
        except (pa.ArrowException, OSError) as error:
            raise _damaged(place.where(name), error, mend) from None


def _parquet(place: Place, name: str) -> pq.ParquetFile:
    if place.folder is not None:  # Arrow's own file, which needs nothing of Python
        return pq.ParquetFile(place.folder / name, **PAGE_BY_PAGE)
    return _FromAfar(place.open(name), pre_buffer=False)


class _FromAfar(pq.ParquetFile):  # type: ignore[misc]
    """A file whose bytes Python code brings, to the thread that asked alone.

    A thread of Arrow's that is about to call Python, or to let go of what it got there, when the interpreter closes
    ends the process with "terminate called without an active exception": after all work was done, once in some
    hundred runs.
    """

    def read(self, *args: Any, **kwargs: Any) -> pa.Table:
        return super().read(*args, **kwargs | {"use_threads": False})

    def iter_batches(self, *args: Any, **kwargs: Any) -> Iterator[pa.RecordBatch]:
        yield from super().iter_batches(*args, **kwargs | {"use_threads": False})

    def read_row_group(self, *args: Any, **kwargs: Any) -> pa.Table:
        return super().read_row_group(*args, **kwargs | {"use_threads": False})

    def close(self, force: bool = True) -> None:
        super().close(force)


def sha256_of(place: Place, name: str) -> str:
    """Hash a file of a corpus."""
    digest = hashlib.sha256()
    with place.open(name) as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def check_schema(schema: pa.Schema, where: str) -> None:
    """Refuse a file that is no shard, or one of a version that this pictus does not know."""
    note = (schema.metadata or {}).get(b"pictus")
    if note is None or "id" not in schema.names:
        raise PictusError(
            "this Parquet file is no shard of a corpus",
            where=where,
            mend="import it: `hub_parquet` reads conversations, and `columns` any table by a mapping",
        )
    version = orjson.loads(note)["schema"]
    if version > columns.SCHEMA_VERSION:
        raise PictusError(
            f"the shard has schema version {version}, this pictus knows up to {columns.SCHEMA_VERSION}",
            where=where,
            mend="install a newer pictus: `pip install --upgrade pictus`",
        )


def _damaged(where: str, error: Exception, mend: str) -> PictusError:
    return PictusError(f"the file is damaged: {' '.join(str(error).split())}", where=where, mend=mend)


class _Hashed:
    """A file that hashes what is written to it."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        self.size += memoryview(data).nbytes
        return self.file.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self.file.flush()


def _taken(rows: Rows, tally: Tally, limit: int | None) -> Iterator[Record]:
    """Take rows until the shard is full, and set aside the rejects among them."""
    taken = picture_bytes = 0
    while limit is None or (taken < limit and picture_bytes < SHARD_BYTES):
        row = next(rows, None)
        if row is None:
            return
        taken += 1
        if isinstance(row, Reject):
            tally.rejects.append(row)
        else:
            picture_bytes += sum(len(medium.data) for medium in row.media if medium.data is not None)
            yield row


def encoded(records: Iterator[Record], root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    """Bring records into columns, some at a time: so they take far less memory."""
    while alive := list(islice(records, _ALIVE)):
        yield columns.encode(alive, root_names)


def write_rows(file: Any, batches: Iterable[pa.RecordBatch]) -> None:
    """Write rows to a Parquet file in the schema of a corpus."""
    with pq.ParquetWriter(
        pa.PythonFile(file, mode="w"),
        columns.schema(),
        compression=_COMPRESSION,
        use_dictionary=_REPEATED,
        write_page_index=True,
    ) as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch)
            pictures = batch["images"].flatten().field("bytes")
            has_pictures = pictures.null_count < len(pictures)
            if has_pictures or sum(one.num_rows for one in waiting) >= _GROUP:
                table = pa.Table.from_batches(waiting)
                writer.write_table(table, row_group_size=_GROUP_WITH_PICTURES if has_pictures else _GROUP)
                waiting.clear()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting), row_group_size=_GROUP)


def _write_rejects(place: Place, number: int, rejects: list[Reject]) -> str:
    rows = [{"where": r.where, "id": r.id, "reasons": list(r.reasons), "row": r.row} for r in rejects]
    with place.publish(rejects_name(number)) as file:
        hashed = _Hashed(file)
        table = pa.Table.from_pylist(rows, schema=_REJECTS)
        pq.write_table(table, pa.PythonFile(hashed, mode="w"), compression="zstd")
    return hashed.sha256.hexdigest()


def _leaves(name: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """Name the columns of a Parquet file as its writer's options want them."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field_ in kind:
            yield from _leaves(f"{name}.{field_.name}", field_.type)
    else:
        yield name, kind


_ALL_LEAVES = [leaf for field_ in columns.schema() for leaf in _leaves(field_.name, field_.type)]
# Encoded pictures do not get smaller, and uncompressed they can be read without a copy.
_COMPRESSION = {name: "none" if kind == pa.binary() else "zstd" for name, kind in _ALL_LEAVES}
# A dictionary of texts that are all different takes time, and room too.
_DIFFERENT = {"id", "origin.key", "media.list.element.url", "facts.captions.list.element"}
_REPEATED = [name for name, kind in _ALL_LEAVES if kind == pa.string() and name not in _DIFFERENT]
