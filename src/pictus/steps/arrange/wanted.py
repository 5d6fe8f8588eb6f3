"""Which pictures annotations want, and which of these are not there."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from errno import ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pictus import plugins
from pictus.engine.local import call_all
from pictus.record import Record, Reject

Lack: TypeAlias = Literal["missing", "empty", "no picture", "named otherwise", "outside the tree", "all missing"]
_PORTION_ROWS = 50_000
_AT_ONCE = 16  # files that are looked at together: most of the time is spent waiting for the disk
_PART = 2000
_SMALL_BYTES = 2**26  # of files that are read before a process would have started
# How the files of pictures begin; those of RIFF and ISO say at another place which of many kinds they are.
_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")


@dataclass(slots=True)
class Wanted:
    """What annotations want, by folder below the data root."""

    rows: int = 0
    unreadable: int = 0  # rows that are none
    addresses: int = 0  # pictures that have an address and no file
    names: dict[str, set[str]] = field(default_factory=dict)

    @property
    def pictures(self) -> int:
        """Count the pictures, each once."""
        return sum(map(len, self.names.values()))

    def add(self, other: "Wanted") -> None:
        """Take in what another part wants."""
        self.rows += other.rows
        self.unreadable += other.unreadable
        self.addresses += other.addresses
        for folder, names in other.names.items():
            self.names.setdefault(folder, set()).update(names)


def wanted(name: str, root: Path, splits: Sequence[str], *, workers: int, tell: Callable[[int], object]) -> Wanted:
    """Gather the pictures that the rows of some splits name; large files are read by several processes.

    Args:
        name: of the source.
        root: the data root.
        splits: of the source.
        workers: the number of processes.
        tell: is told again and again how many rows more were read.
    """
    found = Wanted()
    source = plugins.load("sources", name)
    size = sum(file.stat().st_size for split in splits for file in source.files(root, split))
    for some in call_all(_jobs(name, root, splits), workers=workers if size > _SMALL_BYTES else 1):
        found.add(some)
        tell(some.rows)
    return found


def lacking(data: Path, folder: str, names: set[str], *, fast: bool = False) -> Iterator[tuple[str, Lack, str]]:
    """Give the pictures of a folder that are not there or are none: name, why, and what is there instead.

    Args:
        data: the data root.
        folder: its path below it.
        names: of the files that are wanted.
        fast: look at names alone, and open no file.
    """
    if folder.startswith("/") or ".." in folder.split("/") or "\0" in folder:
        yield from ((name, "outside the tree", "") for name in sorted(names))
        return
    here = data / folder
    there = _names(here)
    absent = names - there
    others = {_plain(name): name for name in there} if absent else {}
    for name in sorted(absent):
        other = others.get(_plain(name))
        if other is None:
            yield name, "missing", ""
        else:
            yield name, "named otherwise", other
    if fast:
        return
    present = sorted(names & there)
    parts = [present[start : start + _PART] for start in range(0, len(present), _PART)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in pool.map(partial(_bad, here), parts):
            yield from some


def _jobs(name: str, root: Path, splits: Sequence[str]) -> Iterator[partial[Wanted]]:
    source = plugins.load("sources", name)
    for split in splits:
        table: plugins.Table | None = source.table(root, split) if hasattr(source, "table") else None
        portions = None if table is None else table.portions(_PORTION_ROWS)
        if portions is None:
            yield partial(_of_records, name, root, split)
        else:
            yield from (partial(_of_portion, name, root, split, portion) for portion in portions)


def _of_records(name: str, root: Path, split: str) -> Wanted:
    found = Wanted()
    rows: Iterator[Record | Reject] = plugins.load("sources", name).records(root, split)
    for row in rows:
        if isinstance(row, Reject):
            found.unreadable += 1
            continue
        found.rows += 1
        for medium in row.media:
            if medium.kind == "image" and medium.data is None:
                _want(found, medium.path)
    return found


def _of_portion(name: str, root: Path, split: str, portion: Any) -> Wanted:
    """Read a portion in columns, which is much faster than record by record."""
    found = Wanted()
    for batch in plugins.load("sources", name).table(root, split).batches(portion, {str(root): ""}):
        if isinstance(batch, Reject):
            found.unreadable += 1
            continue
        found.rows += len(batch)
        for path in batch.column("images").flatten().field("path").to_pylist():
            _want(found, path)
    return found


def _want(found: Wanted, path: str | None) -> None:
    if path is None:
        found.addresses += 1
    else:
        folder, _, name = path.rpartition("/")
        found.names.setdefault(folder, set()).add(name)


def _names(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries}
    except OSError as error:
        if error.errno in (ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG):
            return set()
        raise


def _plain(name: str) -> str:
    """Give what two spellings of a name have in common: macOS takes letters apart, Windows forgets their case."""
    return unicodedata.normalize("NFC", name).casefold()


def _bad(folder: Path, names: Iterable[str]) -> list[tuple[str, Lack, str]]:
    found: list[tuple[str, Lack, str]] = []
    for name in names:
        head = _head(folder / name)
        if head is None:
            found.append((name, "missing", "a link that leads nowhere"))
        elif not head:
            found.append((name, "empty", ""))
        elif not _begins_a_picture(head):
            found.append((name, "no picture", ""))
    return found


def _head(path: Path) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(handle, 16)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _begins_a_picture(head: bytes) -> bool:
    return head.startswith(_HEADS) or head[8:12] == b"WEBP" or head[4:12] in (b"ftypavif", b"ftypavis")
