"""Look below folders for what belongs in the tree: archives, annotation files, loose pictures."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pictus.reading.files import PACKED
from pictus.steps.arrange.taking import is_right, target_of
from pictus.steps.arrange.tree import ALIASES, PLACES, Place, annotation_files
from pictus.store.archives import is_archive


@dataclass(slots=True)
class Found:
    """What was found, by its kind."""

    archives: list[Path] = field(default_factory=list)
    annotations: dict[str, list[Path]] = field(default_factory=dict)  # by their paths below the data root
    pictures: Counter[tuple[Path, str]] = field(default_factory=Counter)  # by folder and place
    refused: list[OSError] = field(default_factory=list)  # folders and files that cannot be looked at


def find(folders: Sequence[Path], data: Path) -> Found:
    """Look below some folders; of the data root itself, not in the places where all is right already."""
    found = Found()
    known = annotation_files()
    settled = {data / path for path in (*(place.path for place in PLACES), *(alias.path for alias in ALIASES))}
    settled.update(data / place.aside for place in PLACES)
    settled.update(data / path for path in known.values())
    for top in folders:
        # The name of the folder that was given says something too, such as `train2017`.
        for file in _files_below(top, settled if top == data else {data}, found.refused):
            name = file.name.removesuffix(next((end for end in PACKED[1:] if file.name.endswith(end)), ""))
            if name in known:
                path = f"{known[name]}{file.name.removeprefix(name)}"
                if data / path != file:
                    found.annotations.setdefault(path, []).append(file)
            elif is_archive(file):
                found.archives.append(file)
            elif goal := goal_of(file, top):
                try:
                    is_new = not is_right(data / goal[1], file.stat().st_size, goal[0])
                    found.pictures[file.parent, goal[0].path] += is_new
                except OSError as error:
                    found.refused.append(error)
    found.pictures = +found.pictures
    found.archives.sort()
    return found


def goal_of(file: Path, top: Path) -> tuple[Place, str] | None:
    """Say in which place a loose picture belongs, and its path below the data root.

    Args:
        file: the picture.
        top: the folder that was looked through; its own name counts too.
    """
    return target_of(file.relative_to(top.parent).as_posix())


def _files_below(top: Path, settled: set[Path], refused: list[OSError]) -> Iterator[Path]:
    """Walk a folder in a fixed order, following no links and leaving out hidden and settled folders."""
    for folder, folders, files in os.walk(top, onerror=refused.append):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and here / name not in settled)
        for name in sorted(files):
            if here / name not in settled:
                yield here / name
