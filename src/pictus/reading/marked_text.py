"""Text in which `<image>` marks the place of a picture, as LLaVA, LLaMA-Factory and others write it."""

from collections import Counter

from pictus.reading.rows import BadRow
from pictus.record import Part, Record, Turn

MARK = "<image>"


def parts_of(text: str) -> tuple[Part, ...]:
    """Cut a text at its marks; the line break that goes with a mark at either end belongs to the mark."""
    if MARK not in text:
        return (Part("text", text),)
    pieces = text.split(MARK)
    parts: list[Part] = []
    for number, piece in enumerate(pieces):
        if number:
            parts.append(Part("image"))
            piece = piece.removeprefix("\n")
        if number < len(pieces) - 1:
            piece = piece.removesuffix("\n")
        if piece:
            parts.append(Part("text", piece))
    return tuple(parts)


def text_of(turn: Turn, lost: Counter[str]) -> str:
    """Write a turn with a mark for each picture, on a line of its own before the text that follows.

    A mark that somebody wrote as text would be taken for a picture: it is left out, and counted.
    """
    if len(turn.parts) == 1 and turn.parts[0].type == "text":  # most turns
        return _plain(turn.parts[0].text or "", lost)
    pieces: list[str] = []
    for part in turn.parts:
        if part.type == "image":
            pieces.append(MARK + "\n")
        elif part.type == "text":
            pieces.append(_plain(part.text or "", lost))
        else:
            raise BadRow(f"it holds {part.type}, and this format knows pictures only")
    text = "".join(pieces)
    return text[:-1] if turn.parts and turn.parts[-1].type == "image" else text


def picture_paths(record: Record) -> list[str]:
    """Name the pictures of a record as a file can: by path, else by address."""
    paths = []
    for medium in record.media:
        if medium.kind != "image":
            raise BadRow(f"it holds {medium.kind}, and this format knows pictures only")
        name = medium.path or medium.url
        if name is None:
            raise BadRow("a picture has neither a path nor an address")
        paths.append(name)
    places = sum(part.type == "image" for turn in record.turns for part in turn.parts)
    if places != len(paths):
        raise BadRow(f"it has {len(paths)} pictures and places for {places}")
    return paths


def _plain(text: str, lost: Counter[str]) -> str:
    if MARK in text:
        lost[f"the literal text {MARK}, which would be taken for a picture"] += 1
        return text.replace(MARK, "")
    return text
