"""The tables of an image folder: JSON Lines, CSV or Parquet, and the names of categories that stand beside them."""

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pictus.errors import PictusError
from pictus.reading.json import read_rows
from pictus.record import Reject

NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
SPLITS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
_ORDER = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, and what its place says of its rows."""

    path: Path
    where: str  # its name, from the folder's on
    base: str  # what the names in it are below: "train/", or "" in the folder itself
    split: str | None
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names of numbers, by column

    def rows(self) -> Iterator[tuple[str, Any] | Reject]:
        """Stream the rows, each with its place."""
        if self.path.suffix == ".jsonl":
            yield from self._lines()
        elif self.path.suffix == ".csv":
            yield from self._cells()
        else:
            yield from self._parquet()

    def _lines(self) -> Iterator[tuple[str, Any] | Reject]:
        for item in read_rows(self.path):
            if isinstance(item, Reject):
                yield replace(item, where=f"{self.where}{item.where.removeprefix(self.path.name)}")
            else:
                yield f"{self.where}{item[0].removeprefix(self.path.name)}", item[1]

    def _cells(self) -> Iterator[tuple[str, Any] | Reject]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                for number, row in enumerate(csv.DictReader(file, strict=True), 1):
                    yield f"{self.where}, row {number}", {name: _value(cell) for name, cell in row.items() if cell}
        except (csv.Error, UnicodeDecodeError) as error:
            yield Reject(where=self.where, reasons=(f"the rest of the table cannot be read: {error}",))
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def _parquet(self) -> Iterator[tuple[str, Any] | Reject]:
        try:
            with pq.ParquetFile(self.path) as file:
                batches = file.iter_batches(batch_size=1000)
                for number, row in enumerate(chain.from_iterable(batch.to_pylist() for batch in batches), 1):
                    yield f"{self.where}, row {number}", row
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(self.path, error) from None


def tables_in(folder: Path, *, deep: bool = True) -> list[Table]:
    """Find the tables of a folder, in the order of the splits; where not `deep`, only those that are quickly found."""
    tables = [_table(folder, path) for path in files_below(folder) if path.name in NAMES] if deep else _near(folder)
    return sorted(tables, key=lambda table: (_rank(table.split), table.base, table.path.name))


def is_table_of_pictures(table: Table) -> bool:
    """Say whether the first row of a table names a file."""
    try:
        first = next(table.rows(), None)
    except PictusError:
        return False
    return isinstance(first, tuple) and isinstance(first[1], Mapping) and any(map(names_files, first[1]))


def names_files(column: str) -> bool:
    """Say whether a column names a file, or several: `datasets` goes by the end of the name."""
    return column in ("file_name", "file_names") or column.endswith(("_file_name", "_file_names"))


def split_of(base: str) -> str | None:
    """Tell the split from the folders that something lies in."""
    return next((SPLITS[part.lower()] for part in base.split("/") if part.lower() in SPLITS), None)


def files_below(folder: Path) -> Iterator[Path]:
    """Walk through a folder in the order of names, holding one subfolder at a time."""
    for below, subfolders, names in os.walk(folder):
        subfolders.sort()
        yield from (Path(below, name) for name in sorted(names))


def _near(folder: Path) -> list[Table]:
    places = [folder, *(folder / split for split in SPLITS)]
    return [_table(folder, place / name) for place in places for name in NAMES if (place / name).is_file()]


def _rank(split: str | None) -> int:
    return _ORDER.index(split) if split in _ORDER else len(_ORDER)


def _table(folder: Path, path: Path) -> Table:
    below = path.relative_to(folder).as_posix()
    base = below.removesuffix(path.name)
    return Table(
        path=path,
        where=f"{folder.name}/{below}",
        base=base,
        split=split_of(base),
        categories=_categories(folder, path),
    )


def _value(cell: Any) -> Any:
    """Read a cell, which may hold a list or an object as JSON."""
    if isinstance(cell, str) and cell.startswith(("[", "{")):
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return cell


def _categories(folder: Path, path: Path) -> dict[str, tuple[str, ...]]:
    """Find the names of categories: in a Parquet file's own description, or on the page of the data set."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        if path.suffix == ".parquet":
            told = (pq.read_schema(path).metadata or {}).get(b"huggingface", b"null")
            _gather(orjson.loads(told), "", found)
        page = folder / "README.md"
        if page.is_file() and (text := page.read_text("utf-8", "replace")).startswith("---"):
            _gather(yaml.safe_load(text[3:].partition("\n---")[0]), "", found)
    except (pa.ArrowException, OSError, ValueError, yaml.YAMLError, RecursionError):
        pass  # names are a help, and a table is readable without them
    return found


def _gather(value: Any, column: str, found: dict[str, tuple[str, ...]]) -> None:
    if isinstance(value, list):
        for one in value:
            _gather(one, column, found)
    if not isinstance(value, Mapping):
        return
    if value.get("_type") == "ClassLabel":  # in a file's description
        _keep(value.get("names"), column, found)
    _keep(value.get("class_label"), column, found)  # on a page: {names: {"0": cat, …}}
    named = value.get("name")  # and its columns are a list
    for key, inner in value.items():
        _gather(inner, named if isinstance(named, str) else column if key in ("feature", "dtype") else key, found)


def _keep(names: Any, column: str, found: dict[str, tuple[str, ...]]) -> None:
    if isinstance(names, Mapping) and isinstance(inner := names.get("names"), Mapping | list):
        names = inner
    if isinstance(names, Mapping):
        names = [names[key] for key in sorted(names, key=lambda key: int(key))]
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        found[column] = tuple(names)


def _unreadable(path: Path, error: Exception) -> PictusError:
    return PictusError(
        f"the table cannot be read: {' '.join(str(error).split())}", where=str(path), mend="write or fetch it again"
    )
