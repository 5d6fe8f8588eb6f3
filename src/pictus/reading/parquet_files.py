"""Rows of Parquet files, a few at a time: one file, or all that a dataset's folder holds."""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.record import Reject

_AT_ONCE = 32  # rows: pictures of a megabyte are usual
# A row group may be as large as its file. With both of these Arrow holds a page of it, and else the whole of it twice.
PAGE_BY_PAGE: dict[str, Any] = {"buffer_size": 2**20, "pre_buffer": False}
_SHARD = re.compile(r"(.+?)-\d+-of-\d+(-[0-9a-f]+)?")
_PLACES = ("*.parquet", "*/*.parquet", "*/*/*.parquet")  # as `data/train-…` and `subset/train/0000` lie


def parquet_files(path: Path) -> list[Path]:
    """List a file itself, or the Parquet files of a folder in the order of their names."""
    if not path.is_dir():
        return [path]
    found = [file for place in _PLACES for file in path.glob(place)]
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts))


def split_of(path: Path, root: Path) -> str | None:
    """Tell the split of a file, which its name begins with, or which its folder below the root is called."""
    if shard := _SHARD.fullmatch(path.stem):
        return shard[1]
    folder = path.parent.name if path.parent != root and path != root else ""
    return folder if folder not in ("", "data") else None


def read_schema(path: Path) -> pa.Schema:
    """Read the names and types of a file's columns."""
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def read_parquet(
    path: Path, columns: Sequence[str] | None = None, *, name: str | None = None
) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    """Stream the rows of a file as Python values, each with its place; `name` is what places call the file."""
    name = name or path.name
    number = count(1)
    with opened(path) as file:
        for batch in file.iter_batches(batch_size=_AT_ONCE, columns=columns):
            for row in _values(batch):
                where = f"{name}, row {next(number)}"
                yield (where, row) if row is not None else Reject(where=where, reasons=("it is no UTF-8 text",))


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file for reading a page at a time, or say what is wrong with it."""
    try:
        with pq.ParquetFile(path, **PAGE_BY_PAGE) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def plain(value: Any) -> Any:
    """Give a value as JSON can have it, bytes apart: a number that is none is None, and a time is its text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | bytes | int | None):
        return value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return str(value)


def _values(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | None]:
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:  # Arrow believes what a file says of its texts
        for number in range(batch.num_rows):
            try:
                (row,) = batch.slice(number, 1).to_pylist()
            except UnicodeDecodeError:
                row = None
            yield row


def _unreadable(path: Path, error: Exception) -> PictusError:
    what = f"the file cannot be read: {' '.join(str(error).split())}"
    return PictusError(what, where=str(path), mend="check that it is Parquet and whole, or fetch it again")
