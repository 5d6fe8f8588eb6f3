"""Read HumanML3D's annotations: the lists of names, and the sentences of each motion with their times.

A line of a text file is `sentence#tokens#start#end`, in seconds. The tokens are left out: a tagger made them from
the sentence, and words with digits or hyphens fell out on the way.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite, isnan
from pathlib import Path
from typing import TypeAlias

from pictus.errors import PictusError
from pictus.reading.files import open_file
from pictus.reading.rows import BadRow, reason_of
from pictus.record import Reject

ReadText: TypeAlias = Callable[[str], bytes]  # the text file of a motion, by the name of the motion

_NAME = re.compile(r"[A-Za-z0-9_-]+")  # nothing that leads out of the folder
_LIMIT_BYTES = 2**20  # a text file has a few hundred bytes; what unpacks to more is no text file
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody wrote of a motion: of the whole, or of the part between two times."""

    text: str
    span: tuple[float, float] | None = None  # start and end in seconds; None for the whole motion


def names_in(path: Path) -> Iterator[tuple[str, str] | Reject]:
    """Give the names that a list holds, each with its place; one that cannot be a name is set aside."""
    seen: set[str] = set()
    with open_file(path) as file:
        for number, line in enumerate(file, 1):
            where = f"{path.name}, line {number}"
            name = line.decode("utf-8", "replace").strip()
            if not name:
                yield Reject(where=where, reasons=("the line is empty",))
            elif not _NAME.fullmatch(name):
                yield Reject(where=where, reasons=("this is no name of a motion",), row=name)
            elif name in seen:
                yield Reject(where=where, reasons=("the same name came before",), row=name)
            else:
                seen.add(name)
                yield where, name


@contextmanager
def text_files(place: Path) -> Iterator[ReadText]:
    """Open the text files: a folder of them, or the archive in which they are passed on."""
    if place.is_dir():
        yield lambda name: _in_folder(place, name)
        return
    try:
        archive = zipfile.ZipFile(place)
    except (*_DAMAGES, ValueError) as error:
        raise PictusError(
            f"the archive cannot be read: {error}", where=str(place), mend="fetch it again, or unpack it to `texts/`"
        ) from None
    with archive:
        members = {
            Path(info.filename).stem: info for info in archive.infolist() if Path(info.filename).suffix == ".txt"
        }
        yield lambda name: _in_archive(archive, members, name)


def sentences_of(data: bytes, where: str) -> Iterator[Sentence | Reject]:
    """Give the sentences of a text file; a line that cannot be used is set aside with its place."""
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            yield _sentence(line.decode("utf-8"))
        except ValueError as error:
            reason = "the line is no UTF-8" if isinstance(error, UnicodeDecodeError) else reason_of(error)
            row = line.decode("utf-8", "replace")
            yield Reject(where=f"{where}, line {number}", reasons=(reason,), row=row)


def _sentence(line: str) -> Sentence:
    if not line.strip():
        raise BadRow("the line is empty")
    fields = line.split("#")
    if len(fields) != 4:
        raise BadRow(f"it has {len(fields) - 1} `#` in place of 3")
    text = " ".join(fields[0].split())
    if not text:
        raise BadRow("there is no sentence before the first `#`")
    start, end = _second(fields[2]), _second(fields[3])
    if start == end == 0:
        return Sentence(text)
    if not 0 <= start < end:
        raise BadRow("its end is not after its start")
    return Sentence(text, (start, end))


def _second(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadRow("a time is no number") from None
    if isnan(value):
        return 0.0  # the dataset's own way to say nothing: its loaders take it for zero
    if not isfinite(value):
        raise BadRow("a time is not finite")
    return value


def _in_folder(folder: Path, name: str) -> bytes:
    try:
        with (folder / f"{name}.txt").open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise BadRow("its text file is missing") from None
    except OSError as error:
        raise BadRow(f"its text file cannot be read: {error.strerror}") from None
    return _limited(data)


def _in_archive(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    if name not in members:
        raise BadRow("its text file is missing")
    try:
        with archive.open(members[name]) as file:
            data = file.read(_LIMIT_BYTES + 1)
    except _DAMAGES as error:
        raise BadRow(f"its text file cannot be unpacked: {error}") from None
    return _limited(data)


def _limited(data: bytes) -> bytes:
    if len(data) > _LIMIT_BYTES:
        raise BadRow("its text file is larger than a megabyte")
    return data
