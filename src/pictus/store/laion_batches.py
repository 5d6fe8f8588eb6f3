"""Portions of LAION's lists to rows of a corpus: the wanted rows alone are ever more than numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.reading.laion import columns_of
from pictus.reading.row_groups import Groups, batches_in, schema_of
from pictus.record import Origin, Reject
from pictus.store.url_batches import url_batches, url_rows


def laion_batches(
    portion: Groups, origin: Origin, wanted: Mapping[str, Any], *, keep_scores: bool
) -> Iterator[pa.RecordBatch | Reject]:
    """Give the wanted rows of a portion, named by file and row: no other key is in every release and unique."""
    path = portion.path
    columns = columns_of(schema_of(path), path, wanted, keep_scores=keep_scores)
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

            yield from url_batches(rows, origin, tell)


def _shown(rows: pa.RecordBatch, place: int) -> str:
    """Show a row that is set aside."""
    values = {name: rows[name][place].as_py() for name in ("url", "caption")}
    texts = {name: value and value.decode("utf-8", "replace") for name, value in values.items()}
    return orjson.dumps(texts).decode()
