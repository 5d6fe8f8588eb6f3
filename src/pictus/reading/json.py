"""Stream JSON arrays, objects and JSON Lines of any size: the rows one after the other, each with its place.

`structure.py` finds where the rows begin and end without parsing them; orjson parses them many at a time.
Memory stays at a few megabytes, whatever the size of the file. A place names a packed file as it is called unpacked:
it may become a key, and packing a file changes no record.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.reading.repeated_keys import may_repeat_keys, repeated_key
from pictus.reading.structure import Span, known_kind, spans
from pictus.record import Reject

ROW_LIMIT_BYTES = 256 * 2**20
_KEPT_BYTES = 2000  # of a row that is set aside
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one array that stand next to each other in a file."""

    key: str | None  # of the top-level object, None when the file is one array
    first: int  # number of the first row in its array, from 1
    rows: list[Any]  # parsed; a `Reject` where a row is not JSON
    span: Span

    @property
    def starts(self) -> Sequence[int]:
        """Find the byte where each row begins."""
        return self.span.starts


def read_array(path: Path, key: str | None = None) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the elements of the top-level array of a file, or of the array under one of its keys."""
    name = plain_name(path)
    for batch in read_batches(path, None if key is None else (key,)):
        for number, start, row in zip(count(batch.first), batch.starts, batch.rows, strict=False):
            yield row if isinstance(row, Reject) else (f"{name}, row {number}, byte {start}", row)


def read_batches(path: Path, keys: Sequence[str] | None = None) -> Iterator[Batch]:
    """Stream the arrays under some top-level keys, many rows at a time; with no keys, the top-level array.

    A key that is missing, or holds no array, gives nothing.
    """
    counts: dict[str | None, int] = {}
    for span in spans(path, keys, limit_bytes=ROW_LIMIT_BYTES, parse=_whole_rows):
        first = counts.get(span.key, 0) + 1
        rows = span.rows or _parse(span, plain_name(path), first)
        counts[span.key] = first - 1 + len(rows)
        yield Batch(span.key, first, rows, span)


def read_members(path: Path, key: str | None = None) -> Iterator[tuple[str, str, Any] | Reject]:
    """Stream the members of the object that a file is, or of the object under one of its keys: place, key, value.

    A key that stands twice is set aside the second time.
    """
    seen: set[int] = set()  # hashes, which take a fraction of the memory of keys
    file_name = plain_name(path)
    for span in spans(path, None if key is None else (key,), limit_bytes=ROW_LIMIT_BYTES, members=True):
        for start, member in zip(span.starts, _members(span, file_name), strict=True):
            if isinstance(member, Reject):
                yield member
                continue
            name, value = member
            where = f"{file_name}, `{name}`, byte {start}"
            if hash(name) in seen:
                yield Reject(where=where, reasons=("its key stands twice in the file",), row=_text(value))
            else:
                seen.add(hash(name))
                yield where, name, value


def read_rows(path: Path, *, lines: bool = False) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows of a JSON array or of JSON Lines, whatever the name of the file says.

    Args:
        path: the file.
        lines: it is known to have lines where it begins neither a list nor an object, as one that is named `.jsonl`
            is: its first row is broken, or there is none. Else nobody can say what such a file is.
    """
    return read_lines(path) if holds_lines(path, known=lines) else read_array(path)


def holds_lines(path: Path, *, known: bool = False) -> bool:
    """Say whether a file has a value on each line, as JSON Lines do, rather than one that is a list."""
    with open_file(path) as file, reading_packed(path):
        head = file.read(4096).removeprefix(_BOM).lstrip()
    first, _, rest = head.partition(b"\n")
    match head[:1]:
        case b"{":  # alone on its line, it begins an object that is the whole file
            return first.strip() != b"{" or rest.lstrip().startswith(b"{")
        case b"[":  # nothing follows the one list of a file
            return bool(rest.strip()) and _is_json(first)
    return (known or plain_name(path).endswith((".jsonl", ".ndjson"))) and known_kind(head) is None


