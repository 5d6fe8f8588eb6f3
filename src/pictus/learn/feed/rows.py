"""Rows of a corpus in any sequence, as training needs them: what is said, and apart from it the embedded pictures.

Each process looks at the words of all samples of a step, and at the pictures of a few. So the bytes of pictures stand
in a column of their own, and what nobody learns from is not read at all.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import NamedTuple, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pictus.record import Record
from pictus.store import columns
from pictus.store.corpus import Corpus
from pictus.store.receipts import make_again, shard_name
from pictus.store.shards import check_schema, open_parquet

Integers: TypeAlias = npt.NDArray[np.int64]

PICTURES = "encoded"  # the column of what pictures are embedded: a list a row
# By their paths in a shard: of the facts what can be said, and of the origin what names a row.
WANTED = (
    "id",
    "messages",
    "images",
    "media",
    "tools",
    *(f"facts.{name}" for name in ("captions", "motions", "answers", "choices")),
    "facts.narratives.list.element.text",  # without the track of the pointer, which takes a hundred times as much
    *(f"origin.{name}" for name in ("dataset", "key", "split")),
)


class Rows(Protocol):
    """The rows of a corpus, by their numbers, in any sequence. It may be sent to other processes."""

    def records(self, rows: Integers) -> Sequence[Record | str]:
        """Give what the rows say, without embedded pictures; for one that cannot be read, the reason."""
        ...

    def pictures(self, row: int) -> Sequence[memoryview | None]:
        """Give the encoded pictures of a row, None for one that is not embedded; damage raises `BadRow`."""
        ...


def shard_batches(corpus: Corpus, shard: int, *, size: int) -> Iterator[pa.RecordBatch]:
    """Stream a shard, the bytes of pictures apart."""
    name = shard_name(shard)
    with open_parquet(corpus.place, name, mend=make_again(shard)) as file:
        check_schema(file.schema_arrow, corpus.place.where(name))
        for batch in file.iter_batches(batch_size=size, columns=list(WANTED), use_threads=False):
            yield set_apart(batch)


def set_apart(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Put the bytes of the pictures in a column of their own, and bring an older shard into today's columns."""
    columns_there = dict(zip(batch.schema.names, batch.columns, strict=True))
    images = columns_there["images"]
    flat, offsets = images.flatten(), images.offsets.to_numpy()
    offsets = offsets - offsets[0]
    nothing = pa.nulls(len(flat), pa.binary())
    named = pa.StructArray.from_arrays([nothing, flat.field("path")], names=["bytes", "path"])
    columns_there["images"] = pa.ListArray.from_arrays(offsets, named)
    columns_there[PICTURES] = pa.ListArray.from_arrays(offsets, flat.field("bytes"))
    known = known_columns()
    arrays = [
        columns_there[field.name].cast(field.type) if field.name in columns_there else pa.nulls(len(batch), field.type)
        for field in known
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=known)


@cache
def known_columns() -> pa.Schema:
    """Say which columns there are: what is left of a shard of today when only the wanted ones are read."""
    file = BytesIO()
    pq.write_table(pa.Table.from_batches([columns.encode([], {})]), file)
    read = pq.ParquetFile(file).read(columns=list(WANTED)).schema.remove_metadata()
    images = read.get_field_index("images")
    pictures = pa.field(PICTURES, pa.list_(pa.binary()))
    return read.set(images, pa.field("images", columns.schema().field("images").type)).append(pictures)


class Apart(NamedTuple):
    """A batch of rows, cut in two once: for each row again, that would take as long as reading it."""

    said: pa.RecordBatch
    encoded: pa.ListArray

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> Self:
        """Cut a batch in two."""
        return cls(batch.select([name for name in batch.schema.names if name != PICTURES]), batch[PICTURES])


def said(batches: Sequence[Apart], places: Sequence[int]) -> pa.RecordBatch:
    """Take one row of each batch, without the pictures."""
    return pa.concat_batches([batch.said.slice(place, 1) for batch, place in zip(batches, places, strict=True)])


def embedded(batch: Apart, place: int) -> list[memoryview | None]:
    """Give the pictures of a row as they lie in memory, or in the mapped file."""
    found = batch.encoded[place].values
    return [memoryview(picture.as_buffer()) if picture.is_valid else None for picture in found]
