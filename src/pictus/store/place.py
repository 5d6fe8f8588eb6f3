"""Where a corpus lies: a folder of this machine, or any address that fsspec knows.

Either way a file appears under its name only when it is whole: locally by renaming, in an object store
because an object is put as one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import fsspec

from pictus.errors import PictusError
from pictus.store.whole_file import sync_file, sync_folder, whole_file


class Place:
    """A folder, local or remote, whose files are named by relative paths with forward slashes."""

    def __init__(self, address: str | Path) -> None:
        self.address = str(address).rstrip("/") or "/"
        self.folder: Path | None = None if "://" in self.address else Path(self.address)
        self._files: Any = None
        self._base = ""
        if self.folder is None:
            try:
                # What was listed once may have changed since: other machines write here too.
                self._files, self._base = fsspec.core.url_to_fs(self.address, use_listings_cache=False)
            except (ValueError, ImportError) as error:
                raise PictusError(
                    f"cannot reach this address: {error}",
                    where=self.address,
                    mend="check the spelling, or install the package that the message names",
                ) from None

    def __str__(self) -> str:
        return self.address

    def where(self, name: str) -> str:
        """Give the full address of a file, for messages."""
        return f"{self.address}/{name}"

    def portable(self, address: str) -> str:
        """Say a folder in or beside this one relative to it, so that the two can be moved together."""
        if self.folder is None or "://" in address:
            return address
        parent = self.folder.resolve().parent
        full = Path(address).resolve()
        if full.is_relative_to(parent) and parent != Path(parent.root):
            return os.path.relpath(full, self.folder.resolve())
        return str(full)

    def absolute(self, address: str) -> str:
        """Give back in full what `portable` said."""
        if self.folder is None or "://" in address or address.startswith("/"):
            return address
        return str((self.folder.resolve() / address).resolve())

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        if self.folder is not None:
            return (self.folder / name).exists()
        with self._asking(name):
            return bool(self._files.exists(f"{self._base}/{name}"))

    def names(self, folder: str) -> list[str]:
        """List the file names in a subfolder, sorted; temporary ones are left out."""
        if self.folder is not None:
            path = self.folder / folder
            found = [entry.name for entry in path.iterdir()] if path.is_dir() else []
        else:
            try:
                with self._asking(folder):
                    names = self._files.ls(f"{self._base}/{folder}", detail=False)
            except FileNotFoundError:
                names = []
            found = [name.rpartition("/")[2] for name in names]
        return sorted(name for name in found if not name.startswith("."))

    def read(self, name: str) -> bytes:
        """Read a whole file."""
        if self.folder is not None:
            return (self.folder / name).read_bytes()
        with self._asking(name):
            data: bytes = self._files.cat_file(f"{self._base}/{name}")
            return data

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading at any position."""
        if self.folder is not None:
            return (self.folder / name).open("rb")
        with self._asking(name):
            handle: IO[bytes] = self._files.open(f"{self._base}/{name}", "rb")
            return handle

    @contextmanager
    def publish(self, name: str, *, safe: bool = True) -> Iterator[IO[bytes]]:
        """Write a file that others see only when it is whole; whoever writes many small ones is `safe` at their end."""
        if self.folder is not None:
            with whole_file(self.folder / name, safe=safe) as file:
                yield file
        else:
            # Not written to the store piece by piece: what breaks off would be there, as if it were whole.
            with NamedTemporaryFile() as file:
                yield file
                file.flush()
                try:
                    with self._asking(name):
                        self._files.put_file(file.name, f"{self._base}/{name}")
                except FileNotFoundError as error:
                    raise self._unreachable(name, error) from None

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        with suppress(FileNotFoundError):
            if self.folder is not None:
                (self.folder / name).unlink()
            else:
                with self._asking(name):
                    self._files.rm_file(f"{self._base}/{name}")

    def remove_folder(self, name: str) -> None:
        """Remove a subfolder and all in it, if it is there."""
        if self.folder is not None:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        elif self.exists(name):
            with self._asking(name):
                self._files.rm(f"{self._base}/{name}", recursive=True)

    def sync(self, folder: str) -> None:
        """Wait until the disk has all files of a subfolder, which were written one by one without waiting."""
        if self.folder is not None and (self.folder / folder).is_dir():
            for path in (self.folder / folder).iterdir():
                sync_file(path)
            sync_folder(self.folder / folder)

    def remove_leftovers(self, folder: str) -> None:
        """Remove temporary files that a killed run left behind; only the holder of the lock may do this."""
        path = None if self.folder is None else self.folder / folder
        if path is not None and path.is_dir():
            for part in path.glob(".*.part"):
                part.unlink(missing_ok=True)

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        """Tell of what keeps a remote file from being reached; every kind of store has errors of its own."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            raise self._unreachable(name, error) from None

    def _unreachable(self, name: str, error: Exception) -> PictusError:
        said = " ".join(str(error).split()) or type(error).__name__
        mend = "check that the bucket or folder exists, and the keys and the endpoint in the environment"
        return PictusError(f"the store says: {said}", where=self.where(name), mend=mend)
