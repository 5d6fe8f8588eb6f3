"""Rows of an image folder to records."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from pictus import licence
from pictus.formats.imagefolder.metadata import Table, files_below, names_files, split_of
from pictus.reading.calls import tools_in
from pictus.reading.chat_messages import turns_of
from pictus.reading.marked_text import MARK, check_places, parts_of, picture_named, shown_first
from pictus.reading.pictures import picture_size
from pictus.reading.rows import BadRow, in_order, key_of, list_in
from pictus.record import Box, Facts, Media, Origin, Part, Record, Reject, Turn, make_record

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
_CAPTIONS = ("text", "caption", "captions")
_LABELS = ("label", "labels")
_CATEGORIES = ("categories", "category", "labels", "label")  # of boxes
_LICENCES, _ADDRESSES = ("license", "licence"), ("url", "source_url")
_OURS = ("id", "messages", "tools", "origin", "author")
_KNOWN = frozenset({*_CAPTIONS, *_LABELS, *_LICENCES, *_ADDRESSES, *_OURS})
_ORIGIN = tuple(field.name for field in fields(Origin))
_FACTS = TypeAdapter(Facts)


def labelled_pictures(folder: Path, root: str) -> Iterator[Record | Reject]:
    """Stream the pictures of a folder without tables; the folder that one lies in is its label."""
    for path in files_below(folder):
        if path.suffix.lower() not in SUFFIXES:
            continue
        name = path.relative_to(folder).as_posix()
        base = name.rpartition("/")[0]
        split, label = split_of(base), base.rpartition("/")[2]
        yield make_record(
            Origin(dataset=folder.name, key=name, split=split),
            media=[Media(path=name, root=root)],
            facts=Facts(present=(label,) if label and split_of(label) is None else ()),
        )


def record_of(row: Mapping[str, Any], where: str, dataset: str, root: str, table: Table) -> Record:
    """Make the record of a row."""
    media = _pictures(row, root, table.base)
    if not media:
        raise BadRow("it names no picture")
    record = make_record(
        _origin(row, where, dataset, table.split),
        media=media,
        turns=_turns(list_in(row, "messages"), len(media)),
        tools=tools_in(row.get("tools")),
        facts=_facts(row, media, table),
    )
    return in_order(record) if record.turns else record


def _pictures(row: Mapping[str, Any], root: str, base: str) -> list[Media]:
    media = []
    for column in filter(names_files, row):
        value = row[column]
        for name in value if isinstance(value, list) else [value]:
            if name is None:
                continue
            named = picture_named(name, root)
            media.append(named if named.path is None else replace(named, path=f"{base}{named.path}"))
    return media


def _turns(messages: list[Any], pictures: int) -> list[Turn]:
    turns = turns_of(messages, _picture)
    if not turns:
        return []
    if not _places(turns):
        if sum(turn.text.count(MARK) for turn in turns) == pictures:
            turns = [replace(turn, parts=parts_of(turn.text)) if turn.parts else turn for turn in turns]
        else:
            turns = shown_first(turns, pictures)
    check_places(pictures, _places(turns))
    return turns


def _places(turns: Sequence[Turn]) -> int:
    return sum(part.type == "image" for turn in turns for part in turn.parts)


def _picture(part: Mapping[str, Any]) -> Part:
    if part["type"] != "image":
        raise BadRow(f"unknown part: {part['type']!r:.80}")
    return Part("image")


def _origin(row: Mapping[str, Any], where: str, dataset: str, split: str | None) -> Origin:
    told: dict[str, Any] = {"dataset": dataset, "key": key_of(row, where), "split": split}
    told["author"] = row.get("author")
    told["address"] = next((row[name] for name in _ADDRESSES if row.get(name)), None)
    if name := next((row[name] for name in _LICENCES if row.get(name)), None):
        told["picture_licence"] = licence.find(name).name if isinstance(name, str) else name
    if isinstance(row.get("origin"), Mapping):
        told |= {name: row["origin"][name] for name in _ORIGIN if row["origin"].get(name) is not None}
    parents = told.pop("parents", None) or ()
    if not all(isinstance(text, str | None) for text in (*told.values(), *parents)):
        raise BadRow("what it says of its origin is no text")
    return Origin(**told, parents=tuple(parents))


def _facts(row: Mapping[str, Any], media: Sequence[Media], table: Table) -> Facts:
    told = row.get("facts")
    is_ours = isinstance(told, str) and told.startswith("{")
    try:
        facts = _FACTS.validate_json(told) if isinstance(told, str) and is_ours else Facts()
    except ValidationError:
        raise BadRow("`facts` is no JSON of facts") from None
    captions = [text for name in _CAPTIONS for text in _texts(row, name)]
    labels = [_label(value, table.categories.get(name, ())) for name in _LABELS for value in _several(row, name)]
    left = {name: value for name, value in row.items() if name not in _KNOWN and not names_files(name)}
    if is_ours:
        del left["facts"]
    boxes, unsaid = _boxes(left.pop("objects", None), media, table)
    left = {name: value for name, value in {**left, "objects": unsaid}.items() if value is not None}
    return replace(
        facts,
        captions=(*facts.captions, *captions),
        present=(*facts.present, *labels),
        boxes=facts.boxes or boxes,
        extra=_extra(facts.extra, left),
    )


def _extra(told: str | None, left: Mapping[str, Any]) -> str | None:
    """Keep the columns that no field covers."""
    if not left:
        return told
    return orjson.dumps({**left, **({"facts": told} if told else {})}, default=str).decode()


def _several(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


def _texts(row: Mapping[str, Any], name: str) -> list[str]:
    values = _several(row, name)
    if not all(isinstance(text, str) for text in values):
        raise BadRow(f"`{name}` is no text")
    return [text for text in values if text]


def _label(value: Any, names: Sequence[str]) -> str:
    """Name a category: by its name, else by its number as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRow("a category is neither a name nor a number")
    return names[value] if 0 <= value < len(names) else str(value)


def _boxes(objects: Any, media: Sequence[Media], table: Table) -> tuple[tuple[Box, ...], dict[str, Any] | None]:
    """Read boxes in pixels, and give what else a row says of its objects."""
    if objects is None:
        return (), None
    if not isinstance(objects, Mapping):
        raise BadRow("`objects` is no object of lists")
    column = next((name for name in _CATEGORIES if name in objects), "")
    boxes, labels = list_in(objects, "bbox"), list_in(objects, column)
    if len(boxes) != len(labels):
        raise BadRow("its boxes and their categories differ in number")
    left = {name: value for name, value in objects.items() if name not in ("bbox", column)}
    if not boxes:
        return (), left or None
    if len(media) != 1:
        raise BadRow("it has boxes and several pictures, and nobody can say in which they are")
    size, names = picture_size(media[0]), table.categories.get(column, ())
    return tuple(_box(box, _label(label, names), size) for box, label in zip(boxes, labels, strict=True)), left or None


def _box(values: Any, label: str, size: tuple[int, int]) -> Box:
    if not isinstance(values, list) or len(values) != 4:
        raise BadRow("a box is not made of four numbers")
    x, y, width, height = map(float, values)
    if not math.isfinite(x + y + width + height) or width <= 0 or height <= 0:
        raise BadRow("a box has no area, or a number that is not finite")
    if x >= size[0] or y >= size[1] or x + width <= 0 or y + height <= 0:
        raise BadRow("a box lies outside its picture")
    left, right = max(0.0, x / size[0]), min(1.0, (x + width) / size[0])
    return Box(label=label, left=left, top=max(0.0, y / size[1]), right=right, bottom=min(1.0, (y + height) / size[1]))
