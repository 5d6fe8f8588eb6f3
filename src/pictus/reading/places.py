"""Where a dataset's files lie: below a data root that holds many datasets, or in a folder of their own."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.files import PACKED
from pictus.reading.marked_text import picture_named
from pictus.reading.rows import BadRow
from pictus.record import Media


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one dataset, and its name below the data root as the paths of pictures begin with it."""

    folder: Path
    prefix: str  # "gqa/", or "" where the data root is the folder itself


def home_of(root: Path, name: str) -> Home:
    """Find a dataset's folder: `DATA/gqa` where trainers share one tree, else the data root itself."""
    return Home(root / name, f"{name}/") if (root / name).is_dir() else Home(root, "")


def find_file(root: Path, names: Sequence[str], *, mend: str) -> Path:
    """Find the first of several files that is there, plain or packed as `.gz` or `.zst`."""
    for name in names:
        for suffix in PACKED:
            path = root / f"{name}{suffix}"
            if path.exists():
                return path
    others = f", under its other names too: {', '.join(names[1:])}" if names[1:] else ""
    raise PictusError(f"the file {names[0]} is missing{others}", where=str(root), mend=mend)


def parquet_parts(folder: Path) -> list[Path]:
    """List the parts that a release lies in, in the order of their names; other Parquet files are other things."""
    found = sorted(folder.glob("part-*.parquet"))
    if not found:
        mend = "give the folder that holds the parts"
        raise PictusError("there is no file part-….parquet", where=str(folder), mend=mend)
    return found


def find_folder(root: Path, names: Sequence[str]) -> str:
    """Find the first of several folders that is there, as the paths of pictures begin with it; else take the first."""
    return next((name for name in names if (root / name).is_dir()), names[0])


def placed(name: Any, root: str) -> Media:
    """Make the picture that a row names by address, by path below the root, or by a whole path that lies below it."""
    if isinstance(name, str) and name.startswith("/") and "\0" not in name:
        folder, _, file = os.path.normpath(name).rpartition("/")
        name = _below(folder or "/", root) + file
    return picture_named(name, root)


@lru_cache(4096)
def _below(folder: str, root: str) -> str:
    """Name a folder from the root, whichever of the two is named through a link."""
    for one, base in ((Path(folder), Path(root)), (Path(folder).resolve(), Path(root).resolve())):
        if one.is_relative_to(base):
            return "".join(f"{part}/" for part in one.relative_to(base).parts)
    raise BadRow(f"its picture lies outside {root}: name a folder above all, by `--set pictures=` or `--pictures`")
