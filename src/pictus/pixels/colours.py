"""Pixels of any kind to red, green and blue of 8 bits: what is transparent shows white."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from pictus.pixels.jpeg import Pixels
from pictus.pixels.unfit import Unfit

_WHITE = (255, 255, 255, 255)
_LARGEST_PROFILE = 4 << 20


def coloured(picture: Image.Image) -> tuple[Image.Image, str]:
    """Convert a loaded picture, and say what it was where that was something else."""
    mode = picture.mode
    if mode.startswith("I;16"):
        # The high byte, as of colours of 16 bits; Pillow would cut all that is brighter than a 256th of white.
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB"), "was grey of 16 bits"
    if mode in ("I", "F"):
        raise Unfit("decode_failed", f"its pixels have 32 bits, and nothing says which is white (mode {mode})")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        opaque = layer.getchannel("A").getextrema() == (255, 255)
        return _on_white(layer), "" if opaque else "was transparent, now on white"
    if mode == "CMYK":
        return _from_inks(picture)
    return picture.convert("RGB"), ""


def in_srgb(pixels: Pixels, profile: bytes | None) -> tuple[Pixels, str]:
    """Convert the colours from those of an ICC profile, since what is written anew carries none."""
    conversion = _conversion(profile, "RGB") if profile else None
    if conversion is None:
        return pixels, ""
    return np.asarray(conversion.apply(Image.fromarray(pixels))), "its colour profile was applied"


def _on_white(layer: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", layer.size, _WHITE), layer).convert("RGB")


def _from_inks(picture: Image.Image) -> tuple[Image.Image, str]:
    profile = picture.info.get("icc_profile")
    conversion = _conversion(profile, "CMYK") if isinstance(profile, bytes) else None
    if conversion is None:
        return picture.convert("RGB"), "was CMYK"
    return conversion.apply(picture), "was CMYK, its colour profile was applied"


@lru_cache(maxsize=16)
def _conversion(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Make ready to convert to sRGB; None where the profile is that already, of other colours, or damaged."""
    if len(profile) > _LARGEST_PROFILE or profile[16:20] != {"RGB": b"RGB ", "CMYK": b"CMYK"}[mode]:
        return None
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(opened).lower():
            return None
        return ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), mode, "RGB")
    except Exception:  # of a damaged profile; the picture is shown as others do, without it
        return None
