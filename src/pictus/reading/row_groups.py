"""Cut Parquet files into portions of whole row groups, which several processes read at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pictus.reading.parquet_files import opened

_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Neighbouring row groups of a Parquet file."""

    path: Path
    first: int  # number of their first row, from 1
    groups: tuple[int, ...]


def group_portions(path: Path, rows: int) -> Iterator[Groups]:
    """Cut a file into portions of at least so many rows: what lies inside a row group cannot be reached alone."""
    with opened(path) as file:
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
    with opened(portion.path) as file:
        first = portion.first
        groups = list(portion.groups)
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=list(columns), use_threads=False):
            yield first, batch
            first += batch.num_rows
