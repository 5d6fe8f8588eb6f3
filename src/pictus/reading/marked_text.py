"""Text in which `<image>` marks the place of a picture, as LLaVA, LLaMA-Factory and others write it.

A format that takes other media says so by `kinds`; each has a mark of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pictus.reading.rows import BadRow
from pictus.record import Media, MediaKind, Part, Record, Turn

MARK = "<image>"
MARKS: dict[MediaKind, str] = {"image": MARK, "motion": "<motion>"}
PICTURES: tuple[MediaKind, ...] = ("image",)
_ONE = {"image": "a picture", "motion": "a motion"}
_MANY = {"image": "pictures", "motion": "motions"}
_KIND_OF = {mark: kind for kind, mark in MARKS.items()}


def parts_of(text: str, *, kinds: Sequence[MediaKind] = PICTURES) -> tuple[Part, ...]:
    """Cut a text at its marks; a line break after a mark, or before one at the end, belongs to the mark."""
    if "<" not in text:  # most turns
        return (Part("text", text),)
    # Every second piece is a mark.
    pieces = _pattern(tuple(kinds)).split(text)
    parts: list[Part] = []
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        if number % 2:
            parts.append(Part(_KIND_OF[piece]))
            continue
        if number:
            piece = piece.removeprefix("\n")
        if number == last - 2 and not pieces[last]:
            piece = piece.removesuffix("\n")
        if piece:
            parts.append(Part("text", piece))
    return tuple(parts)


def text_of(
    turn: Turn, lost: set[str], *, marks: Sequence[str] = (MARK,), kinds: Sequence[MediaKind] = PICTURES
) -> str:
    """Write a turn with a mark for each medium, on a line of its own: what `parts_of` reads back.

    A mark that somebody wrote as text would be taken for a medium: it is left out, and named as lost.

    Args:
        turn: what to write.
        lost: takes the words for what was left out.
        marks: all that the reader of the file takes for the place of a medium.
        kinds: the media that the file can hold.
    """
    parts = turn.parts
    if len(parts) == 1 and parts[0].type == "text":  # most turns
        return _plain(parts[0].text or "", lost, marks)
    pieces: list[str] = []
    last = len(parts) - 1
    for number, part in enumerate(parts):
        if part.type == "text":
            pieces.append(_plain(part.text or "", lost, marks))
        elif part.type not in kinds:
            raise BadRow(_unknown(part.type, kinds))
        elif number < last:
            pieces.append(MARKS[part.type] + "\n")
        else:
            pieces.append(f"\n{MARKS[part.type]}" if any(pieces) else MARKS[part.type])
    text = "".join(pieces)
    for kind in kinds:
        if MARKS[kind] in marks and text.count(MARKS[kind]) != sum(part.type == kind for part in parts):
            raise BadRow(f"its texts put together give the text {MARKS[kind]}, which would be taken for {_ONE[kind]}")
    return text


def picture_names(record: Record) -> list[str]:
    """Name the pictures of a record as a file can: by path, else by address."""
    return media_names(record)["image"]


def media_names(record: Record, *, kinds: Sequence[MediaKind] = PICTURES) -> dict[MediaKind, list[str]]:
    """Name the media of a record as a file can, those of each kind in their order."""
    names: dict[MediaKind, list[str]] = {kind: [] for kind in kinds}
    for medium in record.media:
        if medium.kind not in kinds:
            raise BadRow(_unknown(medium.kind, kinds))
        name = medium.path or medium.url
        if name is None:
            raise BadRow(f"{_ONE[medium.kind]} has neither a path nor an address")
        names[medium.kind].append(name)
    places = dict.fromkeys(kinds, 0)
    for turn in record.turns:
        for part in turn.parts:
            if part.type == "text" or part.type not in places:
                continue
            if turn.role in ("assistant", "system"):
                one = _ONE[part.type]
                raise BadRow(f"a turn of the {turn.role} holds {one}, and trainers take these from users only")
            places[part.type] += 1
    for kind, count in places.items():
        check_places(len(names[kind]), count, kind)
    return names


def pictures_named(names: Sequence[Any], root: str, turns: Sequence[Turn]) -> list[Media]:
    """Make the pictures that a row names, one for each place in its turns."""
    return media_named({"image": names}, root, turns)


def media_named(names: Mapping[MediaKind, Sequence[Any]], root: str, turns: Sequence[Turn]) -> list[Media]:
    """Make the media that a row names, in the order of their places in its turns."""
    places = [part.type for turn in turns for part in turn.parts]
    for kind, some in names.items():
        check_places(len(some), places.count(kind), kind)
    left = {kind: iter(some) for kind, some in names.items()}
    return [picture_named(next(left[place]), root, kind=place) for place in places if place != "text"]


def shown_first(turns: Sequence[Turn], pictures: int) -> list[Turn]:
    """Give some pictures places before the first question, as trainers do with those that no place is marked for."""
    number = next((number for number, turn in enumerate(turns) if turn.role == "user"), None)
    if number is None or pictures <= 0:
        return list(turns)
    shown = replace(turns[number], parts=(*(Part("image"),) * pictures, *turns[number].parts))
    return [*turns[:number], shown, *turns[number + 1 :]]


def picture_named(name: Any, root: str, *, kind: MediaKind = "image") -> Media:
    """Make the picture, or other medium, that a name in a row stands for: an address, or a path below the root."""
    if not isinstance(name, str) or not name or "\0" in name:
        raise BadRow(f"the name of {_ONE[kind]} is no text, or no name")
    if name.startswith(("http://", "https://")):
        return Media(kind=kind, url=name)
    return Media(kind=kind, path=name, root=root)


def check_places(pictures: int, places: int, kind: MediaKind = "image") -> None:
    """Refuse a row whose pictures and marks differ in number: nobody can say which belong together."""
    if pictures != places:
        raise BadRow(f"it has {pictures} {_MANY[kind]} and places for {places}")


def _unknown(kind: str, kinds: Sequence[MediaKind]) -> str:
    return f"it holds {kind}, and this format knows {' and '.join(_MANY[kind] for kind in kinds)} only"


@cache
def _pattern(kinds: Sequence[MediaKind]) -> re.Pattern[str]:
    return re.compile(f"({'|'.join(re.escape(MARKS[kind]) for kind in kinds)})")


def _plain(text: str, lost: set[str], marks: Sequence[str]) -> str:
    for mark in marks:
        while mark in text:  # again, since taking one out may put another together
            lost.add(f"the literal text {mark}, which would be taken for the place of a medium")
            text = text.replace(mark, "")
    return text
