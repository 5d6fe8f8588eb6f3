"""Pictures that trainers look for as JPEG files, whatever they came as: OCR-VQA's covers are GIFs in good part."""

import io
import warnings

from PIL import Image

from pictus.record import PICTURE_KINDS

_JPEG = b"\xff\xd8\xff"
_QUALITY = 95
_WHITE = (255, 255, 255)


def is_jpeg(head: bytes) -> bool:
    """Say whether a file is a JPEG, by how it begins and not by its name."""
    return head.startswith(_JPEG)


def as_jpeg(data: bytes) -> bytes:
    """Make a JPEG of a picture: its first frame, in colour, on white where it is transparent; a JPEG stays as it is."""
    if is_jpeg(data):
        return data
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=PICTURE_KINDS) as picture:
            written = io.BytesIO()
            _on_white(picture).save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    page = Image.new("RGB", clear.size, _WHITE)
    page.paste(clear, mask=clear.getchannel("A"))
    return page
