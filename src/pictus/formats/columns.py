"""A table of your own, read by a short YAML file that says what its columns mean."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.column_mapping import MAPPING, ColumnMapping, check_columns, read_mapping
from pictus.reading.mapped_rows import mapped_record
from pictus.reading.parquet_files import parquet_files, split_of
from pictus.reading.rows import record_rows
from pictus.reading.tables import kind_of_table, open_table
from pictus.record import Record, Reject


@dataclass(frozen=True, slots=True)
class Format:
    """Parquet, CSV, columns between tabs (`.tsv`), JSON Lines or a JSON array; or a folder of Parquet files.

    The mapping names columns for `key`, `image`, `captions`, `question`, `answer`, `choices` and more under `columns`,
    and what is the same in every row under `constants`: docs/your-own-data.md explains them.
    """

    mapping: str = ""  # the YAML file; empty: columns.yaml beside the table

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "facts", "origin"})
    suffixes: ClassVar[tuple[str, ...]] = ()  # it writes none

    def sniff(self, path: Path) -> bool:
        """Say whether columns.yaml beside a table says what its columns mean."""
        beside = self._mapping(path)
        try:
            files = parquet_files(path)
            if not beside.is_file() or not files or not kind_of_table(files[0]):
                return False
            self._checked(path)
        except PictusError:
            return False
        return True

    def files(self, path: Path) -> list[Path]:
        """List the mapping and the tables."""
        return [self._known_mapping(path), *parquet_files(path)]

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records of all tables."""
        root = str(Path(pictures or (path if path.is_dir() else path.parent)).absolute())
        return self._records(path, self._checked(path), root)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Refuse: columns that mean what a mapping says are made by whoever wrote the mapping."""
        raise PictusError(
            "the format columns is only read", where=str(path), mend="`parquet` writes a table with all of a record"
        )

    def _mapping(self, path: Path) -> Path:
        return Path(self.mapping) if self.mapping else (path if path.is_dir() else path.parent) / MAPPING

    def _known_mapping(self, path: Path) -> Path:
        where = self._mapping(path)
        if not where.is_file():
            means = "columns: {image: NAME, captions: NAME}"
            mend = f"write what they mean, such as `{means}`, into it, or name such a file: `--set mapping=FILE.yaml`"
            raise PictusError("there is no mapping of the columns", where=str(where), mend=mend)
        return where

    def _checked(self, path: Path) -> ColumnMapping:
        """Read the mapping, and look whether every table has its columns."""
        where = self._known_mapping(path)
        mapping, lines = read_mapping(where)
        files = parquet_files(path)
        if not files:
            raise PictusError("there is no Parquet file in this folder", where=str(path), mend="name one file")
        for file in files:
            check_columns(mapping, lines, open_table(file).names, where=where, table=file)
        return mapping

    def _records(self, path: Path, mapping: ColumnMapping, root: str) -> Iterator[Record | Reject]:
        dataset = path.absolute().name if path.is_dir() else path.name.partition(".")[0]
        for file in parquet_files(path):
            name = file.relative_to(path).as_posix() if path.is_dir() else None
            made = partial(mapped_record, mapping=mapping, dataset=dataset, split=split_of(file, path), root=root)
            yield from record_rows(open_table(file, name).rows, made)
