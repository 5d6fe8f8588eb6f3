"""An encoded picture to the pixels that a vision tower wants: upright, in red, green and blue, of its side.

It does what the image processors of transformers do before they normalise, which is left to the device: numbers of
eight bits are a quarter as much to move. Large JPEGs are decoded at a half, a quarter or an eighth, never below the
side that is wanted; only there do the pixels differ from theirs.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from PIL import Image, UnidentifiedImageError

from pictus.errors import PictusError
from pictus.learn.step import Pixels
from pictus.reading.rows import BadRow
from pictus.record import PICTURE_KINDS

Fit: TypeAlias = Literal["squash", "crop", "pad"]

_LIMIT_PIXELS = 178_956_970  # from here on Pillow suspects a bomb; no step on the way may have more either
_ORIENTATION = 0x0112
_WHITE = (255, 255, 255, 255)


class _Turn(NamedTuple):
    """How a stored picture comes upright: width and height change places, and then sides are swapped."""

    how: Image.Transpose
    lies: bool = False
    across: bool = False  # left and right
    down: bool = False  # top and bottom


_TURNS = {  # by orientation
    2: _Turn(Image.Transpose.FLIP_LEFT_RIGHT, across=True),
    3: _Turn(Image.Transpose.ROTATE_180, across=True, down=True),
    4: _Turn(Image.Transpose.FLIP_TOP_BOTTOM, down=True),
    5: _Turn(Image.Transpose.TRANSPOSE, lies=True),
    6: _Turn(Image.Transpose.ROTATE_270, lies=True, across=True),
    7: _Turn(Image.Transpose.TRANSVERSE, lies=True, across=True, down=True),
    8: _Turn(Image.Transpose.ROTATE_90, lies=True, down=True),
}


class _Seen(NamedTuple):
    """A decoded picture, upright, which may have been decoded smaller than it is."""

    picture: Image.Image
    width: int  # of the whole picture
    height: int
    box: tuple[float, float, float, float]  # what it covers of the decoded one, whose last pixels may be partly empty


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture of any shape becomes a square: squashed, cut to its middle, or with a margin around it."""

    side: int
    fit: Fit = "squash"
    ground: tuple[int, int, int] = (0, 0, 0)  # the colour of the margin
    filter: int = Image.Resampling.BICUBIC

    def pixels(self, data: bytes | memoryview, into: Pixels | None = None) -> Pixels:
        """Decode a picture, to a place if there is one; none, or a damaged one, raises `BadRow` with the reason."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of damaged heads and many pixels: the latter are counted here
                with Image.open(BytesIO(data), formats=PICTURE_KINDS) as picture:
                    return _planes(self._square(_seen(picture, *self._least(picture))), into)
        except BadRow:
            raise
        except UnidentifiedImageError:
            raise BadRow("a picture is of no known kind") from None
        except Image.DecompressionBombError:
            raise _too_large() from None
        except Exception as error:  # damaged files make Pillow's decoders raise anything
            raise BadRow(f"a picture cannot be decoded: {error}") from None

    def _least(self, picture: Image.Image) -> tuple[int, int]:
        """Say below which width and height a decoder must not go."""
        if self.fit == "pad":
            share = self.side / max(picture.size)
            return max(1, round(picture.width * share)), max(1, round(picture.height * share))
        return self.side, self.side

    def _square(self, seen: _Seen) -> Image.Image:
        if self.fit == "squash":
            return seen.picture.resize((self.side, self.side), self.filter, seen.box)
        return self._padded(seen) if self.fit == "pad" else self._cut(seen)

    def _padded(self, seen: _Seen) -> Image.Image:
        """Put a picture in the middle of a square, and make that smaller."""
        left, top, right, bottom = seen.box
        longest = max(seen.width, seen.height)
        across, down = (right - left) / seen.width, (bottom - top) / seen.height
        # The margin is of whole pixels of the picture, which may be parts of the decoded ones: so the square begins
        # within a pixel of the canvas.
        at_x = ceil((longest - seen.width) // 2 * across - left)
        at_y = ceil((longest - seen.height) // 2 * down - top)
        begin_x = at_x + left - (longest - seen.width) // 2 * across
        begin_y = at_y + top - (longest - seen.height) // 2 * down
        end_x, end_y = begin_x + longest * across, begin_y + longest * down
        size = max(ceil(end_x), at_x + seen.picture.width), max(ceil(end_y), at_y + seen.picture.height)
        _check(*size)
        canvas = Image.new("RGB", size, self.ground)
        canvas.paste(seen.picture, (at_x, at_y))
        return canvas.resize((self.side, self.side), self.filter, (begin_x, begin_y, end_x, end_y))

    def _cut(self, seen: _Seen) -> Image.Image:
        """Make the shorter side as long as the square's, and take the middle."""
        shortest = min(seen.width, seen.height)
        # Multiplied first, and cut rather than rounded, as transformers does: else some lengths differ by one.
        width, height = int(self.side * seen.width / shortest), int(self.side * seen.height / shortest)
        _check(width, height)
        left, top = (width - self.side) // 2, (height - self.side) // 2
        scaled = seen.picture.resize((width, height), self.filter, seen.box)
        return scaled.crop((left, top, left + self.side, top + self.side))


