"""The facts of one picture, from what the tables of Open Images say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import orjson

from pictus.record import Box, Facts, Narrative, Relation

Corners: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

_SAME = 1e-4  # of the picture, a tenth of a pixel: one file prints a corner with more digits than another


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of the table of relations."""

    subject: str
    predicate: str
    object: str  # an attribute of the subject, where the predicate is "is"
    subject_at: Corners
    object_at: Corners


@dataclass(frozen=True, slots=True)
class Mask:
    """A row of the table of masks."""

    label: str
    at: Corners
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The rows of every table about one picture, each table's in the order of its file."""

    boxes: Sequence[Box] = ()
    verified: Sequence[tuple[str, bool]] = ()  # a label that people looked for, and whether they found it
    guessed: Sequence[str] = ()
    relations: Sequence[Pair] = ()
    masks: Sequence[Mask] = ()
    narratives: Sequence[Narrative] = ()


def facts_of(told: Told, notes: Mapping[str, Any]) -> Facts:
    """Bring together what is told of a picture.

    Present is what was marked, then what people found, then what a machine saw; absent is what people looked for
    and did not find, unless anybody marked or found it.

    Args:
        told: the rows.
        notes: what no field of facts covers; masks are added to it.
    """
    boxes = list(told.boxes)
    marked: dict[str, None] = dict.fromkeys([box.label for box in boxes])
    relations = [relation for pair in told.relations if (relation := _relation(pair, boxes, marked))]
    if told.masks:
        masks = [
            {"box": _id_at(mask.at, mask.label, boxes), "label": mask.label, "path": mask.path} for mask in told.masks
        ]
        marked |= dict.fromkeys(mask.label for mask in told.masks)
        notes = {**notes, "masks": masks}
    marked |= dict.fromkeys(label for label, is_there in told.verified if is_there)
    absent = dict.fromkeys(label for label, is_there in told.verified if not is_there and label not in marked)
    marked |= dict.fromkeys(label for label in told.guessed if label not in absent)
    return Facts(
        boxes=tuple(boxes),
        present=tuple(marked),
        absent=tuple(absent),
        relations=tuple(relations),
        narratives=_narratives(told.narratives),
        extra=orjson.dumps(notes).decode() if notes else None,
    )


def _relation(pair: Pair, boxes: list[Box], marked: dict[str, None]) -> Relation | None:
    """Make a relation; "is" gives its box an attribute instead, where there is the box."""
    marked[pair.subject] = None
    place = _place_of(pair.subject_at, pair.subject, boxes)
    subject_id = None if place is None else boxes[place].id
    if pair.predicate != "is":
        marked[pair.object] = None
        object_id = _id_at(pair.object_at, pair.object, boxes)
    elif place is None:
        object_id = None
    else:
        attributes = dict.fromkeys((*boxes[place].attributes, pair.object))
        boxes[place] = replace(boxes[place], attributes=tuple(attributes))
        return None
    return Relation(
        subject=pair.subject,
        predicate=pair.predicate,
        object=pair.object,
        subject_id=subject_id,
        object_id=object_id,
    )


def _id_at(corners: Corners, label: str, boxes: Sequence[Box]) -> str | None:
    place = _place_of(corners, label, boxes)
    return None if place is None else boxes[place].id


def _place_of(corners: Corners, label: str, boxes: Sequence[Box]) -> int | None:
    """Find the box of a label that has these corners: the nearest, should there be several."""
    left, top, right, bottom = corners
    found, nearest = None, _SAME
    for place, box in enumerate(boxes):
        if box.label == label:
            distance = max(abs(box.left - left), abs(box.top - top), abs(box.right - right), abs(box.bottom - bottom))
            if distance < nearest:
                found, nearest = place, distance
    return found


def _narratives(narratives: Sequence[Narrative]) -> tuple[Narrative, ...]:
    """Leave out a text without a track that is there already: some files repeat others without the tracks."""
    kept: dict[str, list[Narrative]] = {}
    for one in narratives:
        same = kept.setdefault(one.text, [])
        if one.points or not same:
            same.append(one)
    return tuple(one for same in kept.values() for one in same)
