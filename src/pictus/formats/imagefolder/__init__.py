"""A folder of pictures and a table beside them, as `datasets` loads it by the name `imagefolder`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.formats.imagefolder.metadata import Table, is_table_of_pictures, tables_in
from pictus.formats.imagefolder.records import labelled_pictures, record_of
from pictus.formats.imagefolder.writing import write_folder
from pictus.plugins import Written
from pictus.reading.rows import record_rows
from pictus.record import Record, Reject
from pictus.store.columns import FIELDS


@dataclass(frozen=True, slots=True)
class Format:
    """Folders `train`, `validation` and `test`, each with its pictures and a `metadata.jsonl` that names them.

    A row has `file_name`, or `file_names` where some record has several pictures; `text`, or `captions` where some
    picture has several; `objects` with boxes in pixels, `labels`, `messages`, `tools` as JSON text, `origin`, and
    the other facts as JSON text. Pictures are copied, one that several records show only once. When a folder without
    a table is read, the folder that a picture lies in is its label.
    """

    carries: ClassVar[frozenset[str]] = frozenset({*FIELDS, "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = ("",)

    def sniff(self, path: Path) -> bool:
        """Say whether this is a folder with a table that names pictures."""
        return path.is_dir() and any(is_table_of_pictures(table) for table in tables_in(path, deep=False))

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records, split after split; pictures are named below the folder."""
        root = str(pictures or path)
        tables = tables_in(path)
        if not tables:
            yield from labelled_pictures(path, root)
        for table in tables:
            yield from _records(table, path.name, root)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a folder that appears under its name only when it is whole."""
        return write_folder(records, path)


def _records(table: Table, dataset: str, root: str) -> Iterator[Record | Reject]:
    return record_rows(table.rows(), lambda row, where: record_of(row, where, dataset, root, table))
