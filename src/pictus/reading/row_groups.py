"""Cut Parquet files into portions of whole row groups, which several processes read at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError

_BATCH_ROWS = 50_000
_BUFFER_BYTES = 2**20  # of a column at a time: row groups of Spark are large


@dataclass(frozen=True, slots=True)
class Groups:
    """Neighbouring row groups of a Parquet file."""

    path: Path
    first: int  # number of their first row, from 1
    groups: tuple[int, ...]


def group_portions(path: Path, rows: int) -> Iterator[Groups]:
    """Cut a file into portions of at least so many rows: what lies inside a row group cannot be reached alone."""
    with _opened(path) as file:
        counts = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    first, held, groups = 1, 0, []
    for number, count in enumerate(counts):
        groups.append(number)
        held += count
        if held >= rows:
            yield Groups(path, first, tuple(groups))
            first, held, groups = first + held, 0, []
    if groups:
        yield Groups(path, first, tuple(groups))


def batches_in(portion: Groups, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Stream some columns of a portion, each batch with the number of its first row."""
    with _opened(portion.path) as file:
        first = portion.first
        groups = list(portion.groups)
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=list(columns), use_threads=False):
            yield first, batch
            first += batch.num_rows


def schema_of(path: Path) -> pa.Schema:
    """Read the schema of a file."""
    with _opened(path) as file:
        return file.schema_arrow


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        mend = "check that it is a whole Parquet file, or fetch it again"
        raise PictusError(f"the file cannot be read: {said}", where=str(path), mend=mend) from None
