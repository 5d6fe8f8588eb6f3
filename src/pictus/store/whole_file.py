"""Write a file that appears under its name only when it is whole and safe on the disk."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(path: Path, *, safe: bool = True) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`, and give it that name at the end; after an error, remove it.

    Args:
        path: the name.
        safe: wait until the disk has it; whoever writes a hundred thousand small files waits once, after the last.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the number of the process: on a shared disk two machines may have the same.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with temporary.open("wb") as file:
            yield file
            if safe:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    if safe:
        sync_folder(path.parent)


def write_at(handle: int, data: bytes, place: int) -> None:
    """Write all of the data to a place in an open file: a disk that is nearly full takes a part without a word."""
    left = memoryview(data)
    while left:
        size = os.pwrite(handle, left, place)
        place, left = place + size, left[size:]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
