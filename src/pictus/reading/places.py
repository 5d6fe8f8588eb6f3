"""Where a dataset's files lie: below a data root that holds many datasets, or in a folder of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictus.errors import PictusError

PACKED = ("", ".gz", ".zst")


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
    looked = " or ".join(names)
    raise PictusError(f"the file {looked} is missing", where=str(root), mend=mend)


def parquet_parts(folder: Path) -> list[Path]:
    """List the Parquet files of a folder, in the order of their names."""
    found = sorted(folder.glob("*.parquet"))
    if not found:
        raise PictusError("there is no Parquet file", where=str(folder), mend="give the folder that holds the parts")
    return found
