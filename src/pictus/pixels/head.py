"""What a picture is by its head, before anything of it is decoded: a PNG of 50 kB can claim 400 million pixels."""

import re
import warnings
from functools import cache
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from pictus.pixels.bare import scans_of
from pictus.pixels.kinds import look_of
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import PILLOWS_LIMIT, Wanted
from pictus.record import PICTURE_KINDS

ORIENTATION = 0x0112  # the tag of EXIF that says how a stored picture stands
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_KINDS = {"JPEG": "jpg", "MPO": "jpg"}  # telephones write MPO: a JPEG with a second picture behind it for depth
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_SCAN = re.compile(rb"\xff\xda")
_MOST_SCANS = 100  # a JPEG of a few kilobytes can have its decoder go over all its pixels as often as it likes


def is_no_picture(begin: bytes) -> bool:
    """Say of the first bytes of a file that no picture of a known kind begins so."""
    return not begin.startswith(_BEGINNINGS) and begin[4:8] != b"ftyp"  # as AVIF's boxes are


def opened(data: bytes, wanted: Wanted) -> Image.Image:
    """Read the head of a picture; what is none, or one that nobody wants, raises `Unfit`."""
    if not data:
        raise Unfit("empty")
    _be_quiet()
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _check(_webp_size(data), wanted)  # before Pillow, which makes room for two canvases when it opens one
    try:
        picture = Image.open(BytesIO(data), formats=PICTURE_KINDS)
    except UnidentifiedImageError:
        raise Unfit("not_image", look_of(data)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("too_many_pixels", f"more than {PILLOWS_LIMIT:,}") from None
    except Exception as error:  # damaged heads make Pillow raise anything
        raise Unfit("decode_failed", str(error)) from None
    _check(picture.size, wanted)
    if picture.format == "TIFF":
        tags = picture.tag_v2  # type: ignore[attr-defined]
        _check((tags.get(_TILE_WIDTH, 1), tags.get(_TILE_LENGTH, 1)), wanted, tile=True)
    # Counted roughly first, since it takes a tenth of the time: what follows a JPEG, such as a film, counts there too.
    if kind_of(picture) == "jpg" and len(_SCAN.findall(data)) > _MOST_SCANS and scans_of(data) > _MOST_SCANS:
        raise Unfit("decode_failed", f"it has more than {_MOST_SCANS} scans")
    return picture


def kind_of(picture: Image.Image) -> str:
    """Name the kind of a picture as its files are called."""
    return _KINDS.get(picture.format or "", (picture.format or "").lower())


def frames_of(picture: Image.Image) -> str | None:
    """Say that a picture is an animation or has several pages; None for a plain one."""
    if picture.format == "MPO" or not getattr(picture, "is_animated", False):
        return None
    if picture.format in ("GIF", "TIFF"):
        return "several"  # to count them would mean to walk through a file that may hold millions
    return f"{getattr(picture, 'n_frames', 1):,}"


def orientation_of(picture: Image.Image) -> int:
    """Say how a picture stands, 1 to 8. A PNG must be loaded before: it may say so only at its end."""
    if not {"exif", "xmp", "XML:com.adobe.xmp"} & picture.info.keys() and picture.format != "TIFF":
        return 1
    try:
        told = picture.getexif().get(ORIENTATION, 1)
    except Exception:  # damaged metadata make Pillow raise anything, and the picture is none the worse
        return 1
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _check(size: tuple[int, int], wanted: Wanted, *, tile: bool = False) -> None:
    width, height = size
    if width * height > wanted.max_pixels:
        kind = "a tile of " if tile else ""
        raise Unfit("too_many_pixels", f"{kind}{width:,} x {height:,}")
    if tile:
        return
    shorter, longer = sorted(size)
    if shorter < max(1, wanted.min_size):
        raise Unfit("too_small", f"{width:,} x {height:,}")
    if wanted.max_aspect is not None and longer > wanted.max_aspect * shorter:
        raise Unfit("aspect", f"{width:,} x {height:,}")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the size of the canvas from the first part of a WebP."""
    kind, body = data[12:16], data[20:30]
    if len(body) == 10 and kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if len(body) == 10 and kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(body) == 10 and kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    raise Unfit("decode_failed", "the head of the WebP is damaged")


@cache
def _be_quiet() -> None:
    """Silence Pillow's warnings of damaged heads and many pixels, once: both are looked for here.

    Not with `catch_warnings`, which is not made for several threads at a time.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")
