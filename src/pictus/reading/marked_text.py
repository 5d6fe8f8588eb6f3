"""Text in which `<image>` marks the place of a picture, as LLaVA, LLaMA-Factory and others write it."""

from collections.abc import Sequence
from typing import Any

from pictus.reading.rows import BadRow
from pictus.record import Media, Part, Record, Turn

MARK = "<image>"


def parts_of(text: str) -> tuple[Part, ...]:
    """Cut a text at its marks; a line break after a mark, or before one at the end, belongs to the mark."""
    if MARK not in text:
        return (Part("text", text),)
    pieces = text.split(MARK)
    parts: list[Part] = []
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        if number:
            parts.append(Part("image"))
            piece = piece.removeprefix("\n")
        if number == last - 1 and not pieces[last]:
            piece = piece.removesuffix("\n")
        if piece:
            parts.append(Part("text", piece))
    return tuple(parts)


def text_of(turn: Turn, lost: set[str], *, marks: Sequence[str] = (MARK,)) -> str:
    """Write a turn with a mark for each picture, on a line of its own: what `parts_of` reads back.

    A mark that somebody wrote as text would be taken for a picture: it is left out, and named as lost.

    Args:
        turn: what to write.
        lost: takes the words for what was left out.
        marks: all that the reader of the file takes for the place of a medium.
    """
    parts = turn.parts
    if len(parts) == 1 and parts[0].type == "text":  # most turns
        return _plain(parts[0].text or "", lost, marks)
    pieces: list[str] = []
    last = len(parts) - 1
    for number, part in enumerate(parts):
        if part.type == "text":
            pieces.append(_plain(part.text or "", lost, marks))
        elif part.type != "image":
            raise BadRow(f"it holds {part.type}, and this format knows pictures only")
        elif number < last:
            pieces.append(MARK + "\n")
        else:
            pieces.append(f"\n{MARK}" if any(pieces) else MARK)
    text = "".join(pieces)
    if text.count(MARK) != sum(part.type == "image" for part in parts):
        raise BadRow(f"its texts put together give the text {MARK}, which would be taken for a picture")
    return text


def picture_names(record: Record) -> list[str]:
    """Name the pictures of a record as a file can: by path, else by address."""
    names = []
    for medium in record.media:
        if medium.kind != "image":
            raise BadRow(f"it holds {medium.kind}, and this format knows pictures only")
        name = medium.path or medium.url
        if name is None:
            raise BadRow("a picture has neither a path nor an address")
        names.append(name)
    places = 0
    for turn in record.turns:
        inside = sum(part.type == "image" for part in turn.parts)
        if inside and turn.role in ("assistant", "system"):
            raise BadRow(f"a turn of the {turn.role} holds a picture, and trainers take these from users only")
        places += inside
    check_places(len(names), places)
    return names


def pictures_named(names: Sequence[Any], root: str, turns: Sequence[Turn]) -> list[Media]:
    """Make the pictures that a row names, one for each place in its turns."""
    check_places(len(names), sum(part.type == "image" for turn in turns for part in turn.parts))
    return [picture_named(name, root) for name in names]


def picture_named(name: Any, root: str) -> Media:
    """Make the picture that a name in a row stands for: an address, or a path below the root."""
    if not isinstance(name, str) or not name or "\0" in name:
        raise BadRow("the name of a picture is no text, or no name")
    return Media(url=name) if name.startswith(("http://", "https://")) else Media(path=name, root=root)


def check_places(pictures: int, places: int) -> None:
    """Refuse a row whose pictures and marks differ in number: nobody can say which belong together."""
    if pictures != places:
        raise BadRow(f"it has {pictures} pictures and places for {places}")


def _plain(text: str, lost: set[str], marks: Sequence[str]) -> str:
    for mark in marks:
        while mark in text:  # again, since taking one out may put another together
            lost.add(f"the literal text {mark}, which would be taken for the place of a medium")
            text = text.replace(mark, "")
    return text
