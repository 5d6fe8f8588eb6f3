"""The tables of an image folder as `datasets` must find them: the same columns of the same types in every split.

`datasets` takes the types of all rows from the first ten megabytes of JSON, and the tables of all splits must agree.
Where JSON cannot promise that, because a column begins late or is in one split only, Parquet can.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.json as arrow_json
import pyarrow.parquet as pq

from pictus.record import Record

_PORTION_BYTES = 10 * 2**20  # what `datasets` reads at once


@dataclass(slots=True)
class Shape:
    """What the rows seen so far need of the columns."""

    several_pictures: bool = False
    several_captions: bool = False

    def note(self, record: Record) -> None:
        """Look at one more record."""
        self.several_pictures |= len(record.media) > 1
        self.several_captions |= len(record.facts.captions) > 1

    def shaped(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give a row a single name and a single caption where no row has several."""
        if not self.several_pictures:
            row = {"file_name": row.pop("file_names")[0], **row}
        if not self.several_captions and "captions" in row:
            row["text"] = row.pop("captions")[0]
        return row


def finish_tables(folders: Sequence[Path], shape: Shape) -> list[Path]:
    """Make the table of each folder out of the draft in it, and give their paths."""
    schemas: list[pa.Schema] = []
    for folder in folders:
        with (folder / "rows").open("rb") as draft, (folder / "metadata.jsonl").open("wb") as file:
            for line in draft:
                file.write(orjson.dumps(shape.shaped(orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE))
        (folder / "rows").unlink()
        schemas += map(_schema, _portions(folder / "metadata.jsonl"))
    if not schemas or all(_is_settled(schema, schemas[0]) for schema in schemas):
        return [folder / "metadata.jsonl" for folder in folders]
    whole = pa.unify_schemas([pa.schema(map(_timeless, schema)) for schema in schemas], promote_options="permissive")
    return [_as_parquet(folder, whole) for folder in folders]


def _portions(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while portion := file.read(_PORTION_BYTES):
            yield portion + file.readline()


def _schema(portion: bytes) -> pa.Schema:
    return arrow_json.read_json(pa.BufferReader(portion), arrow_json.ReadOptions(block_size=len(portion) + 1)).schema


def _is_settled(schema: pa.Schema, first: pa.Schema) -> bool:
    """Say whether a portion has the same columns and types as the first, whatever their order, and no guesses."""
    return not any(map(_is_guess, schema.types)) and bool(_plain(schema) == _plain(first))


def _plain(inner: Any) -> Any:
    """Describe a type so that the order of columns does not matter."""
    if isinstance(inner, pa.Schema):
        return {name: _plain(kind) for name, kind in zip(inner.names, inner.types, strict=True)}
    if pa.types.is_struct(inner):
        return {one.name: _plain(one.type) for one in inner}
    return [_plain(inner.value_type)] if pa.types.is_list(inner) else str(inner)


def _is_guess(kind: pa.DataType) -> bool:
    """Say whether JSON alone gives a wrong type: none at all, or a time where all texts look like one."""
    if pa.types.is_struct(kind):
        return any(_is_guess(one.type) for one in kind)
    if pa.types.is_list(kind):
        return _is_guess(kind.value_type)
    return bool(pa.types.is_null(kind) or pa.types.is_temporal(kind))


def _timeless(column: pa.Field) -> pa.Field:
    return column.with_type(_as_text(column.type))


def _as_text(kind: pa.DataType) -> pa.DataType:
    """Give a type with text in place of times, of which no column has any."""
    if pa.types.is_struct(kind):
        return pa.struct([_timeless(one) for one in kind])
    if pa.types.is_list(kind):
        return pa.list_(_as_text(kind.value_type))
    return pa.string() if pa.types.is_temporal(kind) else kind


def _as_parquet(folder: Path, schema: pa.Schema) -> Path:
    path, lines = folder / "metadata.parquet", folder / "metadata.jsonl"
    with lines.open("rb") as file, pq.ParquetWriter(path, schema) as writer:
        for rows in _rows(file):
            writer.write_table(pa.Table.from_pylist(rows, schema))
    lines.unlink()
    return path


def _rows(file: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    lines = iter(file)
    while rows := list(map(orjson.loads, islice(lines, 1000))):
        yield rows
