"""A list of addresses of pictures, with captions or without: what a downloader takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pyarrow as pa

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.address_columns import AddressColumns, has_addresses
from pictus.reading.column_mapping import MAPPING
from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.reading.parquet_files import parquet_files, plain, read_schema
from pictus.reading.rows import dataset_of, row_text
from pictus.reading.shard_folders import kind_of_folder
from pictus.reading.tables import Rows, Table, kind_of_table, open_table
from pictus.record import Origin, Record, Reject
from pictus.store.list_batches import ListParts
from pictus.store.url_batches import records_of, url_batches, url_rows

_AT_ONCE = 1_000
_MOST_LETTERS = 10_000  # of a line of a plain list
_ADDRESS = b"http"


@dataclass(frozen=True, slots=True)
class Format:
    """Parquet, CSV, columns between tabs, JSON Lines or a JSON array with a column of addresses; `.txt` has one a line.

    A record is a row: its address, its caption where the list has a column of captions, and the columns to `keep` as
    JSON in `facts.extra` (`*` keeps all). Which columns hold what is found by their names, unless it is said. A row is
    named by its file and its number. `pictus acquire` fetches the pictures.
    """

    url: str = ""  # the column of addresses
    caption: str = ""  # the column of captions
    keep: tuple[str, ...] = ()  # other columns to keep

    carries: ClassVar[frozenset[str]] = frozenset({"media", "facts"})
    suffixes: ClassVar[tuple[str, ...]] = ()  # it writes none

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has an address under a name that addresses usually have."""
        if kind_of_folder(path) or (path.is_file() and (path.parent / MAPPING).is_file()):
            return False  # a downloader's folder, or a table of which somebody wrote what its columns mean
        try:
            return _looks_right(parquet_files(path)[0] if path.is_dir() else path)
        except (PictusError, IndexError):
            return False

    def files(self, path: Path) -> list[Path]:
        """List the file itself, or the Parquet files of a folder."""
        found = parquet_files(path)
        if not found:
            raise PictusError("there is no Parquet file in this folder", where=str(path), mend="name one file")
        return found

    def check_columns(self, path: Path) -> None:
        """Say what a list lacks, before anything is made of it."""
        for file in self.files(path):
            self._columns.found(_opened(file).names, file)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the rows in their order."""
        if table := self.table(path, path):
            yield from table.records()
        else:
            yield from records_of(self._batches(path))

    def table(self, path: Path, pictures: Path) -> ListParts | None:
        """Give a list in Parquet as several processes can read it; None for others."""
        files = self.files(path)
        if any(kind_of_table(file) != ".parquet" for file in files):
            return None
        for file in files:  # now rather than in the middle of the work
            self._columns.found(read_schema(file).names, file)
        return ListParts(files, _origin(path), partial(_found, columns=self._columns))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Refuse: pictures that are here need no list of addresses."""
        raise PictusError("the format url_list is only read", where=str(path), mend="`parquet` keeps the addresses")

    @property
    def _columns(self) -> AddressColumns:
        return AddressColumns(self.url, self.caption, self.keep)

    def _batches(self, path: Path) -> Iterator[pa.RecordBatch | Reject]:
        table = _opened(path)
        columns = self._columns.found(table.names, path)
        stem, numbers = dataset_of(path), count(1)
        rows = ((next(numbers), _as_row(item)) for item in table.rows)
        while some := list(islice(rows, _AT_ONCE)):
            yield from (item for _, item in some if isinstance(item, Reject))
            good = [(number, *item) for number, item in some if not isinstance(item, Reject)]
            if not good:
                continue
            kept = [{name: plain(row.get(name)) for name in columns.scores} for _, _, row in good]
            arrays = {
                role: _column(role, [row.get(name) for _, _, row in good]) for role, name in columns.names.items()
            }
            arrays["key"] = pa.array([f"{stem}:{number}" for number, _, _ in good])
            if columns.scores:
                arrays["extra"] = pa.array([orjson.dumps(one, default=str).decode() for one in kept])

            def tell(place: int, good: list[tuple[int, str, Mapping[str, Any]]] = good) -> tuple[str, str]:
                return good[place][1], row_text(good[place][2])

            yield from url_batches(url_rows(**arrays), _origin(path), tell, captioned="caption" in columns.names)


def _found(schema: pa.Schema, path: Path, columns: AddressColumns) -> Any:
    return columns.found(schema.names, path)


def _origin(path: Path) -> Origin:
    return Origin(dataset=path.absolute().name if path.is_dir() else dataset_of(path), key="")


def _opened(path: Path) -> Table:
    return Table(("url",), _lines(path)) if plain_name(path).endswith(".txt") else open_table(path)


def _as_row(item: tuple[str, Any] | Reject) -> tuple[str, Any] | Reject:
    if isinstance(item, Reject) or isinstance(item[1], Mapping):
        return item
    return Reject(where=item[0], reasons=("the row is no object",), row=row_text(item[1]))


def _lines(path: Path) -> Rows:
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(iter(lambda: file.readline(_MOST_LETTERS), b""), 1):
            if text := line.decode("utf-8", "replace").strip("\ufeff\r\n\t "):
                yield f"{plain_name(path)}, line {number}", {"url": text}


def _looks_right(path: Path) -> bool:
    if plain_name(path).endswith(".txt"):
        with open_file(path) as file, reading_packed(path):
            return file.read(len(_ADDRESS)) == _ADDRESS
    if not kind_of_table(path):
        return False
    table = open_table(path)
    if not has_addresses(table.names):
        return False
    first = next((row for row in table.rows if not isinstance(row, Reject)), None)
    if first is None or not isinstance(first[1], Mapping):
        return False
    address = first[1].get(AddressColumns().found(table.names, path).names["url"])
    return isinstance(address, str) and address.lower().startswith(("http://", "https://"))


def _column(role: str, values: list[Any]) -> pa.Array:
    if role in ("width", "height"):
        return pa.array([_side(value) for value in values], pa.int32())
    return pa.array([None if value is None else str(value).encode("utf-8", "replace") for value in values], pa.binary())


def _side(value: Any) -> int | None:
    try:
        side = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return side if 0 < side < 2**31 else None
