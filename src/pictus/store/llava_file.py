"""An annotation file of LLaVA's layout: its records, one by one or a portion at a time in columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyarrow import RecordBatch

from pictus.reading.json import read_rows
from pictus.reading.llava_rows import LlavaRows, llava_records
from pictus.reading.portions import Portion, array_portions
from pictus.record import Record, Reject
from pictus.store.llava_batches import llava_batches


@dataclass(frozen=True, slots=True)
class LlavaFile:
    """A JSON array, or JSON Lines, and how its rows become records."""

    path: Path
    rows: LlavaRows

    def records(self) -> Iterator[Record | Reject]:
        """Stream the records, one a row; a row that is no conversation is set aside."""
        return llava_records(read_rows(self.path), self.rows)

    def portions(self, rows: int) -> Iterator[Portion] | None:
        """Cut the file into portions of so many rows; None where it must be read from its beginning."""
        return array_portions(self.path, rows)

    def batches(self, portion: Portion, root_names: Mapping[str, str]) -> Iterator[RecordBatch | Reject]:
        """Give the rows of a portion in columns."""
        return llava_batches(portion, self.rows, root_names)