def _is_json(text: bytes) -> bool:
    """Say whether a line is one value, with the numbers too that are none and that Python writes: NaN, Infinity."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read_lines(path: Path) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows of a JSON Lines file; blank lines are passed over."""
    file_name = plain_name(path)
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(iter(lambda: file.readline(ROW_LIMIT_BYTES), b""), 1):
            if number == 1:
                line = line.removeprefix(_BOM)
            if line.isspace():
                continue
            where = f"{file_name}, line {number}"
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield _reject(line, where, error)
            else:
                yield _noticed(line, where, row) if may_repeat_keys(line, row) else (where, row)


def read_object(path: Path) -> Any:
    """Read a small JSON file whole."""
    with open_file(path) as file, reading_packed(path):
        data = file.read().removeprefix(_BOM)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PictusError(
            f"not valid JSON: {error.msg}",
            where=f"{path}, byte {error.pos}",
            mend="fetch or write the file again: it may be cut short",
        ) from None
    if may_repeat_keys(data, found) and (key := repeated_key(data)) is not None:
        raise PictusError(
            f"the key `{key}` stands twice in one object",
            where=str(path),
            mend="of two values nobody can say which is meant: mend the file",
        )
    return found


def _parse(span: Span, name: str, first: int) -> list[Any]:
    rows = _whole_rows(span.text)
    return list(_parse_each(span, name, first)) if rows is None else rows  # one of them is broken: find out which


def _whole_rows(text: bytes) -> list[Any] | None:
    """Parse rows with the commas between them; None where the text is anything else, or one may have a key twice."""
    try:
        rows: list[Any] = orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError:
        return None
    return None if may_repeat_keys(text, rows) else rows


def rows_of(span: Span, name: str, first: int) -> Iterator[tuple[str, Any] | Reject]:
    """Parse the rows of a span, each with its place; one that is broken is set aside."""
    for number, (start, row) in enumerate(zip(span.starts, _parse(span, name, first), strict=True), first):
        yield row if isinstance(row, Reject) else (f"{name}, row {number}, byte {start}", row)


def _parse_each(span: Span, name: str, first: int) -> Iterator[Any]:
    for index, (start, text) in enumerate(_texts(span)):
        where = f"{name}, row {first + index}, byte {{}}"
        try:
            row = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield _reject(text, where.format(start + error.pos), error)
        else:
            noticed = _noticed(text, where.format(start), row)
            yield noticed if isinstance(noticed, Reject) else row


def _members(span: Span, name: str) -> list[tuple[str, Any] | Reject]:
    try:
        members = orjson.loads(b"{" + span.text + b"}")
    except orjson.JSONDecodeError:
        pass
    else:
        if len(members) == len(span.starts) and not may_repeat_keys(span.text, members):
            return list(members.items())
    found: list[tuple[str, Any] | Reject] = []
    for start, text in _texts(span):
        try:
            ((key, value),) = orjson.loads(b"{" + text + b"}").items()
        except orjson.JSONDecodeError as error:
            found.append(_reject(text, f"{name}, byte {start + error.pos - 1}", error))
        except ValueError:  # nothing stands between two commas
            found.append(Reject(where=f"{name}, byte {start}", reasons=("a member is empty",)))
        else:
            noticed = _noticed(b"{" + text + b"}", f"{name}, `{key}`, byte {start}", value)
            found.append(noticed if isinstance(noticed, Reject) else (key, value))
    return found


def _texts(span: Span) -> Iterator[tuple[int, bytes]]:
    starts = span.starts
    ends = [*(start - 1 for start in starts[1:]), span.begin + len(span.text)]
    for start, end in zip(starts, ends, strict=True):
        yield start, span.text[start - span.begin : end - span.begin]


def _noticed(text: bytes, where: str, row: Any) -> tuple[str, Any] | Reject:
    """Set a row aside when a key stands twice in one of its objects."""
    key = repeated_key(text)
    if key is None:
        return where, row
    kept = text.strip()[:_KEPT_BYTES].decode("utf-8", "replace")
    return Reject(where=where, reasons=(f"the key `{key}` stands twice in one of its objects",), row=kept)


def _text(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()[:_KEPT_BYTES]
    except TypeError:  # orjson reads four times the depth that it writes
        return ""


def _reject(text: bytes, where: str, error: orjson.JSONDecodeError) -> Reject:
    kept = text.strip()[:_KEPT_BYTES].decode("utf-8", "replace")
    return Reject(where=where, reasons=(f"not valid JSON: {error.msg}",), row=kept)
