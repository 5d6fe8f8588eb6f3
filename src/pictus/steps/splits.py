"""Which splits of a dataset are read: those that were named, or all whose files are here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus.errors import DamagedFile, PictusError, unknown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The splits to read with their files, and those that nobody named and that are not here."""

    names: tuple[str, ...]
    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


def find_splits(
    name: str, source: Any, root: Path, wanted: Sequence[str] = (), *, said: str = "with `--split`"
) -> Splits:
    """Find the files of the splits that are wanted, by default of all that are here; what cannot be read is an error.

    A file that is here and damaged is an error too: its split would be left out, and nobody would know. `said` is how a
    command is told of another split.
    """
    if not root.exists():
        raise PictusError("there is no such folder of data", where=str(root), mend="check the path after `--from`")
    if root.is_file():
        _refuse_file(name, source, root, wanted)
    splits = tuple(wanted or source.splits or source.splits_in(root))
    files, problems = _look(name, source, root, splits)
    damaged = next((error for error in problems.values() if isinstance(error, DamagedFile)), None)
    if damaged is not None:
        raise damaged
    if problems and (wanted or splits != source.splits):
        split, problem = next(iter(problems.items()))
        raise _with_splits_here(problem, name, source, root, split, said)
    if not files:
        raise _with_layout(name, next(iter(problems.values())))
    found = tuple(path for paths in files.values() for path in paths)
    return Splits(names=tuple(files), files=found, left_out=tuple(problems))


def _look(
    name: str, source: Any, root: Path, splits: Sequence[str]
) -> tuple[dict[str, list[Path]], dict[str, PictusError]]:
    files: dict[str, list[Path]] = {}
    problems: dict[str, PictusError] = {}
    for split in splits:
        try:
            files[split] = _files_of_split(source, root, split, where=name)
        except PictusError as error:
            problems[split] = error
    return files, problems


def _files_of_split(source: Any, root: Path, split: str, *, where: str) -> list[Path]:
    """List the files of a split; one that is not known must have files of its own, which is how it exists."""
    known = list(source.splits)
    if known and split not in known and hasattr(source, "splits_in"):
        known = list(dict.fromkeys((*known, *source.splits_in(root))))
    try:
        files: list[Path] = source.files(root, split)
    except PictusError as error:
        if not known or split in known or all(name in error.mend for name in known):
            raise
        mend = f"{error.mend}; known splits: {', '.join(known)}"
        raise PictusError(f"no split `{split}` is here: {error.what}", where=error.where, mend=mend) from None
    if known and split not in known and any(_has_files(source, root, name, files) for name in source.splits):
        raise unknown_name("split", split, known, where=where)
    return files


def _has_files(source: Any, root: Path, split: str, files: list[Path]) -> bool:
    try:
        found: list[Path] = source.files(root, split)
    except PictusError:
        return False
    return found == files


def _refuse_file(name: str, source: Any, file: Path, wanted: Sequence[str]) -> None:
    """Say which folder is meant by one who gives a file of a dataset; some sources take a file."""
    if not source.splits:
        return
    splits = tuple(wanted or source.splits)
    for folder in list(file.parents)[:3]:
        if any(file in paths for paths in _look(name, source, folder, splits)[0].values()):
            raise _no_folder(name, file, f"give the folder that it lies in: `--from {folder}`")
    raise _no_folder(name, file, f"give the folder of its files: `pictus show {name}` says how they lie in it")


def _no_folder(name: str, file: Path, mend: str) -> PictusError:
    return PictusError(f"{name} is read from a folder, and this is a file", where=str(file), mend=mend)


def _with_splits_here(problem: PictusError, name: str, source: Any, root: Path, split: str, said: str) -> PictusError:
    """Name the splits that could be read instead of one that is not here."""
    here = ", ".join(_look(name, source, root, [one for one in source.splits if one != split])[0])
    if split not in source.splits or not here or "--split" in problem.mend:
        return problem
    mend = f"{problem.mend}, or name a split that is here {said}: {here}"
    return PictusError(problem.what, where=problem.where, mend=mend)


def _with_layout(name: str, problem: PictusError) -> PictusError:
    """Say how files should lie, where none is found: most often it is the folder that is wrong."""
    mend = f"{problem.mend}; where you have it, `pictus show {name}` says how its files lie below --from"
    return PictusError(problem.what, where=problem.where, mend=mend)
