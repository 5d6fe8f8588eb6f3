"""JPEG, in and out: decoded no larger than needed, and strictly, so that half a picture is never taken for a whole."""

from math import ceil
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from pictus.pixels.libraries import load_libraries
from pictus.pixels.unfit import Unfit

Pixels: TypeAlias = npt.NDArray[np.uint8]  # height, width, and red, green and blue

# What libjpeg says of a picture of which a part is missing or scrambled. All else that it warns of, such as bytes
# between segments, harms no pixel.
_BROKEN = ("remature end", "bad Huffman code", "bad arithmetic code", "found marker")


def decode(data: bytes, picture: Image.Image, eighths: int) -> Pixels | None:
    """Decode a JPEG at some eighths of its size.

    None for what simplejpeg does not read: four inks, and what libjpeg warns of; Pillow may.
    """
    if picture.mode not in ("RGB", "L"):
        return None
    simplejpeg, _ = load_libraries()
    width, height = (ceil(side * eighths / 8) for side in picture.size)
    try:
        return _pixels(simplejpeg.decode_jpeg(data, "RGB", min_width=width, min_height=height, min_factor=1))
    except ValueError as error:
        if any(words in str(error) for words in _BROKEN):
            raise Unfit("decode_failed", str(error)) from None
        return None


def verify(data: bytes, picture: Image.Image) -> bool:
    """Read all of a JPEG and keep nothing: a broken one raises `Unfit`; False where Pillow must be asked."""
    return decode(data, picture, 1) is not None


def eighths_for(size: tuple[int, int], wanted: tuple[int, int]) -> int:
    """Say at how many eighths of its size a JPEG may be decoded before it is made smaller still.

    Three times the wanted size at the least: there the result is as near to that of all pixels as it is without, and at
    twice it is 0.8 dB farther. And only where no pixel at the edge is left partly empty, which would shift the others.
    """
    for eighths in (1, 2, 4):
        if all(had * eighths % 8 == 0 and had * eighths >= 24 * side for had, side in zip(size, wanted, strict=True)):
            return eighths
    return 8


def encode(pixels: Pixels, quality: int) -> bytes:
    """Write a JPEG with half the colours across and down (4:2:0), as nearly all programs do."""
    simplejpeg, _ = load_libraries()
    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "420")
    return data


def _pixels(decoded: Any) -> Pixels:
    return np.asarray(decoded, np.uint8)
