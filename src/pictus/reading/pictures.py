"""Look at a picture safely: its head first, and its pixels only when there are not too many.

A PNG of 49 kB can claim 400 million pixels. So the size is read from the head, before anything is decoded.
"""

import io
import warnings
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from pictus.record import Media

_SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that swap width and height
_ORIENTATION = 0x0112


def picture_problems(medium: Media, *, maximum_pixels: int, decode: bool) -> Iterator[str]:
    """Name what is wrong with a picture; nothing where it is sound."""
    if medium.data is None and medium.file is None:
        yield f"not acquired yet: {medium.url}" if medium.url else "it has neither bytes, path nor address"
        return
    source = io.BytesIO(medium.data) if medium.data is not None else medium.file
    assert source is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                yield from _problems(image, medium, maximum_pixels, decode)
    except FileNotFoundError:
        yield f"the file is missing: {medium.file}"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        yield f"it has more than {maximum_pixels:,} pixels"
    except UnidentifiedImageError:
        yield f"it is no picture: {medium.file or 'the embedded bytes'}"
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # What Pillow's decoders raise for damaged files.
        yield f"it cannot be decoded: {error}"


def _problems(image: Image.Image, medium: Media, maximum_pixels: int, decode: bool) -> Iterator[str]:
    width, height = image.size
    if width * height > maximum_pixels:
        yield f"it has {width:,} x {height:,} pixels, more than {maximum_pixels:,}"
        return
    if image.format == "JPEG" and image.getexif().get(_ORIENTATION) in _SIDEWAYS:
        width, height = height, width
    if medium.width is not None and (medium.width, medium.height) != (width, height):
        yield f"it is {width} x {height}, its record says {medium.width} x {medium.height}"
    if getattr(image, "n_frames", 1) > 1:
        yield "it is animated"
    if decode:
        image.load()
