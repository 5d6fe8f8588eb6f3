"""Turn a medium into a picture that a page can hold, or into the reason why it cannot."""

import warnings
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from pictus.record import PICTURE_KINDS, Media
from pictus.report.motions import draw_motion

LARGEST = 640  # pixels of the longer side; larger pictures are shrunk for the page
MOST_PIXELS = 150_000_000  # more would take gigabytes to decode
PLAIN_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a `data:` address, or why there is none."""

    address: str = ""
    width: int = 4
    height: int = 3
    reason: str = ""


def page_picture(media: tuple[Media, ...], *, largest: int = LARGEST) -> Picture:
    """Make the first picture of a record fit for a page; else its first motion."""
    medium = next((medium for medium in media if medium.kind == "image"), None)
    motion = next((medium for medium in media if medium.kind == "motion"), None)
    if medium is None and motion is not None:
        return _drawn(motion)
    if medium is None:
        kinds = ", ".join(sorted({medium.kind for medium in media}))
        return Picture(reason=f"a record with {kinds} and no picture" if kinds else "a record without a picture")
    try:
        data = _read(medium)
    except FileNotFoundError:
        return _none(medium, f"no file `{medium.path}`")
    except OSError as error:
        return _none(medium, f"the file `{medium.path}` cannot be read: {error.strerror or 'unknown cause'}")
    except ValueError:  # such as a null character in a path
        return _none(medium, "the path of the file is not a path")
    if data is None:
        return _none(medium, f"not acquired yet: {medium.url}" if medium.url else "no bytes, file or address")
    try:
        return _fit(data, largest)
    except Image.DecompressionBombError:
        return _none(medium, "the picture is too large to be shown")
    except Exception as error:  # decoders raise nearly anything on broken bytes; the page shows the reason
        return _none(medium, f"the picture cannot be decoded ({type(error).__name__})")


def _drawn(motion: Media) -> Picture:
    data, reason = draw_motion(motion)
    return _fit(data, LARGEST) if data else Picture(width=4, height=1, reason=reason)


def _read(medium: Media) -> bytes | None:
    if medium.data is not None:
        return medium.data
    return medium.file.read_bytes() if medium.file is not None else None


def _none(medium: Media, reason: str) -> Picture:
    return Picture(width=medium.width or 4, height=medium.height or 3, reason=reason)


def _fit(data: bytes, largest: int) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MOST_PIXELS is the limit here
        image = Image.open(BytesIO(data), formats=PICTURE_KINDS)
    with image:
        kind = PLAIN_TYPES.get(image.format or "")
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise Image.DecompressionBombError
        if kind and max(width, height) <= largest and image.getexif().get(_ORIENTATION, 1) == 1:
            image.load()  # broken pictures are found here, not in the reader's browser
            return Picture(_address(kind, data), width, height)
        image.draft("RGB", (largest, largest))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((largest, largest), Image.Resampling.LANCZOS)
        file = BytesIO()
        _on_white(upright).save(file, "JPEG", quality=84)
        return Picture(_address("image/jpeg", file.getvalue()), *upright.size)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
