"""Look at a picture safely: its head first, and its pixels only when there are not too many.

A PNG of 49 kB can claim 400 million pixels. So the size is read from the head, before anything is decoded.
"""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from pictus.pixels.head import orientation_of
from pictus.reading.rows import BadRow
from pictus.record import PICTURE_KINDS, Media

_SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that swap width and height


def picture_problems(medium: Media, *, maximum_pixels: int, decode: bool) -> list[str]:
    """Name what is wrong with a picture; nothing where it is sound."""
    if medium.data is None and medium.file is None:
        if medium.path is not None:
            return ["its path leads out of the folder of pictures"]
        return [f"not acquired yet: {medium.url}" if medium.url else "it has neither bytes, path nor address"]
    source = io.BytesIO(medium.data) if medium.data is not None else medium.file
    assert source is not None
    problems: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged heads; opening decodes nothing, so size is no danger yet
            with Image.open(source, formats=PICTURE_KINDS) as image:
                _look(image, medium, maximum_pixels, decode, problems)
    except FileNotFoundError:
        problems.append(f"the file is missing: {medium.file}")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        most = min(maximum_pixels, 2 * (Image.MAX_IMAGE_PIXELS or maximum_pixels))  # what Pillow itself opens
        problems.append(f"it has more than {most:,} pixels")
    except UnidentifiedImageError:
        problems.append(f"it is no picture of a known kind: {medium.file or 'the embedded bytes'}")
    except Exception as error:
        # Damaged files make Pillow's decoders raise anything: IndexError, struct.error, RuntimeError, TypeError.
        problems.append(f"it cannot be decoded: {error}")
    return problems


def picture_size(medium: Media) -> tuple[int, int]:
    """Give width and height of a picture as it is looked at, from its head; what is no picture raises `BadRow`."""
    source = io.BytesIO(medium.data) if medium.data is not None else medium.file
    if source is None:
        raise BadRow("the size of its picture is not known")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as above
            with Image.open(source, formats=PICTURE_KINDS) as image:
                width, height = image.size
                return (height, width) if _is_sideways(image) else (width, height)
    except Exception:  # damaged heads make Pillow raise anything
        raise BadRow("the size of its picture cannot be read") from None


def _look(image: Image.Image, medium: Media, maximum_pixels: int, decode: bool, problems: list[str]) -> None:
    """Add what is wrong to the problems, so that those found before the decoder gives up are told too."""
    width, height = image.size
    if width * height > maximum_pixels:
        problems.append(f"it has {width:,} x {height:,} pixels, more than {maximum_pixels:,}")
        return
    if _is_sideways(image):
        width, height = height, width
    if (medium.width or width, medium.height or height) != (width, height):
        problems.append(f"it is {width} x {height}, its record says {medium.width} x {medium.height}")
    # Telephones write MPO, a JPEG with a second picture behind it for depth: nobody sees that one.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        problems.append("it is animated")
    if decode:
        warnings.simplefilter("error", Image.DecompressionBombWarning)  # of a frame larger than the head said
        image.load()


def _is_sideways(image: Image.Image) -> bool:
    if image.format == "PNG" and "exif" not in image.info:
        return False  # Pillow would decode the whole picture to look for it at the end
    return orientation_of(image) in _SIDEWAYS
