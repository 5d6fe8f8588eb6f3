"""Faces and other boxes that nobody may recognise: so few colours are left of each that there is nothing to sharpen."""

from collections.abc import Sequence
from math import ceil, floor, isfinite
from typing import TypeAlias

from pictus.pixels.jpeg import Pixels
from pictus.pixels.libraries import load_libraries
from pictus.pixels.unfit import Unfit

Fractions: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom of the upright picture

_MARGIN = 0.1  # of the box's longer side, on each side: boxes are drawn tightly
_COLOURS = 5  # across the longer side


def blurred(pixels: Pixels, boxes: Sequence[Fractions]) -> Pixels:
    """Blur the boxes; one that is none raises `Unfit`, since what it should have hidden would be seen."""
    if not boxes:
        return pixels
    _, cv2 = load_libraries()
    result = pixels.copy()
    for box in boxes:
        left, top, right, bottom = _place(box, pixels.shape[1], pixels.shape[0])
        part = result[top:bottom, left:right]
        height, width = part.shape[:2]
        share = _COLOURS / max(width, height)
        # A box of fewer pixels than that has one colour.
        few = (max(1, round(width * share)), max(1, round(height * share))) if share < 1 else (1, 1)
        small = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
        result[top:bottom, left:right] = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)
    return result


def _place(box: Fractions, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    if not all(map(isfinite, box)) or right <= left or bottom <= top:
        raise Unfit("bad_box", f"{tuple(box)} is no box of fractions to blur")
    more = _MARGIN * max((right - left) * width, (bottom - top) * height)
    place = (
        max(0, floor(left * width - more)),
        max(0, floor(top * height - more)),
        min(width, ceil(right * width + more)),
        min(height, ceil(bottom * height + more)),
    )
    if place[2] <= place[0] or place[3] <= place[1]:
        raise Unfit("bad_box", f"{tuple(box)} lies outside the picture")
    return place
