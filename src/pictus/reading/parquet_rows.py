"""Rows of a Parquet file as plain values, each with its place."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pictus.record import Reject

_PLAIN = (str, bytes, bool, int, type(None))
_AT_ONCE = 100  # there may be a picture in each


def parquet_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    """Stream the rows of a file; one that is damaged or missing gives a single `Reject`.

    Values are what JSON has, and bytes: a number that is none is None, and a time is its text.
    """
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path.name}, row {number}", {name: _plain(value) for name, value in row.items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        where = f"{path.name}, after row {number}"
        yield Reject(where=where, reasons=(f"the table cannot be read: {' '.join(str(error).split())[:200]}",))


def _plain(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return str(value)
