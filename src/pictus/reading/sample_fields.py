"""A record as the files of one WebDataset sample: its media as they are, `json` with all the rest, `txt` with words."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from pictus.reading.picture_file import picture_bytes
from pictus.reading.record_row import record_of, row_of
from pictus.reading.rows import BadRow, text_in
from pictus.record import Media, Record

NOT_HERE = "pictures that are not here: only their names or addresses are written"

_STARTS = {
    b"\xff\xd8": "jpg",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tif",
    b"MM\0*": "tif",
    b"\x93NUMPY": "npy",
}


def fields_of(record: Record, lost: set[str], *, embed: bool) -> dict[str, bytes]:
    """Make the files of a record, by the endings of their names.

    One medium is called `jpg`, several `0.jpg`, `1.png`. `txt` holds the assistant's last words, as those who train on
    captions read it; where nobody speaks, the first caption.
    """
    files: dict[str, bytes] = {}
    places: list[dict[str, str]] = []
    for number, medium in enumerate(record.media):
        data = _bytes(medium) if embed else None
        if data is None:
            if medium.path is None and medium.url is None:
                raise BadRow("a picture is only inside the record: see the setting `embed`")
            if embed:
                lost.add(NOT_HERE)
            places.append({})
            continue
        ending = _ending(medium, data)
        name = ending if len(record.media) == 1 else f"{number}.{ending}"
        files[name] = data
        places.append({"field": name})
    try:
        files["json"] = orjson.dumps(row_of(record, places))
        if (words := _words(record)) is not None:
            files["txt"] = words.encode()
    except (TypeError, UnicodeEncodeError) as error:  # a number of more than 64 bits, or half a character
        raise BadRow(f"readers of JSON would not take it: {error}") from None
    return files


def record_in(row: Mapping[str, Any], files: Mapping[str, bytes], root: str) -> Record:
    """Read a record that `fields_of` wrote; a medium that is not inside is looked for below `root`."""
    places = [text_in(one, "field", "") for one in row["media"]]
    known = [{name: value for name, value in one.items() if name != "field"} for one in row["media"]]
    record = record_of({**row, "media": known})
    if any(name and name not in files for name in places):
        raise BadRow("the file of one of its media is missing")
    pairs = zip(record.media, places, strict=True)
    return replace(record, media=tuple(_found(one, files.get(name), root) for one, name in pairs))


def _found(medium: Media, data: bytes | None, root: str) -> Media:
    if data is not None:
        return replace(medium, data=data)
    return replace(medium, root=root) if medium.path is not None else medium


def _bytes(medium: Media) -> bytes | None:
    is_motion = medium.kind == "motion" and medium.data is None
    if is_motion and (file := medium.file) is not None and not file.exists():
        return None  # motions are seldom passed on, and the sentences are worth writing without them
    return picture_bytes(medium)


def _ending(medium: Media, data: bytes) -> str:
    """Name the kind of a file by its beginning, since loaders decode by the name; else by the path it had."""
    if data.startswith(b"RIFF"):
        return "webp" if data[8:12] == b"WEBP" else "wav"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "avif"
    for start, ending in _STARTS.items():
        if data.startswith(start):
            return ending
    ending = Path(medium.path or "").suffix[1:].lower()
    return ending if ending.isascii() and ending.isalnum() and ending not in ("json", "txt") else "bin"


def _words(record: Record) -> str | None:
    said = (turn.text for turn in reversed(record.turns) if turn.role == "assistant" and turn.text)
    return next(said, next(iter(record.facts.captions), None) if not record.turns else None)
