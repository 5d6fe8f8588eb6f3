"""What arranging would do: looked for, told apart and measured, with nothing written."""

import filecmp
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pictus.errors import PictusError
from pictus.reading.files import PACKED
from pictus.report.reasons import Reasons
from pictus.steps.arrange import made
from pictus.steps.arrange.covers import Cover, misnamed_covers, unconverted_covers
from pictus.steps.arrange.finding import Found, find
from pictus.steps.arrange.taking import By, is_right, is_there, taken_name, target_of
from pictus.steps.arrange.tree import ALIASES, PLACES
from pictus.store.archives import has_listing, members

_PEEK = 100  # members of an archive without a listing, which tell what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpack:
    """An archive to unpack."""

    archive: Path
    places: tuple[str, ...]
    pictures: int | None  # that are not there yet; None where the archive has no listing
    size_bytes: int  # of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """A folder of loose pictures."""

    folder: Path
    top: Path  # the folder that was looked at
    place: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bring:
    """An annotation file."""

    file: Path
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangePlan:
    """All that would be done, and what would be left."""

    data: Path
    by: By
    folders: tuple[str, ...]  # to make
    aliases: Mapping[str, str]  # links to make, and what they lead to
    annotations: tuple[Bring, ...]
    pictures: tuple[Pictures, ...]
    archives: tuple[Unpack, ...]
    covers: tuple[Cover, ...]  # in the tree already, to be converted
    strangers: tuple[Path, ...]  # archives without a picture of the tree
    left: Reasons  # what would not be touched, and why

    @property
    def size_bytes(self) -> int:
        """Add up what would be unpacked."""
        return sum(one.size_bytes for one in self.archives)

    @property
    def is_nothing(self) -> bool:
        """Say whether nothing would be done."""
        work = (self.folders, self.aliases, self.annotations, self.pictures, self.archives, self.covers)
        return not any(work)


def plan(data: Path, folders: Sequence[Path] = (), *, by: By = "link") -> ArrangePlan:
    """Work out what would be done with what lies below some folders, by default the data root itself."""
    data = data.absolute()
    for folder in folders:
        if not folder.is_dir():
            raise PictusError("this is no folder", where=str(folder), mend="give the folder that holds the downloads")
    looked = [folder.absolute() for folder in folders] or ([data] if data.is_dir() else [])
    if data.exists() and not data.is_dir():
        raise PictusError("this is no folder", where=str(data), mend="give the folder that is to hold the tree")
    left = Reasons()
    found = find(looked, data)
    archives, strangers = _archives(found.archives, data, left)
    for error in found.refused:
        left.add(f"it cannot be looked at: {error.strerror}", where=str(error.filename))
    links = _links(data)
    made_folders = [place.path for place in PLACES if not (data / place.path).is_dir() and place.path not in links]
    for place, count in misnamed_covers(data).items() if by != "move" else ():
        left.counts[f"a picture that is no JPEG is named .jpg in {place}; `--by move` converts it"] += count
    return ArrangePlan(
        data=data,
        by=by,
        folders=tuple(made_folders),
        aliases=links,
        annotations=tuple(_annotations(found, data, left)),
        pictures=tuple(_pictures(found, looked)),
        archives=tuple(archives),
        covers=tuple(unconverted_covers(data, by=by)),
        strangers=tuple(strangers),
        left=left,
    )


def refuse_overflow(plan: ArrangePlan) -> None:
    """Refuse what the disk has no room for, before the first file is written."""
    free = shutil.disk_usage(plan.data).free
    if plan.size_bytes > free:
        what = f"{plan.size_bytes:,} bytes are to be unpacked, and the disk has room for {free:,}"
        raise PictusError(what, where=str(plan.data), mend="make room, or choose another folder")


def wanted_members(archive: Path, data: Path, left: Reasons | None = None) -> Iterator[tuple[str, int]]:
    """List the members of an archive that have a place, and are not there yet: name and size.

    Args:
        archive: with a listing.
        data: the data root.
        left: is told which are not wanted because another file has their name.
    """
    for member in members(archive):
        found = target_of(member.name, archive.name)
        if found is None or is_right(data / found[1], member.size_bytes, found[0]):
            continue
        where = f"{archive}, {member.name}"
        try:
            if is_there(data / found[1]):
                raise taken_name(data / found[1])
            yield member.name, member.size_bytes
        except ValueError as error:
            if left is not None:
                left.add(str(error), where=where)


def _archives(paths: Sequence[Path], data: Path, left: Reasons) -> tuple[list[Unpack], list[Path]]:
    archives, strangers = [], []
    done = made.unpacked(data)
    for path in paths:
        try:
            if made.stamp(path) in done and not has_listing(path):
                continue  # reading it through again would take as long as unpacking it
            places = _places(path)
            if not places:
                strangers.append(path)
                continue
            if has_listing(path):
                sizes = [size for _, size in wanted_members(path, data, left)]
                if sizes:
                    one = Unpack(archive=path, places=places, pictures=len(sizes), size_bytes=sum(sizes))
                    archives.append(one)
            else:
                size = path.stat().st_size
                archives.append(Unpack(archive=path, places=places, pictures=None, size_bytes=size))
        except PictusError as error:
            left.add(error.what, where=error.where)
        except OSError as error:
            left.add(error.strerror or str(error), where=str(path))
    return archives, strangers


def _places(archive: Path) -> tuple[str, ...]:
    listing = members(archive) if has_listing(archive) else islice(members(archive), _PEEK)
    found = (target_of(member.name, archive.name) for member in listing)
    counts = Counter(one[0].path for one in found if one is not None)
    return tuple(place.path for place in PLACES if counts[place.path])


def _annotations(found: Found, data: Path, left: Reasons) -> Iterator[Bring]:
    for target, files in sorted(found.annotations.items()):
        first, *others = files
        for other in others:
            if not _same(first, other):
                left.add(f"it differs from {first}, which comes first", where=str(other))
        plain = target.removesuffix(next((end for end in PACKED[1:] if target.endswith(end)), ""))
        there = next((path for end in PACKED if _exists(path := data / f"{plain}{end}")), None)
        if there is None or _is_empty(there):
            yield Bring(file=first, target=target)
        elif there.name == first.name and not _same(first, there):
            left.add(f"another file has its name, which was left as it is: {there}", where=str(first))


def _same(one: Path, other: Path) -> bool:
    return other.exists() and (one.samefile(other) or filecmp.cmp(one, other, shallow=False))


def _is_empty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 0


def _pictures(found: Found, looked: Sequence[Path]) -> Iterator[Pictures]:
    for (folder, place), count in sorted(found.pictures.items()):
        top = next(one for one in looked if folder.is_relative_to(one))
        yield Pictures(folder=folder, top=top, place=place, count=count)


def _links(data: Path) -> dict[str, str]:
    """Give the links that are missing; one whose name has the pictures itself is what the other name leads to."""
    links = {alias.path: alias.place for alias in ALIASES if not _exists(data / alias.path)}
    other_way = {alias.place: alias.path for alias in ALIASES if (data / alias.path).is_dir()}
    return links | {place: path for place, path in other_way.items() if not _exists(data / place)}


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
