"""Join annotation files in COCO's layout into one record a picture.

Pictures, instances and captions refer to each other by id and stand in no useful order, so the join needs all
of them; they are kept as packed numbers until a picture's turn comes, about 150 MB for all of COCO.
"""

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pictus import licence
from pictus.errors import PictusError
from pictus.reading.files import packed_or_not
from pictus.reading.json import read_batches
from pictus.reading.rows import ROW_ERRORS, BadRow, reason_of, row_text
from pictus.record import Box, Facts, Media, Origin, Record, Reject, make_record

Key: TypeAlias = int | str
_LIMIT_PIXELS = 1_000_000  # a side longer than this is a mistake


@dataclass(slots=True)
class _Picture:
    file_name: str
    width: int | None
    height: int | None
    licence: Key | None  # number in the file's list of licences
    url: str | None
    page: str | None
    absent: tuple[Key, ...] | None  # categories known to be absent, where the file says so, as LVIS does
    captions: list[str] = field(default_factory=list)
    present: dict[str, None] = field(default_factory=dict)  # labels that somebody marked, however badly


@dataclass(slots=True)
class _Join:
    """Everything read so far. The instances are packed: as objects they would take ten times the memory."""

    licences: dict[Key, str] = field(default_factory=dict)
    labels: dict[Key, str] = field(default_factory=dict)
    pictures: dict[Key, _Picture] = field(default_factory=dict)
    owners: list[_Picture] = field(default_factory=list)  # of each instance, and so on
    instance_labels: list[str] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    numbers: "array[float]" = field(default_factory=lambda: array("d"))  # x, y, width, height, area, is it a group
    words: dict[int, tuple[tuple[str, ...], bool | None]] = field(default_factory=dict)  # attributes, occluded


def coco_records(
    files: Sequence[Path], *, dataset: str, split: str | None, root: Path, folder: str, text_licence: str
) -> Iterator[Record | Reject]:
    """Stream the records of annotation files that speak of the same pictures.

    Args:
        files: instances, captions or both.
        dataset: name for the origin of the records.
        split: of the dataset.
        root: the data root that picture paths are relative to.
        folder: where the pictures of this split lie, below the root.
        text_licence: licence of the annotations.
    """
    join = _Join()
    for path in files:
        yield from _take(join, path, {"licenses": _add_licence, "images": _add_picture, "categories": _add_category})
    # Only now, since a file may tell of its annotations before it tells of the pictures.
    for path in files:
        yield from _take(join, path, {"annotations": _add_annotation})
    instances: dict[int, list[int]] = {}
    for place, owner in enumerate(join.owners):
        instances.setdefault(id(owner), []).append(place)
    for key, picture in join.pictures.items():
        origin = Origin(
            dataset=dataset,
            split=split,
            key=str(key),
            address=picture.page or picture.url,
            picture_licence="unknown" if picture.licence is None else join.licences.get(picture.licence, "unknown"),
            text_licence=text_licence,
        )
        medium = Media(
            path=f"{folder}/{picture.file_name}" if folder else picture.file_name,
            root=str(root),
            url=picture.url,
            width=picture.width,
            height=picture.height,
        )
        facts = Facts(
            captions=tuple(picture.captions),
            boxes=tuple(_box(join, picture, place) for place in instances.get(id(picture), ())),
            present=tuple(picture.present),
            absent=_absent(join, picture),
        )
        yield make_record(origin, media=(medium,), facts=facts)


def _absent(join: _Join, picture: _Picture) -> tuple[str, ...]:
    if picture.absent is not None:
        return tuple(join.labels[key] for key in picture.absent if key in join.labels)
    if not picture.present:
        # COCO has captions for about a thousand pictures that nobody marked: silence, not absence.
        return ()
    return tuple(label for label in join.labels.values() if label not in picture.present)


def _box(join: _Join, picture: _Picture, place: int) -> Box:
    x, y, wide, high, area, group = join.numbers[6 * place : 6 * place + 6]
    width, height = picture.width or 1, picture.height or 1
    attributes, is_occluded = join.words.get(place, ((), None))
    return Box(
        label=join.instance_labels[place],
        left=min(max(x / width, 0.0), 1.0),
        top=min(max(y / height, 0.0), 1.0),
        right=min(max((x + wide) / width, 0.0), 1.0),
        bottom=min(max((y + high) / height, 0.0), 1.0),
        area=None if area < 0 else min(area / (width * height), 1.0),
        attributes=attributes,
        is_group=bool(group),
        is_occluded=is_occluded,
        id=join.ids[place],
    )


