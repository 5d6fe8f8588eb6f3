"""One encoded picture to the one that is wanted: head first, then upright, in sRGB, of its size, and encoded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image

from pictus.errors import PictusError
from pictus.pixels import jpeg
from pictus.pixels.bare import bare
from pictus.pixels.blur import Fractions, blurred
from pictus.pixels.colours import coloured, in_srgb
from pictus.pixels.exif import exif_of
from pictus.pixels.geometry import Plan, check_writable, planned
from pictus.pixels.head import frames_of, kind_of, opened, orientation_of
from pictus.pixels.jpeg import Pixels
from pictus.pixels.scaling import laid, scaled, upright
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted

_KEPT = {"jpg": ("RGB", "L"), "png": ("RGB", "L"), "webp": ("RGB",)}  # kinds and modes that every trainer reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it was wanted, and what it was."""

    data: bytes = field(repr=False)
    kind: str  # jpg, png or webp
    width: int
    height: int
    was_kind: str
    was_width: int  # of the upright picture
    was_height: int
    notes: tuple[str, ...] = ()
    exif: str | None = None


def made(data: bytes, wanted: Wanted, blur: Sequence[Fractions] = ()) -> Picture:
    """Make the picture that is wanted; what is no picture, a broken or an unwanted one raises `Unfit`."""
    with opened(data, wanted) as picture:
        try:
            return _made(data, picture, wanted, blur)
        except (Unfit, PictusError):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unfit("too_many_pixels", "a frame is larger than its head says") from None
        except Exception as error:
            # Damaged files make Pillow's decoders raise anything: IndexError, struct.error, SyntaxError, TypeError.
            raise Unfit("decode_failed", str(error) or type(error).__name__) from None


def _made(data: bytes, picture: Image.Image, wanted: Wanted, blur: Sequence[Fractions]) -> Picture:
    kind = kind_of(picture)
    if kind != "jpg":
        picture.load()  # a PNG may say only at its end how it stands, and Pillow turns a TIFF by itself
    turn = orientation_of(picture)
    width, height = picture.size[::-1] if turn > 4 else picture.size
    plan = planned(width, height, wanted)
    frames = frames_of(picture)
    exif = exif_of(picture) if wanted.exif else None
    changes = turn != 1 or frames or blur or plan.changes(width, height)
    if wanted.keep_bytes and not changes and picture.mode in _KEPT.get(kind, ()) and "transparency" not in picture.info:
        kept = _kept(data, picture, kind)
        if kept is not None:
            told = [] if kept == data else ["without its metadata"]
            return _told(kept, kind, plan, kind, (width, height), told, exif)
    check_writable(plan, wanted)
    profile = picture.info.get("icc_profile")
    pixels, was = _decoded(data, picture, plan, turn)
    pixels = upright(pixels, turn)
    pixels = scaled(pixels, plan.width, plan.height)
    pixels, applied = in_srgb(pixels, None if was.startswith("was CMYK") else profile)
    pixels = laid(blurred(pixels, blur), plan)
    notes = [note for note in (f"first of {frames} frames" if frames else "", was, applied) if note]
    return _told(_encoded(pixels, wanted), wanted.encode, plan, kind, (width, height), notes, exif)


def _told(
    data: bytes, kind: str, plan: Plan, was: str, size: tuple[int, int], notes: list[str], exif: str | None
) -> Picture:
    return Picture(
        data=data,
        kind=kind,
        width=plan.canvas_width,
        height=plan.canvas_height,
        was_kind=was,
        was_width=size[0],
        was_height=size[1],
        notes=tuple(notes),
        exif=exif,
    )


def _kept(data: bytes, picture: Image.Image, kind: str) -> bytes | None:
    """Give the bytes without metadata, once all of them are known to decode."""
    if kind == "jpg" and not jpeg.verify(data, picture):
        picture.load()
    return bare(data, kind)


def _decoded(data: bytes, picture: Image.Image, plan: Plan, turn: int) -> tuple[Pixels, str]:
    """Decode to red, green and blue, as it is stored, and say what it was."""
    if kind_of(picture) == "jpg":
        stored = (plan.height, plan.width) if turn > 4 else (plan.width, plan.height)
        pixels = jpeg.decode(data, picture, jpeg.eighths_for(picture.size, stored))
        if pixels is not None:
            return pixels, ""
    picture.load()
    full, was = coloured(picture)
    return np.asarray(full), was


def _encoded(pixels: Pixels, wanted: Wanted) -> bytes:
    if wanted.encode == "jpg":
        return jpeg.encode(pixels, wanted.quality)
    file = BytesIO()
    settings = {"quality": wanted.quality} if wanted.encode == "webp" else {}
    Image.fromarray(pixels).save(file, wanted.encode.upper(), **settings)
    return file.getvalue()
