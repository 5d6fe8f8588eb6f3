"""A dataset of the Hub in Parquet: pictures in columns of their own, and conversations about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.hub_rows import Talk, hub_record, other_columns, talk_of, wanted_columns
from pictus.reading.parquet_files import parquet_files, read_parquet, read_schema, split_of
from pictus.reading.rows import key_of, record_rows
from pictus.record import Origin, Record, Reject


@dataclass(frozen=True, slots=True)
class Format:
    """A Parquet file, or a folder with `data/train-00000-of-00002.parquet`. It is read; `parquet` is what we write.

    The conversation is in `messages` or `conversations`, by role and content or by from and value, or in `texts` as
    pairs of user and assistant. A content is text with `<image>` in it, or a list of parts. The pictures are in
    `images` or `image`: bytes, addresses, or paths below the folder of pictures. Other columns go to `facts.extra`.
    """

    split: str = ""  # read only the files of this split; empty: all

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = ()  # it writes none

    def sniff(self, path: Path) -> bool:
        """Say whether the first file has such columns, and is no part of a corpus."""
        try:
            files = parquet_files(path)
            return bool(files) and talk_of(read_schema(files[0])) is not None
        except PictusError:
            return False

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records of all files, a few rows at a time."""
        root = str(pictures or (path if path.is_dir() else path.parent))
        files = [_File(file, split_of(file, path)) for file in parquet_files(path)]
        wanted = [file for file in files if self.split in ("", file.split)]
        if not wanted:
            splits = ", ".join(sorted({file.split for file in files if file.split})) or "none"
            what = f"there is no Parquet file of the split `{self.split}`" if files else "there is no Parquet file"
            raise PictusError(what, where=str(path), mend=f"splits that are here: {splits}")
        return _records([_looked_into(file) for file in wanted], path, root)

    def files(self, path: Path) -> list[Path]:
        """List the files that are read."""
        return parquet_files(path)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Refuse: another format writes such files."""
        raise PictusError(
            "the format hub_parquet is only read",
            where=str(path),
            mend="`parquet` writes such files: its columns `messages` and `images` are what the Hub shows",
        )


@dataclass(frozen=True, slots=True)
class _File:
    """A file, and what of it is read."""

    path: Path
    split: str | None
    talk: Talk = "messages"
    columns: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # of the columns, those that go to the facts


def _looked_into(file: _File) -> _File:
    schema = read_schema(file.path)
    talk = talk_of(schema)
    if talk is None:
        raise PictusError(
            "no column of this file holds conversations",
            where=str(file.path),
            mend=f"its columns are {', '.join(schema.names) or 'none'}; the format `columns` reads them by a "
            "mapping that says what they mean",
        )
    return replace(file, talk=talk, columns=wanted_columns(schema, talk), others=other_columns(schema, talk))


def _records(files: Iterable[_File], path: Path, root: str) -> Iterator[Record | Reject]:
    dataset = path.absolute().name if path.is_dir() else path.stem
    for file in files:
        name = file.path.relative_to(path).as_posix() if path.is_dir() else file.path.name
        rows = read_parquet(file.path, file.columns, name=name)
        yield from record_rows(rows, partial(_record, file=file, dataset=dataset, root=root))


def _record(row: Mapping[str, Any], where: str, *, file: _File, dataset: str, root: str) -> Record:
    origin = Origin(dataset=dataset, split=file.split, key=key_of(row, where))
    return hub_record(row, origin, root, talk=file.talk, others=file.others)
