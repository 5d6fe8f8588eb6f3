"""JPEG, in and out: decoded no larger than needed, and strictly, so that half a picture is never taken for a whole."""

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


def decode(data: bytes, picture: Image.Image, least: tuple[int, int]) -> Pixels | None:
    """Decode a JPEG at the least eighths of its size that hold the given width and height.

    None for what simplejpeg does not read: four inks, and what libjpeg warns of; Pillow may.
    """
    if picture.mode not in ("RGB", "L"):
        return None
    simplejpeg, _ = load_libraries()
    width, height = least
    try:
        return _pixels(simplejpeg.decode_jpeg(data, "RGB", min_width=width, min_height=height, min_factor=1))
    except ValueError as error:
        if any(words in str(error) for words in _BROKEN):
            raise Unfit("decode_failed", str(error)) from None
        return None


def verify(data: bytes, picture: Image.Image) -> bool:
    """Read all of a JPEG and keep nothing: a broken one raises `Unfit`; False where Pillow must be asked."""
    return decode(data, picture, (1, 1)) is not None


def encode(pixels: Pixels, quality: int) -> bytes:
    """Write a JPEG with half the colours across and down (4:2:0), as nearly all programs do."""
    simplejpeg, _ = load_libraries()
    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "420")
    return data


def _pixels(decoded: Any) -> Pixels:
    return np.asarray(decoded, np.uint8)
