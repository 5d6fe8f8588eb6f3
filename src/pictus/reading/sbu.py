"""SBU's captions to records, from both forms in which they are published: arrays, or lines of two files."""

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pictus.errors import PictusError
from pictus.reading.files import open_file, reading_packed
from pictus.reading.json import read_array
from pictus.reading.rows import BadRow
from pictus.record import Facts, Media, Origin, Record, Reject, make_record

_ARRAYS = ("image_urls", "user_ids", "captions")
_BOM = b"\xef\xbb\xbf"
_BLOCK_BYTES = 2**20
_MOST_UNESCAPING = 3  # escaped twice is common; a text that speaks of entities may stay as it is after that
_REPLACED = orjson.dumps({"note": "bytes of the caption that are not UTF-8 were replaced"}).decode()
_Row: TypeAlias = tuple[str, Any, Any, Any]  # where, address, user, caption


def array_rows(path: Path, origin: Origin) -> Iterator[Record | Reject]:
    """Stream the rows of one JSON object of three arrays: address, user and caption of a row have the same number."""
    counts = {name: sum(1 for _ in read_array(path, name)) for name in _ARRAYS}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"`{name}` has {count:,}" for name, count in counts.items())
        raise PictusError(
            f"the arrays are not equally long: {told}", where=str(path), mend="it may be cut short: fetch it again"
        )
    columns = [read_array(path, name) for name in _ARRAYS]
    for number, cells in enumerate(zip(*columns, strict=True), 1):
        broken = next((cell for cell in cells if isinstance(cell, Reject)), None)
        if broken is not None:
            yield replace(broken, where=f"{path.name}, row {number}")
        else:
            yield _row((f"{path.name}, row {number}", *(cell[1] for cell in cells)), replace(origin, key=str(number)))


def line_rows(urls: Path, captions: Path, origin: Origin) -> Iterator[Record | Reject]:
    """Stream the rows of two files, of which a line of one belongs to the same line of the other."""
    counts = [_count_lines(path) for path in (urls, captions)]
    if counts[0] != counts[1]:
        raise PictusError(
            f"{urls.name} has {counts[0]:,} lines and {captions.name} has {counts[1]:,}",
            where=str(urls.parent),
            mend="one of them may be cut short, or opened and saved by an editor: fetch them again",
        )
    for number, (url, caption) in enumerate(zip(_lines(urls), _lines(captions), strict=True), 1):
        where = f"{captions.name}, line {number}"
        yield _row((where, url.decode("utf-8", "replace"), None, caption), replace(origin, key=str(number)))


def _row(row: _Row, origin: Origin) -> Record | Reject:
    where, url, user, caption = row
    try:
        return _record(url, user, caption, origin)
    except BadRow as error:
        text = caption.decode("utf-8", "replace") if isinstance(caption, bytes) else caption
        shown = orjson.dumps({"url": url, "user_id": user, "caption": text}).decode()
        return Reject(where=where, reasons=(str(error),), row=shown)


def _record(url: Any, user: Any, caption: Any, origin: Origin) -> Record:
    if not isinstance(url, str) or not url.strip().lower().startswith(("http://", "https://")):
        raise BadRow("it has no address that begins with http:// or https://")
    text, note = _decoded(caption) if isinstance(caption, bytes) else (caption, None)
    if not isinstance(text, str) or not (told := _plain(text)):
        raise BadRow("it has no caption")
    return make_record(
        replace(origin, author=user if isinstance(user, str) and user else None),
        media=(Media(url=url.strip()),),
        facts=Facts(captions=(told,), extra=note),
    )


def _decoded(caption: bytes) -> tuple[str, str | None]:
    try:
        return caption.decode("utf-8"), None
    except UnicodeDecodeError:
        return caption.decode("utf-8", "replace"), _REPLACED


def _plain(text: str) -> str:
    """Turn HTML entities into the signs that they mean, also those that were escaped again."""
    for _ in range(_MOST_UNESCAPING):
        found = html.unescape(text)
        if found == text:
            break
        text = found
    return " ".join(text.split())


def _lines(path: Path) -> Iterator[bytes]:
    """Stream the lines of a file, which end with a line feed and nothing else: captions hold other separators."""
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(file):
            yield (line.removeprefix(_BOM) if number == 0 else line).rstrip(b"\r\n")


def _count_lines(path: Path) -> int:
    count, last = 0, b"\n"
    with open_file(path) as file, reading_packed(path):
        while block := file.read(_BLOCK_BYTES):
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")
