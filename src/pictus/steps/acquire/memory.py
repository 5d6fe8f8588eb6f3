"""What was acquired of a source: `.pictus/acquired/NAME.json` below its data root, so that nothing is done twice."""

import fcntl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.store.whole_file import whole_file

_FOLDER = ".pictus/acquired"


class Memory:
    """What is known of the files of a source, and which of its splits a run has begun with."""

    def __init__(self, root: Path, name: str) -> None:
        self.path, self.lock = root / _FOLDER / f"{name}.json", threading.Lock()
        told = orjson.loads(self.path.read_bytes()) if self.path.is_file() else {}
        self.begun: frozenset[str] = frozenset(told.get("begun", ()))
        self.files: dict[str, dict[str, Any]] = told.get("files", {})

    def verified(self, path: str, file: Path) -> bool:
        """Say whether a file was found to be right, and is still the same."""
        return self.files.get(path, {}).get("stamp") == stamp(file)

    def example(self, path: str) -> str | None:
        """Name one of the files of an archive that was unpacked to its end."""
        found: str | None = self.files.get(path, {}).get("example")
        return found

    def is_into(self, made: str) -> bool:
        """Say whether this command unpacked any archive into a folder, to its end or not."""
        return any(one.get("into") == made for one in self.files.values())

    def note(self, path: str, **facts: Any) -> None:
        """Remember something of a file."""
        with self.lock:
            self.files[path] = {**self.files.get(path, {}), **facts}
            self._write()

    def begin(self, splits: frozenset[str]) -> None:
        """Remember that a run has begun with some splits: what it left would look whole to the source."""
        self.begun = self.begun | splits
        self._write()

    def end(self, splits: frozenset[str]) -> None:
        """Remember that all that was begun is here."""
        self.begun = self.begun - splits
        self._write()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs away."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                mend = "wait for it, or stop it first"
                raise PictusError("another run is acquiring this", where=str(self.path), mend=mend) from None
            yield

    def _write(self) -> None:
        told: Mapping[str, Any] = {"begun": sorted(self.begun), "files": self.files}
        with whole_file(self.path) as file:
            file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def stamp(file: Path) -> list[int]:
    """Give what a file is known again by: its size, and when it was changed."""
    told = file.stat()
    return [told.st_size, told.st_mtime_ns]
