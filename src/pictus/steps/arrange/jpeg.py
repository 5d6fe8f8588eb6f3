"""Pictures that trainers look for as JPEG files, whatever they came as: OCR-VQA's covers are GIFs in good part."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from pictus.record import PICTURE_KINDS

_JPEG = b"\xff\xd8\xff"
_QUALITY = 95
_WHITE = (255, 255, 255)


def is_jpeg(head: bytes) -> bool:
    """Say whether a file is a JPEG, by how it begins and not by its name."""
    return head.startswith(_JPEG)


def as_jpeg(data: bytes) -> bytes:
    """Make a JPEG of a picture: its first frame, in colour, on white where it is transparent; a JPEG stays as it is.

    What cannot be decoded raises a ValueError.
    """
    if is_jpeg(data):
        return data
    written = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged heads
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=PICTURE_KINDS) as picture:
                _on_white(picture).save(written, "JPEG", quality=_QUALITY)
    except UnidentifiedImageError:
        raise ValueError("it is no picture of a known kind") from None
    except Exception as error:
        # Damaged files make Pillow's decoders raise anything: IndexError, struct.error, RuntimeError, TypeError.
        raise ValueError(f"it cannot be decoded: {error}") from None
    return written.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    page = Image.new("RGB", clear.size, _WHITE)
    page.paste(clear, mask=clear.getchannel("A"))
    return page
