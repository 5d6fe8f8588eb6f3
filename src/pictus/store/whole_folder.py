"""Write a folder that appears under its name only when everything in it is whole and safe on the disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pictus.errors import PictusError
from pictus.store.whole_file import sync_file, sync_folder


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Make a temporary folder beside `path`, and give it that name at the end; after an error, remove it.

    A folder that is there already must be empty: what somebody else put into it is never mixed or replaced.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise PictusError("this is there already", where=str(path), mend="name another folder, or remove this one")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    shutil.rmtree(temporary, ignore_errors=True)  # of a killed run
    try:
        temporary.mkdir()
        yield temporary
        for folder, _, files in os.walk(temporary):
            for name in files:
                sync_file(Path(folder) / name)
            sync_folder(Path(folder))
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(path.parent)
