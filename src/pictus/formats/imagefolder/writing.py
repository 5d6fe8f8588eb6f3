"""Records to an image folder."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import orjson

from pictus.formats.imagefolder.metadata import SPLITS
from pictus.formats.imagefolder.records import SUFFIXES
from pictus.formats.imagefolder.table import Shape, finish_tables
from pictus.plugins import Written
from pictus.reading.calls import tool_in_envelope
from pictus.reading.chat_messages import message_of
from pictus.reading.marked_text import check_places
from pictus.reading.picture_file import encoding_of, picture_bytes
from pictus.reading.pictures import picture_size
from pictus.reading.rows import BadRow, in_order, json_of
from pictus.record import Box, Facts, Media, Record, Reject, Turn, reject_record
from pictus.store.whole_folder import whole_folder


def write_folder(records: Iterable[Record], path: Path) -> Written:
    """Write the pictures as they come, then the tables, whose columns follow from all rows."""
    counts: Counter[str] = Counter()
    rejected: list[Reject] = []
    rows = 0
    shape = Shape()
    with whole_folder(path) as folder:
        drafts: dict[str, IO[bytes]] = {}
        with ExitStack() as open_files:
            for record in records:
                lost: set[str] = set()
                split = SPLITS.get((record.origin.split or "").lower(), "train")
                try:
                    pictures = [_picture(medium) for medium in record.media]
                    line = _line(record, pictures, lost)
                except BadRow as error:
                    rejected.append(reject_record(record, [str(error)], where=f"record {record.id}"))
                    continue
                for name, data in pictures:
                    _put(folder / split / name, data)
                if split not in drafts:
                    drafts[split] = open_files.enter_context((folder / split / "rows").open("wb"))
                drafts[split].write(line + b"\n")
                shape.note(record)
                counts.update(lost)
                rows += 1
        names = [file.relative_to(folder) for file in finish_tables([folder / split for split in drafts], shape)]
    return Written(files=tuple(path / name for name in names), rows=rows, lost=dict(counts), rejected=tuple(rejected))


def _picture(medium: Media) -> tuple[str, bytes]:
    """Give a picture and a name for its file: a hash, so that one shown by many records is written once."""
    if medium.kind != "image":
        raise BadRow(f"it holds {medium.kind}, and this format knows pictures only")
    data = picture_bytes(medium)
    if data is None:
        raise BadRow("a picture is not acquired yet")
    kind = encoding_of(data)
    suffix = f".{kind}" if kind else Path(medium.path or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise BadRow("a picture is in no encoding that is known")
    return f"{blake2b(data, digest_size=12).hexdigest()}{suffix.replace('jpeg', 'jpg')}", data


def _put(file: Path, data: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_bytes(data)


def _line(record: Record, pictures: list[tuple[str, bytes]], lost: set[str]) -> bytes:
    if not pictures:
        raise BadRow("it has no picture, and this format is a folder of pictures")
    if record.turns:
        check_places(len(pictures), sum(p.type == "image" for turn in in_order(record).turns for p in turn.parts))
    if any(medium.url for medium in record.media):
        lost.add("the addresses of pictures")
    facts = record.facts
    row: dict[str, Any] = {
        "file_names": [name for name, _ in pictures],
        "id": record.id,
        "captions": facts.captions,
        "labels": facts.present,
        "objects": _objects(facts.boxes, record.media) if len(pictures) == 1 else None,
        "messages": [message_of(turn, _content(turn), lambda call: call.arguments) for turn in record.turns],
        "tools": json_of([tool_in_envelope(tool) for tool in record.tools]) if record.tools else None,
        "origin": _said(asdict(record.origin)),
        "facts": _unsaid(facts, is_one=len(pictures) == 1),
    }
    try:
        return orjson.dumps(_said(row))
    except TypeError as error:
        raise BadRow(f"readers of JSON would not take it: {error}") from None


def _content(turn: Turn) -> list[dict[str, str]]:
    for part in turn.parts:
        if part.type not in ("text", "image"):
            raise BadRow(f"it holds {part.type}, and this format knows pictures only")
    return [
        {"type": "image"} if part.type == "image" else {"type": "text", "text": part.text or ""} for part in turn.parts
    ]


def _objects(boxes: tuple[Box, ...], media: tuple[Media, ...]) -> dict[str, Any] | None:
    """Write boxes as x, y, width and height in pixels."""
    if not boxes:
        return None
    across, down = picture_size(media[0])
    pixels = [(box.left * across, box.top * down, box.width * across, box.height * down) for box in boxes]
    return {
        "bbox": [[round(number, 3) for number in one] for one in pixels],
        "categories": [box.label for box in boxes],
    }


def _unsaid(facts: Facts, *, is_one: bool) -> str | None:
    """Write the facts that no other column says to the letter; nothing where there are none."""
    plain = all(
        box == Box(label=box.label, left=box.left, top=box.top, right=box.right, bottom=box.bottom)
        for box in facts.boxes
    )
    left = asdict(replace(facts, captions=(), present=(), boxes=() if plain and is_one else facts.boxes))
    left["boxes"] = [_said(box) for box in left["boxes"]]
    said = _said(left)
    return orjson.dumps(said).decode() if said else None


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: a column of nothing but nulls or empty lists has no type."""
    return {name: value for name, value in values.items() if value is not None and value not in ((), [], {})}
