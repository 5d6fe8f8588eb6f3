"""Folders of pictures without annotations: a record a file, in the order of the names."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pictus.errors import PictusError
from pictus.reading.places import find_folder
from pictus.reading.rows import json_of
from pictus.record import NO_FACTS, Facts, Media, Origin, Record, make_record

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")


def pictures_in(root: Path, name: str, *, dataset: str) -> Path:
    """Find the folder of pictures of a dataset: `NAME/images` below a shared tree, `images` below its own folder."""
    folder = root / find_folder(root, [f"{name}/images", "images"])
    if not folder.is_dir():
        mend = f"`pictus show {dataset}` says where they are to be had"
        raise PictusError("the folder of pictures is missing", where=str(root / name / "images"), mend=mend)
    return folder


def loose_pictures(root: Path, folder: Path, origin: Origin, *, named: bool = False) -> Iterator[Record]:
    """Give a record for each picture of a folder.

    Args:
        root: the data root, which the paths begin at.
        folder: where the pictures lie.
        origin: what is known of all of them.
        named: the file names say who or what is shown, with underscores for spaces; then `extra` holds it.
    """
    prefix = folder.relative_to(root).as_posix()
    for name in sorted(entry.name for entry in os.scandir(folder) if entry.name.lower().endswith(_SUFFIXES)):
        stem = name.rpartition(".")[0]
        yield make_record(
            replace(origin, key=stem),
            media=(Media(path=f"{prefix}/{name}", root=str(root)),),
            facts=Facts(extra=json_of({"name": stem.replace("_", " ")})) if named else NO_FACTS,
        )
