"""The shards of a dataset: one file, all of a folder, or those that a pattern in braces names."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pictus.errors import PictusError
from pictus.reading.tar import is_tar

_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.zst")
_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
SHARD_LIMIT = 1_000_000  # shards that a pattern may name: a slip of the finger would fill the memory


def shards_of(path: Path) -> list[Path]:
    """List the shards of a file, a folder or a pattern such as `set-{000000..000012}.tar`, in the order of their names.

    A pattern names files that must be there; so does whoever names a file.
    """
    if path.is_dir():
        files = [*path.glob("*.t*"), *path.glob("*/*.t*")]  # deeper than that nobody keeps them, and looking takes long
        found = [file for file in files if file.name.endswith(_ENDINGS) and not file.name.startswith(".")]
        if not found:
            raise PictusError("there are no shards in this folder", where=str(path), mend="their names end in `.tar`")
        return sorted(found)
    if not is_pattern(path):
        return [path]
    shards = [Path(text) for text in islice(expanded(str(path)), SHARD_LIMIT)]
    missing = [shard for shard in shards if not shard.is_file()]
    if missing or not shards:
        first = missing[0].name if missing else "none"
        what = f"{len(missing):,} of {len(shards):,} shards of this pattern are missing, the first is {first}"
        raise PictusError(what, where=str(path), mend="fetch them, or name only those that are here")
    return shards


def is_pattern(path: Path) -> bool:
    """Say whether a path stands for several: it has braces, and no file has them in its name."""
    return _BRACES.search(str(path)) is not None and not path.exists()


def dataset_name(path: Path) -> str:
    """Name a dataset as its folder, shard or pattern is called."""
    name = path.name if path.is_dir() else path.name.partition(".")[0]
    return _BRACES.sub("", name).split("{")[0].strip("-_ .") or path.absolute().parent.name


def first_shard(path: Path) -> Path | None:
    """Give the first shard of a file, folder or pattern if it is a tar indeed; None where there is none."""
    try:
        shard = shards_of(path)[0]
    except PictusError:
        return None
    return shard if shard.is_file() and is_tar(shard) else None


def expanded(text: str) -> Iterator[str]:
    """Give all that a text with braces stands for: ranges of numbers, and choices between commas."""
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    for choice in _choices(match[1]):
        yield from expanded(f"{text[: match.start()]}{choice}{text[match.end() :]}")


def _choices(inside: str) -> Iterator[str]:
    between = _RANGE.fullmatch(inside)
    if between is None:
        yield from inside.split(",")
        return
    first, last = between[1], between[2]
    width = len(first) if first.startswith("0") or len(first) == len(last) else 0
    for number in range(int(first), int(last) + 1):
        yield f"{number:0{width}d}"
