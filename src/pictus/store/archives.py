"""Look into zip and tar archives alike, and take out of them what is wanted, one member after the other."""

import stat
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from lzma import LZMAError
from pathlib import Path
from typing import IO, TypeAlias
from zipfile import BadZipFile, ZipFile

from pictus.errors import PictusError
from pictus.store.untrusted import refuse_escape

_ZIP, _TAR = (".zip",), (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
# What a damaged archive raises: RuntimeError where a password is asked for.
DAMAGES = (BadZipFile, tarfile.TarError, zlib.error, LZMAError, EOFError, RuntimeError, NotImplementedError)
Opener: TypeAlias = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str
    size_bytes: int


def is_archive(path: Path) -> bool:
    """Say whether a file is an archive, by its name."""
    return path.name.lower().endswith((*_ZIP, *_TAR))


def has_listing(path: Path) -> bool:
    """Say whether an archive lists its members, so that they are known at once and can be taken in any order."""
    return path.name.lower().endswith(_ZIP)


def members(path: Path) -> Iterator[Member]:
    """List the files in an archive; one whose names lead out of a folder, or that holds links, is not to be trusted."""
    with reading(path):
        if not has_listing(path):
            with tarfile.open(path) as tar:
                for entry in _files(path, tar):
                    yield Member(entry.name, entry.size)
            return
        for info in opened_zip(path).infolist():
            refuse_escape(path, info.orig_filename, is_link=stat.S_ISLNK(info.external_attr >> 16))
            if not info.is_dir():
                yield Member(info.filename, info.file_size)


def contents(path: Path, wanted: Collection[str] | None = None) -> Iterator[tuple[Member, Opener]]:
    """Give each wanted member, or every one, and how to open it; what is wrong with one is raised when it is read."""
    with reading(path):
        if not has_listing(path):
            with tarfile.open(path) as tar:
                for entry in _files(path, tar):
                    if wanted is None or entry.name in wanted:
                        yield Member(entry.name, entry.size), partial(_file_in, tar, entry)
            return
        opened = opened_zip(path)
        for name in [member.name for member in members(path)] if wanted is None else wanted:
            info = opened.getinfo(name)
            yield Member(name, info.file_size), partial(opened.open, info)


def _file_in(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(entry)
    assert file is not None, "only files have members"
    return file


def _files(path: Path, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for entry in tar:
        refuse_escape(path, entry.name, is_link=not (entry.isreg() or entry.isdir()))
        if entry.isreg():
            yield entry
    assert tar.fileobj is not None, "it is open"
    tar.fileobj.seek(tar.offset)
    if len(tar.fileobj.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:  # empty blocks mark the end
        raise EOFError("it is cut short between two files")


def opened_zip(path: Path) -> ZipFile:
    """Open a zip archive, or give the one that is open: its listing takes long to read."""
    stated = path.stat()
    return _opened(path, stated.st_size, stated.st_mtime_ns)


def close_zip() -> None:
    """Close the archive that is kept open, whose bytes would stay on the disk when it is removed."""
    _opened.cache_clear()


@lru_cache(1)  # a listing of half a million names takes seconds to read, and each process takes many parts of a zip
def _opened(path: Path, size: int, changed: int) -> ZipFile:
    return ZipFile(path)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in words that an archive is damaged."""
    try:
        yield
    except (*DAMAGES, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's; of its own, Python names no number
        mend = "fetch it again: most often the download was cut short"
        raise PictusError(f"the archive is damaged: {error}", where=str(path), mend=mend) from None
