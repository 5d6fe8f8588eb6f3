"""Texts that speak of pictures by number, such as "<image 2>", as parts of a turn with the pictures in that order."""

import re
from collections.abc import Mapping

from pictus.reading.rows import BadRow
from pictus.record import Media, Part

_MARK = re.compile(r"<image (\d+)>")


def placed_pictures(text: str, pictures: Mapping[int, Media]) -> tuple[tuple[Part, ...], tuple[Media, ...]]:
    """Cut a text at its marks; give its parts, and the pictures in the order of their places.

    A picture that is named twice has two places, and one that is not named stands in front.
    """
    parts: list[Part] = []
    media: list[Media] = []
    named = {int(number) for number in _MARK.findall(text)}
    for number in sorted(pictures.keys() - named):
        parts.append(Part("image"))
        media.append(pictures[number])
    for place, piece in enumerate(_MARK.split(text)):
        if place % 2 == 0:
            parts += [Part("text", piece)] if piece else []
        elif int(piece) in pictures:
            parts.append(Part("image"))
            media.append(pictures[int(piece)])
        else:
            raise BadRow("it speaks of a picture that it does not have")
    return tuple(parts), tuple(media)


def without_marks(text: str) -> str:
    """Give the words of a text without the places of pictures."""
    return " ".join(_MARK.sub(" ", text).split())
