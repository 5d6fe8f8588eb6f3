"""Boxes that datasets write in pixels, as fractions of their picture."""

import math

from pictus.reading.rows import BadRow
from pictus.record import Box


def box_of(
    label: str,
    corner: tuple[float, float],
    sides: tuple[float, float],
    *,
    picture: tuple[int, int],
    key: str | None = None,
    attributes: tuple[str, ...] = (),
) -> Box | None:
    """Make a box of its upper left corner and its sides, cut off where the picture ends; None if nothing is left."""
    (x, y), (wide, high), (width, height) = corner, sides, picture
    if not math.isfinite(x + y + wide + high):
        raise BadRow("a number of a box is not finite")
    left, right = (min(max(at / width, 0.0), 1.0) for at in (x, x + wide))
    top, bottom = (min(max(at / height, 0.0), 1.0) for at in (y, y + high))
    if left >= right or top >= bottom:
        return None
    return Box(label=label, left=left, top=top, right=right, bottom=bottom, attributes=attributes, id=key)
