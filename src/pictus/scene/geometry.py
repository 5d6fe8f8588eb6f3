"""Where things are in a picture and how large: relations that hold by a clear margin, or not at all.

A relation that a second look could dispute is no relation: each function here says true only where things lie
apart, or differ, by more than the slack of a hand-drawn box.
"""

from dataclasses import dataclass
from math import hypot

TINY = 0.0008  # of the picture, about 16 x 16 pixels of 640 x 480: smaller things are not spoken of
ALIKE = 0.5  # likeness from which two rectangles mean the same thing
_APART = 0.08  # between centres, as a fraction of the picture
_SLACK = 0.03  # from the border between two thirds of the picture
_WIDE = 0.5  # a thing wider than this is on no side of the picture
_LARGER = 1.5  # times the other's area
_FARTHER = 1.4  # times the other's distance
_ASPECTS = (0.5, 2.0)  # width to height, where the size of a picture is not known


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the picture, cut at its edges."""

    left: float
    top: float
    right: float
    bottom: float
    x: float  # of the centre
    y: float
    size: float  # fraction of the picture

    @classmethod
    def of(cls, left: float, top: float, right: float, bottom: float) -> "Area | None":
        """Cut a box at the edges of the picture; None when nothing is left of it."""
        left, top = max(0.0, left), max(0.0, top)
        right, bottom = min(1.0, right), min(1.0, bottom)
        if not (right > left and bottom > top):
            return None
        return cls(left, top, right, bottom, (left + right) / 2, (top + bottom) / 2, (right - left) * (bottom - top))


def shared(one: Area, other: Area) -> float:
    """Give the area that two rectangles share."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return width * height if width > 0 and height > 0 else 0.0


def likeness(one: Area, other: Area) -> float:
    """Give the shared part of two rectangles as a fraction of both together."""
    both = shared(one, other)
    return both / (one.size + other.size - both) if both else 0.0


def inside(one: Area, other: Area) -> float:
    """Give the fraction of the first rectangle that lies in the other."""
    return shared(one, other) / one.size


def is_left_of(one: Area, other: Area) -> bool:
    """Say whether one thing lies wholly to the left of the other."""
    return one.right <= other.left and other.x - one.x >= _APART


def is_above(one: Area, other: Area) -> bool:
    """Say whether one thing lies wholly higher in the picture than the other."""
    return one.bottom <= other.top and other.y - one.y >= _APART


def third_across(area: Area) -> int | None:
    """Say in which third of the width a thing is: 0 left, 1 middle, 2 right."""
    return _third(area.x) if area.right - area.left <= _WIDE else None


def third_down(area: Area) -> int | None:
    """Say in which third of the height a thing is: 0 top, 1 middle, 2 bottom."""
    return _third(area.y) if area.bottom - area.top <= _WIDE else None


def half_across(area: Area) -> int | None:
    """Say in which half of the width a thing lies wholly: 0 left, 1 right."""
    if area.right <= 0.5 and area.x <= 0.5 - _SLACK:
        return 0
    return 1 if area.left >= 0.5 and area.x >= 0.5 + _SLACK else None


def is_larger(one: Area, other: Area, one_mask: float | None, other_mask: float | None) -> bool:
    """Say whether one thing takes up clearly more of the picture.

    By the masks where both are known, and then the boxes must not say the opposite; else by the boxes.
    """
    if one_mask is None or other_mask is None:
        return one.size >= _LARGER * other.size
    return one_mask >= _LARGER * other_mask and one.size >= other.size


def is_nearer(near: Area, far: Area, anchor: Area, aspect: float | None) -> bool:
    """Say whether one thing is clearly nearer to a third, both by centres and by the gap between edges.

    Without the size of the picture it must hold for a tall one and for a wide one.
    """
    return all(
        _distance(far, anchor, shape) >= _FARTHER * max(_distance(near, anchor, shape), _SLACK)
        and _gap(near, anchor, shape) <= _gap(far, anchor, shape)
        for shape in ((aspect,) if aspect else _ASPECTS)
    )


def _third(at: float) -> int | None:
    for number in range(3):
        low = number / 3 + _SLACK if number else 0.0
        high = (number + 1) / 3 - _SLACK if number < 2 else 1.0
        if low <= at <= high:
            return number
    return None


def _distance(one: Area, other: Area, aspect: float) -> float:
    return hypot((one.x - other.x) * aspect, one.y - other.y)


def _gap(one: Area, other: Area, aspect: float) -> float:
    across = max(one.left - other.right, other.left - one.right, 0.0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0.0)
    return hypot(across * aspect, down)
