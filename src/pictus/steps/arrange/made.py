"""The list of what arranging made, one line for each thing done: `.pictus/arranged.jsonl` in the data root."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pictus.errors import PictusError

FOLDER = ".pictus"
_LIST, _RUNNING = f"{FOLDER}/arranged.jsonl", f"{FOLDER}/arranging"
Stamp: TypeAlias = tuple[str, int, int]


def note(data: Path, did: str, **facts: Any) -> None:
    """Add to the list what was done."""
    line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "did": did, **facts}
    with (data / _LIST).open("ab") as file:
        file.write(orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE))


def has_list(data: Path) -> bool:
    """Say whether a folder was arranged."""
    return (data / _LIST).is_file()


def stamp(archive: Path) -> Stamp:
    """Give what an archive is known by: its path, size, and when it was changed."""
    stated = archive.stat()
    return str(archive), stated.st_size, stated.st_mtime_ns


def unpacked(data: Path) -> set[Stamp]:
    """Give the archives that were unpacked to the end."""
    if not has_list(data):
        return set()
    found = set()
    for line in (data / _LIST).read_bytes().splitlines():
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue  # a run was killed while it wrote its last line
        if told["did"] == "unpack":
            found.add((told["archive"], told["size"], told["changed"]))
    return found


@contextmanager
def running(data: Path) -> Iterator[bool]:
    """Keep a second run away, and say whether the last one was killed."""
    path = data / _RUNNING
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mend = "wait for it, or stop it first"
            raise PictusError("another run is arranging this folder", where=str(data), mend=mend) from None
        file.seek(0)
        was_killed = file.read() == "running"
        file.truncate(0)
        file.write("running")
        file.flush()
        yield was_killed
        file.truncate(0)
