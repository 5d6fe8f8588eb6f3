"""What img2dataset downloaded: pictures in tars, folders or Parquet, and a table of all that it tried."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.parquet_files import plain, read_parquet
from pictus.reading.rows import ROW_ERRORS, BadRow, reason_of, row_text, text_in
from pictus.reading.sample_meaning import Meaning, add_facts, json_in, meaning_of
from pictus.reading.shard_folders import STATS, kind_of_folder
from pictus.reading.tar import Sample, read_samples
from pictus.record import Media, Origin, Record, Reject

_SHARD = re.compile(r"\d{5,}")
_ENDINGS = ("jpg", "png", "webp")  # that it encodes pictures in
_OF_THE_RUN = ("key", "status", "error_message")


@dataclass(frozen=True, slots=True)
class Format:
    """A folder that img2dataset wrote as `webdataset`, `files` or `parquet`; only read, never written.

    What could not be downloaded or resized stands in the table and nowhere else: such rows are set aside with the
    message that was kept. An empty caption is none. `sha256` is that of the file at the address, not of the picture
    here, so it stays among the other columns in `facts.extra` unless both are the same.
    """

    carries: ClassVar[frozenset[str]] = frozenset()
    suffixes: ClassVar[tuple[str, ...]] = ()

    def sniff(self, path: Path) -> bool:
        """Say whether a table and its statistics lie side by side in the folder."""
        return kind_of_folder(path) == "img2dataset"

    def files(self, path: Path) -> list[Path]:
        """List the tables and archives that records are read from."""
        return [file for name in _shards(path) for file in _files(path, name) if file.is_file()]

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records shard by shard, and a `Reject` for each picture that was not got."""
        root = str(pictures or path)
        for name in _shards(path):
            if not (path / f"{name}{STATS}").is_file():
                reason = "this shard was never finished: run img2dataset again, or leave its files out"
                yield Reject(where=f"{name}.parquet", reasons=(reason,))
            table, archive = _files(path, name)
            if archive.is_file():
                yield from _of_archive(archive, table, path.name)
            else:
                yield from _of_table(table, path.name, root, name if (path / name).is_dir() else None)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Refuse: a downloader's log cannot be made of records."""
        raise PictusError(
            "the format img2dataset is only read", where=str(path), mend="`webdataset` writes shards of the same shape"
        )


def _shards(path: Path) -> list[str]:
    names = {file.name.partition(".")[0] for file in path.glob("[0-9]*") if file.suffix in (".parquet", ".tar")}
    if shards := sorted((name for name in names if _SHARD.fullmatch(name)), key=lambda name: (len(name), name)):
        return shards
    mend = "give the folder that was its output folder"
    raise PictusError("there is nothing that img2dataset wrote", where=str(path), mend=mend)


def _files(path: Path, name: str) -> tuple[Path, Path]:
    return path / f"{name}.parquet", path / f"{name}.tar"


def _rows(table: Path) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    """Stream the rows of a table; one that is damaged takes no other shard with it."""
    try:
        for item in read_parquet(table):
            yield item if isinstance(item, Reject) else (item[0], {name: plain(one) for name, one in item[1].items()})
    except PictusError as error:
        yield Reject(where=table.name, reasons=(error.what,))


def _of_archive(archive: Path, table: Path, dataset: str) -> Iterator[Record | Reject]:
    """Read the pictures that were got out of the archive, and what became of the others out of the table."""
    seen = set()
    for sample in read_samples(archive):
        if isinstance(sample, Reject):
            yield sample
            continue
        seen.add(sample.key)
        yield _of_sample(sample, dataset)
    for item in _rows(table):
        if isinstance(item, Reject):
            yield item
        elif (problem := _problem(item[1])) or item[1].get("key") not in seen:
            yield _reject(item[0], problem or "its picture is missing from the archive", item[1])


def _of_table(table: Path, dataset: str, root: str, folder: str | None) -> Iterator[Record | Reject]:
    """Read the pictures that lie in a folder, or in the table itself."""
    for item in _rows(table):
        if isinstance(item, Reject):
            yield item
            continue
        where, row = item
        try:
            if problem := _problem(row):
                raise BadRow(problem)
            media = _inside(row) if folder is None else _beside(text_in(row, "key"), folder, root)
            yield _record(Meaning(media=[media]), row, dataset)
        except ROW_ERRORS as error:
            yield _reject(where, reason_of(error), row)


def _of_sample(sample: Sample, dataset: str) -> Record | Reject:
    row: Mapping[str, Any] = {}
    try:
        told = json_in(sample.fields.get("json", b"{}"))
        if not isinstance(told, Mapping):
            raise BadRow("its `json` is no object")
        row = told
        files = {name: data for name, data in sample.fields.items() if name != "json"}
        found = meaning_of(Sample(sample.where, sample.key, files), None, "")
        if not found.media:
            raise BadRow("its picture is missing from the archive")
        return _record(found, {"key": sample.key, **row}, dataset)
    except ROW_ERRORS as error:
        return _reject(f"{sample.where}, sample {sample.key}", reason_of(error), row)


def _record(found: Meaning, row: Mapping[str, Any], dataset: str) -> Record:
    rest = {name: value for name, value in row.items() if name not in _OF_THE_RUN and value not in (None, "", "{}")}
    if isinstance(exif := rest.get("exif"), str):
        rest["exif"] = json_in(exif.encode())
    add_facts(found, rest)
    return found.record(Origin(dataset=dataset, key=text_in(row, "key")))


def _problem(row: Mapping[str, Any]) -> str:
    status = row.get("status")
    if status == "success":
        return ""
    return ": ".join(str(text) for text in (status or "no status", row.get("error_message")) if text)


def _inside(row: dict[str, Any]) -> Media:
    ending = next((ending for ending in _ENDINGS if isinstance(row.get(ending), bytes)), None)
    if ending is None:
        raise BadRow("its picture is missing: neither an archive, a folder nor the table has it")
    return Media(data=row.pop(ending), path=f"{text_in(row, 'key')}.{ending}")


def _beside(key: str, folder: str, root: str) -> Media:
    for ending in _ENDINGS:
        medium = Media(path=f"{folder}/{key}.{ending}", root=root)
        if medium.file is not None and medium.file.is_file():
            return medium
    raise BadRow("its picture is missing from the folder")


def _reject(where: str, reason: str, row: Mapping[str, Any]) -> Reject:
    shown = {name: value for name, value in row.items() if not isinstance(value, bytes)}
    return Reject(where=where, reasons=(reason,), row=row_text(shown))
