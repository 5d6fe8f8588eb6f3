"""The official files of some of the questions, in the layout of the whole files that they are taken from."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from pictus.reading.json import read_members
from pictus.reading.questions import rows_under
from pictus.record import Reject
from pictus.store.whole_file import whole_file


def part_of_rows(path: Path, key: str, is_wanted: Callable[[Mapping[str, Any]], bool], to: Path) -> Path:
    """Write those rows under a key that are wanted; what stands beside the key is left out."""
    rows = (item[1] for item in rows_under(path, key) if not isinstance(item, Reject))
    with whole_file(to) as file:
        file.write(b'{"' + key.encode() + b'":')
        _write_array(file, (row for row in rows if isinstance(row, Mapping) and is_wanted(row)))
        file.write(b"}")
    return to


def part_of_members(paths: Iterable[Path], ids: Collection[str], to: Path) -> Path:
    """Write those members of files that are wanted, as one object."""
    members = (item for path in paths for item in read_members(path) if not isinstance(item, Reject))
    write_members(((key, value) for _, key, value in members if key in ids), to)
    return to


def write_members(members: Iterable[tuple[str, Any]], to: Path) -> None:
    """Write an object member by member."""
    with whole_file(to) as file:
        file.write(b"{")
        for number, (key, value) in enumerate(members):
            file.write((b",\n" if number else b"") + orjson.dumps(key) + b":" + orjson.dumps(value))
        file.write(b"}")


def write_array(rows: Iterable[Any], to: Path) -> None:
    """Write an array row by row."""
    with whole_file(to) as file:
        _write_array(file, rows)


def write_lines(rows: Iterable[Any], to: Path) -> None:
    """Write rows as JSON Lines."""
    with whole_file(to) as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _write_array(file: IO[bytes], rows: Iterable[Any]) -> None:
    file.write(b"[")
    for number, row in enumerate(rows):
        file.write((b",\n" if number else b"") + orjson.dumps(row))
    file.write(b"]")
