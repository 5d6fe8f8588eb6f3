"""An archive to a folder: what is safe is unpacked, each file whole or not at all; what is not is named.

Running again goes on: a file that is there with the size of its member is passed over.
"""

import glob
import io
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZipInfo

from pictus.errors import PictusError
from pictus.report.reasons import SAMPLES, Reasons
from pictus.store.archives import DAMAGES, has_listing, is_archive, opened_zip, reading
from pictus.store.remote import FULL
from pictus.store.untrusted import LIMITS, Entry, Limits, kind_of, leads_out, too_much
from pictus.store.whole_file import whole_file

_INSIDE = ".inside-"  # stands before the name of an archive in an archive
_TWINS = "__MACOSX"  # what macOS adds of each file; trainers would take it for pictures


@dataclass(slots=True)
class Unpacked:
    """What came of an archive, or of a part of it."""

    written: int = 0
    there: int = 0  # were there before
    bytes_written: int = 0
    example: Path | None = None  # one of the files
    refused: Reasons = field(default_factory=Reasons)

    def add(self, other: "Unpacked") -> None:
        """Count in what came of another part."""
        self.written += other.written
        self.there += other.there
        self.bytes_written += other.bytes_written
        self.example = self.example or other.example
        self.refused.counts.update(other.refused.counts)
        for code, samples in other.refused.samples.items():
            kept = self.refused.samples.setdefault(code, [])
            kept.extend(samples[: SAMPLES - len(kept)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacking:
    """An archive, where it goes, and how."""

    archive: Path
    to: Path
    flat: bool = False  # leave out the folders inside
    nested: bool = False  # an archive inside is unpacked where it lies, and removed
    limits: Limits = LIMITS


@dataclass(slots=True)
class _Names:
    """The names of the files, and which members have them: two may want one name."""

    work: Unpacking
    taken: dict[str, str] | None = None  # by the names of files; None where no two members can want one
    folds_case: bool = False

    @classmethod
    def of(cls, work: Unpacking) -> "_Names":
        folds = _folds_case(work.to)
        return cls(work, {} if work.flat or folds else None, folds)

    def target(self, name: str) -> Path | None:
        """Give the file that a member becomes; None for what no one wants; a ValueError says what is wrong."""
        if leads_out(name):
            raise ValueError("its name leads out of the folder")
        parts = PurePosixPath(name).parts
        if not parts:
            raise ValueError("it has no name")
        if parts[0] == _TWINS:
            return None
        below = parts[-1] if self.work.flat else "/".join(parts)
        if self.work.nested and is_archive(Path(below)):  # the one that it lies in may have the same name
            folder, slash, last = below.rpartition("/")
            below = f"{folder}{slash}{_INSIDE}{last}"
        key = below.casefold() if self.folds_case else below
        if self.taken is not None and self.taken.setdefault(key, name) != name:
            raise ValueError(f"another member has its name here: {self.taken[key]}")
        return self.work.to / below


def unpack(work: Unpacking, tell: Callable[[int], None] = lambda members: None) -> Unpacked:
    """Unpack an archive in this process, leaving be what is there already; what is not safe is refused and named."""
    done = Unpacked()
    inner: list[Path] = []
    if has_listing(work.archive):
        places, done = missing(work)
        done.add(take(work, places, tell))
        if work.nested:
            inner = list(_inner(work))
    else:
        with reading(work.archive):
            _unpack_tar(work, done, inner, tell)
    for path in inner:
        try:
            done.example = None if done.example in inner else done.example
            done.add(unpack(Unpacking(archive=path, to=path.parent, limits=work.limits), tell))
        except PictusError as error:
            done.refused.add(error.what, where=f"{work.archive}, {path.name.removeprefix(_INSIDE)}")
        path.unlink()
    return done


def missing(work: Unpacking) -> tuple[list[int], Unpacked]:
    """List which members of a zip are to be unpacked, by their places in its listing, and what is refused of it."""
    done, places, needed = Unpacked(), [], 0
    work.to.mkdir(parents=True, exist_ok=True)
    with reading(work.archive):
        infos = opened_zip(work.archive).infolist()
    packed = work.archive.stat().st_size
    if len(infos) > work.limits.members:
        raise too_much(work.archive, f"it has {len(infos):,} files, more than {work.limits.members:,}")
    names = _Names.of(work)
    for place, info in enumerate(infos):
        if info.is_dir():
            continue
        with _setting_aside(done, work.archive, info.orig_filename):
            _refuse_kind(info, packed, work.limits)
            target = names.target(info.orig_filename)
            if target is not None:
                if _is_there(target, info.file_size):
                    done.there += 1
                    done.example = done.example or target
                else:
                    needed += info.file_size
                    places.append(place)
    if needed > work.limits.size_bytes or work.limits.swollen(needed, packed):
        raise too_much(work.archive, f"{packed:,} bytes would become {needed:,}")
    refuse_overflow(work, needed)
    return places, done


def take(work: Unpacking, places: Sequence[int], tell: Callable[[int], None] = lambda members: None) -> Unpacked:
    """Unpack some members of a zip; may run in a process of its own."""
    done = Unpacked()
    opened = opened_zip(work.archive)
    infos = opened.infolist()
    names = _Names(work)
    for count, place in enumerate(places, 1):
        info = infos[place]
        with _setting_aside(done, work.archive, info.orig_filename):
            target = names.target(info.orig_filename)
            assert target is not None, "it was chosen by its name"
            if not _is_there(target, info.file_size):  # two members of one name
                with opened.open(info) as file:
                    _write(file, target, info.file_size, done)
        tell(count)
    return done


def refuse_overflow(work: Unpacking, needed: int) -> None:
    """Refuse what the disk has no room for, before the first file is written."""
    free = shutil.disk_usage(work.to).free
    if needed > free:
        what = f"the archive holds {needed:,} bytes, and the disk has room for {free:,}"
        raise PictusError(what, where=str(work.archive), mend="make room, or choose another folder")


def remove_leftovers(made: Path) -> None:
    """Remove the half-written files of a run that was killed, of one file or below a folder."""
    for path in made.parent.glob(f".{glob.escape(made.name)}.*.part"):
        path.unlink(missing_ok=True)
    for parent, _, names in os.walk(made):
        for name in names:
            if name.startswith(".") and name.endswith(".part"):
                Path(parent, name).unlink(missing_ok=True)


def _unpack_tar(work: Unpacking, done: Unpacked, inner: list[Path], tell: Callable[[int], None]) -> None:
    work.to.mkdir(parents=True, exist_ok=True)
    packed, limits, names, count = work.archive.stat().st_size, work.limits, _Names.of(work), 0
    with tarfile.open(work.archive, tarinfo=Entry) as tar:
        is_plain = isinstance(tar.fileobj, io.BufferedReader)
        while (entry := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined] # else every header stays in memory
            count += 1
            if count > limits.members:
                raise too_much(work.archive, f"it has more than {limits.members:,} files")
            if entry.isdir():
                continue
            swollen = limits.swollen(entry.size, packed) or limits.swollen(done.bytes_written + entry.size, packed)
            if swollen and not is_plain:  # what follows lies behind it, and to pass over it would take for ever
                raise too_much(work.archive, f"{entry.name!r}: {swollen}")
            with _setting_aside(done, work.archive, entry.name):
                if swollen or not entry.isreg() or entry.issparse():
                    raise ValueError(swollen or kind_of(entry))
                _take_entry(tar, entry, names.target(entry.name), done, inner if work.nested else None)
            tell(count)
        assert tar.fileobj is not None, "it is open"
        tar.fileobj.seek(tar.offset)
        if tar.fileobj.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:  # empty blocks mark the end
            raise EOFError("it is cut short, or has a hole")


def _take_entry(
    tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path | None, done: Unpacked, inner: list[Path] | None
) -> None:
    if target is None:
        return
    if _is_there(target, entry.size):
        done.there += 1
        done.example = done.example or target
    else:
        file = tar.extractfile(entry)
        assert file is not None, "only files have bytes"
        _write(file, target, entry.size, done)
    if inner is not None and is_archive(target):
        inner.append(target)


def _write(file: IO[bytes], target: Path, size_bytes: int, done: Unpacked) -> None:
    with whole_file(target, safe=False) as written:
        shutil.copyfileobj(file, written, 2**20)
        if written.tell() != size_bytes:
            raise EOFError("it is cut short")
    done.written += 1
    done.bytes_written += size_bytes
    done.example = done.example or target


def _inner(work: Unpacking) -> Iterator[Path]:
    names = _Names(work)
    for info in opened_zip(work.archive).infolist():
        if not info.is_dir() and is_archive(Path(info.filename)) and not leads_out(info.orig_filename):
            target = names.target(info.orig_filename)
            if target is not None and target.is_file():
                yield target


def _is_there(target: Path, size_bytes: int) -> bool:
    """Say whether a member is unpacked already; an empty file in its place holds nothing, and gives way."""
    try:
        told = os.stat(target)  # noqa: PTH116 - a hundred thousand times, and twice as quick
    except (FileNotFoundError, NotADirectoryError):
        return False
    if not stat.S_ISREG(told.st_mode):
        raise ValueError("a folder has its name")
    if told.st_size not in (0, size_bytes):
        raise ValueError(f"another file has its name, which was left as it is: {target}")
    return told.st_size == size_bytes


def _refuse_kind(info: ZipInfo, packed: int, limits: Limits) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ValueError("it is a link" if kind == stat.S_IFLNK else "it is no file")
    if info.flag_bits & 1:
        raise ValueError("it is locked by a password")
    if info.compress_size > packed:
        raise ValueError("it claims to be larger than the archive")
    if swollen := limits.swollen(info.file_size, info.compress_size):
        raise ValueError(swollen)


def _folds_case(folder: Path) -> bool:
    """Say whether the disk takes names that differ in case alone for the same."""
    probe = folder / f".case.{os.getpid()}.part"
    probe.touch()
    try:
        return probe.with_name(probe.name.upper()).exists()
    finally:
        probe.unlink()


@contextmanager
def _setting_aside(done: Unpacked, archive: Path, name: str) -> Iterator[None]:
    """Set a member aside that cannot be taken, with the reason; where the disk is full, none can."""
    try:
        yield
    except (*DAMAGES, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        is_damage = isinstance(error, DAMAGES) or (isinstance(error, OSError) and error.errno is None)
        if is_damage and not has_listing(archive):
            raise  # nothing that follows in it can be read
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        done.refused.add(told, where=f"{archive}, {name}")
