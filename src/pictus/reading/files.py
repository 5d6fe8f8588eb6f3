"""Open a file of a dataset, packed or not, or say why not."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from pictus.errors import DamagedFile, PictusError

PACKED = ("", ".gz", ".zst")  # what the name of a file may end with
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_POINTER = b"version https://git-lfs.github.com/spec/"  # what a clone without Git LFS has in place of large files


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading bytes; one that is packed, whatever its name says, is unpacked on the way."""
    try:
        packing = _packing(path)
        if packing == "gzip":
            return cast("BinaryIO", gzip.open(path))
        file = path.open("rb")
        return io.BufferedReader(_Zstd(file), 2**20) if packing == "zstd" else file
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictusError(
            f"cannot read the file: {reason}", where=str(path), mend="check the path and its permissions"
        ) from None


def plain_name(path: Path) -> str:
    """Give the name that a file has when it is unpacked."""
    return path.stem if path.suffix in PACKED[1:] else path.name


def packed_or_not(path: Path) -> Path | None:
    """Find a file under its name, else under that of the same file plain or packed."""
    plain = path.with_name(plain_name(path))
    places = (path, *(plain.with_name(plain.name + suffix) for suffix in PACKED))
    return next((place for place in places if place.exists()), None)


def is_packed(path: Path) -> bool:
    """Say whether a file has to be unpacked, and can only be read from its beginning."""
    return _packing(path) is not None


def _packing(path: Path) -> Literal["gzip", "zstd"] | None:
    with path.open("rb") as file:
        head = file.read(len(_POINTER))
    if head == _POINTER:
        raise DamagedFile(
            "this is the stand-in of Git LFS for a file that was not fetched",
            where=str(path),
            mend="run `git lfs pull` in its repository, or fetch the file itself",
        )
    if path.suffix == ".zst" or head.startswith(_ZSTD):
        return "zstd"
    return "gzip" if path.suffix == ".gz" or head.startswith(_GZIP) else None


class _Zstd(io.RawIOBase):
    """The bytes that a zstd file holds."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa  # has the decoder; whoever reads no such file need not wait for it

        self._packed = file
        self._unpacked = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._unpacked.read(len(buffer))
        except OSError as error:
            raise EOFError(str(error)) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()


@contextmanager
def reading_packed(path: Path) -> Iterator[None]:
    """Say in words what is wrong with a packed file that turns out to be damaged."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PictusError(
            f"the packed file is damaged or cut short: {error}", where=str(path), mend="fetch it again"
        ) from None
