"""Covers of books that lie in the tree as GIFs: found, and converted to the JPEG files that trainers look for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pictus.steps.arrange.jpeg import is_jpeg
from pictus.steps.arrange.taking import By, is_right
from pictus.steps.arrange.tree import PLACES, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A picture to be converted."""

    file: str  # below the data root
    target: str
    aside: str = ""  # where the original goes, whose name the JPEG takes


def unconverted_covers(data: Path, *, by: By) -> Iterator[Cover]:
    """Find the pictures that lack their JPEG; those whose name it would take are put aside, by move alone."""
    for place in PLACES:
        if not place.as_jpeg:
            continue
        for folder in (place.path, place.aside):
            for name in _pictures_in(data / folder, place.path):
                target = f"{place.path}/{Path(name).with_suffix('.jpg')}"
                if not is_right(data / target, 0, place):
                    yield Cover(file=f"{folder}/{name}", target=target)
        for name in _misnamed(data / place.path) if by == "move" else ():
            path = f"{place.path}/{name}"
            yield Cover(file=path, target=path, aside=f"{place.aside}/{Path(name).with_suffix('.gif')}")


def misnamed_covers(data: Path) -> dict[str, int]:
    """Count the pictures that have the name of a JPEG and are none, by place."""
    counts = {place.path: sum(1 for _ in _misnamed(data / place.path)) for place in PLACES if place.as_jpeg}
    return {path: count for path, count in counts.items() if count}


def _pictures_in(folder: Path, place: str) -> Iterator[str]:
    for name in _names(folder):
        if not name.endswith(".jpg") and place_of(f"{place}/{name}"):
            yield name


def _misnamed(folder: Path) -> Iterator[str]:
    for name in _names(folder):
        if name.endswith(".jpg") and not (folder / name).is_symlink():  # links are made to true JPEGs alone
            with (folder / name).open("rb") as file:
                head = file.read(3)
            if head and not is_jpeg(head):
                yield name


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_file()) if folder.is_dir() else []
