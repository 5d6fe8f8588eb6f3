"""The print of a picture: a hash of its file, and hashes that a copy in another size or encoding shares.

The perceptual hash has 64 bits: which of the lowest frequencies of the grey picture lie above their median. Pictures
that happen to have the same large shapes share it, as pages, charts and logos do, so that a detail stands beside it:
which of 240 neighbouring fields grow darker, and the colours of sixteen larger ones.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from pictus.reading.rows import BadRow
from pictus.record import PICTURE_KINDS

METHOD = "overlap-1"  # another way of hashing needs another name: hashes of two ways never meet
NEAR_BITS, DETAIL_BYTES = 64, 78

_SIDE = 64  # of the small picture that everything is worked out from
_FIELDS, _PATCHES = 16, 4  # on a side of it: of brightness, of colour
_LOWEST = 8  # frequencies, across and down
_PLAIN = 3.0  # brightness of 255; a picture that varies less has no shapes to go by
_DARKER = 2.0  # likewise; less is noise of an encoder
_GREY = 6.0  # likewise: how far colours of a picture lie apart that has none
_MOST_PIXELS = 178_956_970  # from here on Pillow suspects a bomb
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
_WAVES = np.cos(np.pi / (_SIDE // 2) * np.outer(np.arange(_LOWEST), np.arange(_SIDE // 2) + 0.5)).astype(np.float32)
_WAVES[0] *= np.sqrt(0.5)

Small: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Print:
    """What a picture is told by; one that is plain all over has only its file."""

    file: bytes  # sha256
    near: int | None
    detail: bytes = b""


def print_of(data: bytes) -> Print:
    """Work out the print of an encoded picture; what cannot be decoded raises `BadRow`."""
    return _print(sha256(data).digest(), _small(data))


def prints_both_ways(data: bytes) -> tuple[Print, Print]:
    """Work out the print of a picture, and that of its mirror image."""
    file, small = sha256(data).digest(), _small(data)
    return _print(file, small), _print(file, small[:, ::-1])


def pixels_of(data: bytes) -> bytes:
    """Hash the pixels of a picture as it is looked at: upright, red, green and blue; the same in any lossless file."""
    upright = _upright(data)
    return sha256(f"{upright.width} {upright.height}\n".encode() + upright.tobytes()).digest()


def details_differ(one: bytes, others: Sequence[bytes]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Say how far details lie from one: in how many of 240 fields, and in colour, of 255."""
    ours = np.frombuffer(one, np.uint8)
    theirs = np.frombuffer(b"".join(others), np.uint8).reshape(-1, DETAIL_BYTES)
    bits = DETAIL_BYTES - 3 * _PATCHES**2
    fields = np.bitwise_count(ours[:bits] ^ theirs[:, :bits]).sum(axis=1, dtype=np.int64)
    a, b = (part[..., bits:].astype(np.float64).reshape(-1, _PATCHES**2, 3) for part in (ours, theirs))
    is_grey = (_spread(a) < _GREY) | (_spread(b) < _GREY)
    grey = np.abs((a - b) @ _BRIGHTNESS).mean(axis=1)
    return fields, np.where(is_grey, grey, np.abs(a - b).mean(axis=(1, 2)))


def _spread(patches: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    spread: npt.NDArray[np.float64] = (patches.max(axis=2) - patches.min(axis=2)).mean(axis=1)
    return spread


def _print(file: bytes, small: Small) -> Print:
    grey = small @ _BRIGHTNESS
    if grey.std() < _PLAIN:
        return Print(file, None)
    half = grey.reshape(_SIDE // 2, 2, _SIDE // 2, 2).mean(axis=(1, 3))
    lowest = _WAVES @ half @ _WAVES.T
    bits = np.packbits(lowest > np.median(lowest))
    fields = _means(grey[..., None], _FIELDS)[..., 0]
    darker = np.packbits(fields[:, :-1] > fields[:, 1:] + _DARKER)
    colours = np.clip(np.rint(_means(small, _PATCHES)), 0, 255).astype(np.uint8)
    return Print(file, int.from_bytes(bits.tobytes()), darker.tobytes() + colours.tobytes())


def _means(small: Small, count: int) -> Small:
    fields: Small = small.reshape(count, _SIDE // count, count, _SIDE // count, -1).mean(axis=(1, 3))
    return fields


def _small(data: bytes) -> Small:
    # Large JPEGs are decoded at an eighth, a quarter or a half, never below the small picture.
    # The filter is no box: that would count a pixel at a field's edge wholly or not at all.
    small = _upright(data, least=_SIDE).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small, np.float32)


def _upright(data: bytes, *, least: int | None = None) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged heads; pixels are counted here
            with Image.open(BytesIO(data), formats=PICTURE_KINDS) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise BadRow("a picture has too many pixels")
                if least is not None:
                    picture.draft("RGB", (least, least))
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                if upright.has_transparency_data:
                    seen = upright.convert("RGBA")
                    upright = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
                return upright.convert("RGB")
    except BadRow:
        raise
    except Exception as error:  # decoders raise nearly anything on broken bytes
        raise BadRow(f"a picture cannot be decoded ({type(error).__name__})") from None