def framing_of(settings: Mapping[str, Any], *, where: str) -> Framing:
    """Read the settings of an image processor of transformers: what its `to_dict()` gives."""
    size, crop = settings.get("size") or {}, settings.get("crop_size") or {}
    told = settings.get("resample")
    filter_ = Image.Resampling.BICUBIC if told is None else int(told)  # nearest is 0
    sides = {*size.values()} | ({*crop.values()} if settings.get("do_center_crop") else set())
    kinds = {"height", "width"}, {"shortest_edge"}
    if not settings.get("do_resize", True) or len(sides) != 1 or set(size) not in kinds:
        raise PictusError(
            f"the pictures of this model are of no fixed square: size {dict(size)}, cut to {dict(crop) or 'nothing'}",
            where=where,
            mend="take a vision tower whose pictures are squares of one size, such as SigLIP's or CLIP's",
        )
    (side,) = sides
    if settings.get("do_pad"):
        red, green, blue = (int(mean * 255) for mean in settings.get("image_mean") or (0, 0, 0))
        return Framing(side, "pad", (red, green, blue), filter_)
    return Framing(side, "squash" if set(size) == kinds[0] else "crop", filter=filter_)


def _seen(picture: Image.Image, least_width: int, least_height: int) -> _Seen:
    """Decode a picture as people look at it, in three colours; of an animation, its first frame."""
    width, height = picture.size
    drafted = picture.draft("RGB", (least_width, least_height))  # only JPEG can, and only in whole halves
    _check(*picture.size)
    picture.load()  # a PNG may say only at its end how it stands, and Pillow turns a TIFF by itself
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    coloured = _coloured(picture)
    if drafted is None:
        upright = coloured if turn is None else coloured.transpose(turn.how)
        return _Seen(upright, *upright.size, (0, 0, *upright.size))
    left, top, right, bottom = drafted[1]
    if turn is None:
        return _Seen(coloured, width, height, (left, top, right, bottom))
    upright = coloured.transpose(turn.how)
    if turn.lies:
        width, height, left, top, right, bottom = height, width, top, left, bottom, right
    across = (upright.width - right, upright.width - left) if turn.across else (left, right)
    down = (upright.height - bottom, upright.height - top) if turn.down else (top, bottom)
    return _Seen(upright, width, height, (across[0], down[0], across[1], down[1]))


def _coloured(picture: Image.Image) -> Image.Image:
    """Convert to red, green and blue; what is transparent shows white."""
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I;16"):
        # Pillow would cut all that is brighter than a 256th of white.
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode in ("I", "F"):
        raise BadRow(f"a picture has pixels of 32 bits, whose black and white nobody says (mode {picture.mode})")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, _WHITE), layer).convert("RGB")
    return picture.convert("RGB")


def _planes(picture: Image.Image, into: Pixels | None) -> Pixels:
    """Give the colours one after the other, as models take them."""
    return np.stack([np.asarray(band) for band in picture.split()], out=into)


def _check(width: int, height: int) -> None:
    if width * height > _LIMIT_PIXELS:
        raise _too_large()


def _too_large() -> BadRow:
    return BadRow(f"a picture has more than {_LIMIT_PIXELS:,} pixels, or would on the way to a square")
