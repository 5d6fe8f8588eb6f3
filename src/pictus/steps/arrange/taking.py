"""Put pictures into the tree, out of archives or from loose files; what is there already is never written over."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from errno import EDQUOT, ENOSPC, EROFS, EXDEV
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from pictus.errors import PictusError
from pictus.report.reasons import SAMPLES, Reasons
from pictus.steps.arrange.jpeg import as_jpeg, is_jpeg
from pictus.steps.arrange.tree import Place, place_of
from pictus.store.archives import DAMAGES, Member, Opener, contents
from pictus.store.whole_file import whole_file

By: TypeAlias = Literal["link", "move", "copy"]
_PICTURE_LIMIT_BYTES = 2**29  # no picture is larger: whatever claims to be is a trap or damaged


@dataclass(slots=True)
class Taken:
    """What came of a part of the work."""

    written: int = 0
    converted: int = 0  # of those written: to JPEG
    there: int = 0  # were there before
    bytes_written: int = 0
    is_whole: bool = True  # False where an archive could not be read to its end
    left: Reasons = field(default_factory=Reasons)  # what was not taken, and why

    def add(self, other: "Taken") -> None:
        """Count in what came of another part."""
        self.written += other.written
        self.converted += other.converted
        self.there += other.there
        self.bytes_written += other.bytes_written
        self.is_whole = self.is_whole and other.is_whole
        self.left.counts.update(other.left.counts)
        for code, samples in other.left.samples.items():
            kept = self.left.samples.setdefault(code, [])
            kept.extend(samples[: SAMPLES - len(kept)])


def target_of(member: str, archive: str = "") -> tuple[Place, str] | None:
    """Say where a picture goes: its place, and its path below the data root."""
    found = place_of(member, archive=archive)
    if found is None:
        return None
    place, below = found
    if place.as_jpeg:
        below = str(PurePosixPath(below).with_suffix(".jpg"))
    return place, f"{place.path}/{below}"


def take_members(archive: Path, data: Path, wanted: Sequence[str] | None) -> Taken:
    """Unpack members of an archive into their places, or all that have one; runs in a process of its own."""
    taken = Taken()
    try:
        for member, opener in contents(archive, wanted):
            found = target_of(member.name, archive.name)
            if found is not None:
                place, path = found
                with _leaving(taken, f"{archive}, {member.name}"):
                    _take(member, opener, data / path, taken, place)
    except PictusError as error:  # one without a listing is found to be damaged only on the way
        taken.left.add(error.what, where=error.where)
        taken.is_whole = False
    return taken


def take_file(file: Path, target: Path, place: Place, by: By, taken: Taken) -> None:
    """Link, move or copy a loose picture to its place; one that has to be a JPEG and is none is converted."""
    with _leaving(taken, str(file)):
        size = file.stat().st_size
        _refuse_size(size)
        if is_there(target):
            if place.as_jpeg or target.samefile(file) or target.stat().st_size == size:
                taken.there += 1
                return
            raise taken_name(target)
        with file.open("rb") as opened:
            has_to_change = place.as_jpeg and not is_jpeg(opened.read(3))
        if has_to_change:
            convert(file, target, taken)
        else:
            bring(file, target, by)
            taken.written += 1


def convert(file: Path, target: Path, taken: Taken) -> None:
    """Make the JPEG of a picture, which stays where it is."""
    with _leaving(taken, str(file)):
        _write(as_jpeg(file.read_bytes()), target, taken)
        taken.converted += 1
        taken.written += 1


def bring(file: Path, target: Path, by: By) -> None:
    """Link, move or copy a file to a name that is free."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if by == "link":
        with suppress(FileNotFoundError):
            target.unlink()  # it is empty
        target.symlink_to(file.resolve())
    elif by == "copy" or file.is_symlink():  # a link that is moved may lead nowhere from its new place
        _copy(file, target)
    else:
        try:
            file.rename(target)
        except OSError as error:
            if error.errno != EXDEV:
                raise
            _copy(file, target)  # to another disk
            file.unlink()


def is_right(target: Path, size_bytes: int, place: Place) -> bool:
    """Say whether a picture is in its place already."""
    try:
        size = target.stat().st_size
    except OSError:
        return False
    return size > 0 if place.as_jpeg else size == size_bytes > 0


def is_there(target: Path) -> bool:
    """Say whether a file has a name already; an empty one holds nothing, and gives way."""
    try:
        return target.stat().st_size > 0
    except FileNotFoundError:
        if target.is_symlink():
            raise ValueError(f"a link that leads nowhere has its name: {target}") from None
        return False


def _copy(file: Path, target: Path) -> None:
    with file.open("rb") as source, whole_file(target, safe=False) as written:
        shutil.copyfileobj(source, written, 2**20)
    shutil.copystat(file, target)


def _take(member: Member, opener: Opener, target: Path, taken: Taken, place: Place) -> None:
    _refuse_size(member.size_bytes)
    if is_there(target):
        if not place.as_jpeg and target.stat().st_size != member.size_bytes:
            raise taken_name(target)
        taken.there += 1
        return
    with opener() as file:
        if place.as_jpeg:
            before = file.read()
            after = as_jpeg(before)
            _write(after, target, taken)
            taken.converted += after is not before
        else:
            with whole_file(target, safe=False) as written:
                shutil.copyfileobj(file, written, 2**20)
            taken.bytes_written += member.size_bytes
    taken.written += 1


def _write(data: bytes, target: Path, taken: Taken) -> None:
    with whole_file(target, safe=False) as written:
        written.write(data)
    taken.bytes_written += len(data)


def _refuse_size(size_bytes: int) -> None:
    if not size_bytes:
        raise ValueError("it is empty")
    if size_bytes > _PICTURE_LIMIT_BYTES:
        raise ValueError(f"no picture has {size_bytes:,} bytes")


def taken_name(target: Path) -> ValueError:
    """Say that another file has a name."""
    return ValueError(f"another file has its name, which was left as it is: {target}")


@contextmanager
def _leaving(taken: Taken, where: str) -> Iterator[None]:
    """Leave a picture that cannot be taken, with the reason; where the disk is full, none can."""
    try:
        yield
    except (*DAMAGES, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (EDQUOT, ENOSPC, EROFS):
            raise
        taken.left.add(getattr(error, "strerror", None) or str(error) or type(error).__name__, where=where)
