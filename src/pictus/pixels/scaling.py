"""Decoded pixels, upright, scaled, and laid on their canvas."""

import numpy as np

from pictus.pixels.geometry import Plan
from pictus.pixels.jpeg import Pixels
from pictus.pixels.libraries import load_libraries

_SLIGHT = 1.5  # up to this share two neighbours say all; beyond, some pixels would be passed over
_WHITE = 255


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn a stored picture as its EXIF orientation says."""
    if orientation > 4:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def scaled(pixels: Pixels, width: int, height: int) -> Pixels:
    """Bring pixels to a size: the mean of all that one covers, or of neighbours where hardly more are covered."""
    had_height, had_width = pixels.shape[:2]
    if (had_width, had_height) == (width, height):
        return pixels
    _, cv2 = load_libraries()
    larger = max(had_width / width, had_height / height)
    how = cv2.INTER_AREA
    if larger <= _SLIGHT:  # the exact form gives the same bytes on every processor
        how = cv2.INTER_LANCZOS4 if larger < 1 else cv2.INTER_LINEAR_EXACT
    result: Pixels = cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=how)
    return result


def laid(pixels: Pixels, plan: Plan) -> Pixels:
    """Cut the scaled picture to its canvas, or put it in the middle of a white one."""
    width, height = plan.canvas_width, plan.canvas_height
    if (width, height) == (plan.width, plan.height):
        return pixels
    if plan.left <= 0 and plan.top <= 0 and width <= plan.width and height <= plan.height:
        return pixels[-plan.top : height - plan.top, -plan.left : width - plan.left]
    canvas = np.full((height, width, 3), _WHITE, np.uint8)
    canvas[plan.top : plan.top + plan.height, plan.left : plan.left + plan.width] = pixels
    return canvas
