"""Portions of lists of addresses in Parquet to rows of a corpus: the wanted rows alone are ever more than numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.reading.laion import ListColumns
from pictus.reading.parquet_files import read_schema
from pictus.reading.row_groups import Groups, batches_in, group_portions
from pictus.record import Origin, Record, Reject
from pictus.store.shards import SHARD_ROWS
from pictus.store.url_batches import records_of, url_batches, url_rows


@dataclass(frozen=True, slots=True)
class ListParts:
    """The Parquet files of a list, the origin that its rows share, and what their columns mean.

    A row is named by its file and its number there: no other key is in every release and unique.
    """

    paths: Sequence[Path]
    origin: Origin
    columns: Callable[[pa.Schema, Path], ListColumns]  # finds those of one file; each process does it anew

    def portions(self, rows: int) -> Iterator[Groups]:
        """Cut the files into portions of whole row groups."""
        return chain.from_iterable(group_portions(path, rows) for path in self.paths)

    def records(self) -> Iterator[Record | Reject]:
        """Stream the wanted rows as records."""
        for portion in self.portions(SHARD_ROWS):
            yield from records_of(self.batches(portion, {}))

    def batches(self, portion: Groups, root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch | Reject]:
        """Give the wanted rows of a portion in columns; the pictures have addresses, and no root."""
        path = portion.path
        columns = self.columns(read_schema(path), path)
        stem = path.name.partition(".")[0]
        for first, batch in batches_in(portion, columns.to_read):
            numbers = pa.array(np.arange(first, first + batch.num_rows))
            kept = columns.kept(batch)
            if kept is not None:
                batch, numbers = batch.filter(kept), numbers.filter(kept)
            if batch.num_rows:
                keys = pc.binary_join_element_wise(stem, numbers.cast(pa.string()), ":")
                rows = url_rows(key=keys, **columns.rows(batch))

                def tell(place: int, rows: pa.RecordBatch = rows, numbers: pa.Array = numbers) -> tuple[str, str]:
                    return f"{path.name}, row {numbers[place]}", _shown(rows, place)

                yield from url_batches(rows, self.origin, tell, captioned="caption" in columns.names)


def _shown(rows: pa.RecordBatch, place: int) -> str:
    """Show a row that is set aside."""
    values = {name: rows[name][place].as_py() for name in ("url", "caption")}
    texts = {name: None if value is None else value.decode("utf-8", "replace") for name, value in values.items()}
    return orjson.dumps(texts).decode()