def _take(join: _Join, path: Path, adders: Mapping[str, Callable[[_Join, Any], None]]) -> Iterator[Reject]:
    """Take the rows of a file into the join; one that cannot be used comes back with its reason."""
    for batch in read_batches(path, tuple(adders)):
        add = adders[batch.key or ""]
        for index, row in enumerate(batch.rows):
            if isinstance(row, Reject):
                yield row
                continue
            try:
                add(join, row)
            except ROW_ERRORS as error:
                where = f"{path.name}, {batch.key}, row {batch.first + index}, byte {batch.starts[index]}"
                yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))


def _add_licence(join: _Join, row: Mapping[str, Any]) -> None:
    join.licences[_key(row["id"])] = licence.find(str(row.get("url") or row.get("name") or "unknown")).name


def _add_category(join: _Join, row: Mapping[str, Any]) -> None:
    join.labels[_key(row["id"])] = _line(row["name"], "the name of the category")


def _add_picture(join: _Join, row: Mapping[str, Any]) -> None:
    key, name = _key(row["id"]), _line(row["file_name"], "the file name")
    absent = row.get("neg_category_ids")
    known = join.pictures.get(key)
    if known is None:
        join.pictures[key] = _Picture(
            file_name=name,
            width=_side(row.get("width")),
            height=_side(row.get("height")),
            licence=_key(row["license"]) if row.get("license") is not None else None,
            url=_address(row.get("coco_url")),
            page=_address(row.get("flickr_url")),
            absent=None if absent is None else tuple(map(_key, absent)),
        )
    elif known.file_name != name:
        raise BadRow("another picture has the same id")
    elif known.absent is None and absent is not None:
        known.absent = tuple(map(_key, absent))


def _add_annotation(join: _Join, row: Mapping[str, Any]) -> None:
    key = _key(row["image_id"])
    picture = join.pictures.get(key)
    if picture is None:
        raise BadRow("it belongs to a picture that the files do not list")
    if "caption" in row:
        # One caption in seven has stray spaces or line breaks at its ends or inside.
        picture.captions.append(_line(row["caption"], "the caption"))
        return
    label = join.labels.get(_key(row["category_id"]))
    if label is None:
        raise BadRow("its category is not listed")
    picture.present[label] = None
    x, y, width, height = row["bbox"]
    _check_box(x, y, width, height, picture)
    is_group, area = bool(row.get("iscrowd")), row.get("area")
    if is_group or not isinstance(area, int | float) or not 0 < area < math.inf:
        area = -1.0  # not known, or the sum of many
    attributes, is_occluded = _words(row)
    if attributes or is_occluded is not None:
        join.words[len(join.owners)] = attributes, is_occluded
    join.numbers.extend((x, y, width, height, area, float(is_group)))
    join.owners.append(picture)
    join.instance_labels.append(label)
    join.ids.append(str(row["id"]) if "id" in row else None)


def _check_box(x: float, y: float, width: float, height: float, picture: _Picture) -> None:
    if not math.isfinite(x + y + width + height):
        raise BadRow("a number of the box is not finite")
    if width <= 0 or height <= 0:
        raise BadRow("the box has no area")
    if picture.width is None or picture.height is None:
        raise BadRow("the size of its picture is not known")
    if x >= picture.width or y >= picture.height or x + width <= 0 or y + height <= 0:
        raise BadRow("the box lies outside its picture")


def _words(row: Mapping[str, Any]) -> tuple[tuple[str, ...], bool | None]:
    """Read what annotation tools add to COCO: a list of attributes or an object of them, and occlusion."""
    attributes, occluded = row.get("attributes"), row.get("occluded")
    if isinstance(attributes, Mapping):
        occluded = attributes.get("occluded", occluded)
        attributes = [value for value in attributes.values() if isinstance(value, str)]
    words = tuple(_line(word, "an attribute") for word in attributes) if isinstance(attributes, list) else ()
    return words, None if occluded is None else bool(occluded)


def _key(value: Any) -> Key:
    """Give the one form of an id that may be a number in one file and text in the other."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value:
        return int(value) if value.isdecimal() and value.isascii() and str(int(value)) == value else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise BadRow(f"this is no id: {value!r}")


def _line(value: Any, what: str) -> str:
    line = " ".join(value.replace("\0", " ").split()) if isinstance(value, str) else ""
    if not line:
        raise BadRow(f"{what} is empty or no text")
    return line


def _side(value: Any) -> int | None:
    return int(value) if type(value) in (int, float) and 1 <= value <= _LIMIT_PIXELS else None


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def find_annotations(root: Path, names: Sequence[str]) -> list[Path]:
    """Find annotation files below a data root; all that are missing are named at once."""
    found = [packed_or_not(root / name) for name in names]
    missing = [name for name, path in zip(names, found, strict=True) if path is None or not path.is_file()]
    if missing or not names:
        raise PictusError(
            f"annotation files are missing: {', '.join(missing) or 'none was asked for'}",
            where=str(root),
            mend="put them there, or name the folder that has them",
        )
    return [path for path in found if path is not None]
