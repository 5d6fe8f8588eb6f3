"""Pictures for the wire: made small enough, upright, and put into a `data:` address."""

import base64
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from pictus.prompt import Fault
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import PICTURE_KINDS, Media

# What every vendor takes as it is; others are encoded again.
_AS_THEY_ARE = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}
_LIMIT_PIXELS = 178_956_970  # beyond it Pillow suspects a bomb


@dataclass(frozen=True, slots=True)
class PictureRule:
    """How large a picture may go out: the longest side in pixels, and the bytes of its file."""

    side: int = 1024
    limit_bytes: int = 5_000_000
    quality: int = 90

    def address(self, medium: Media) -> str:
        """Give a picture as a `data:` address."""
        kind, data = self.encoded(original(medium))
        return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"

    def encoded(self, data: bytes) -> tuple[str, bytes]:
        """Give the kind and the bytes that go out: the file as it is where the rule allows."""
        from PIL import Image, ImageOps  # slow to import, and needed for vision models only

        try:
            with Image.open(BytesIO(data), formats=PICTURE_KINDS) as picture:
                if picture.width * picture.height > _LIMIT_PIXELS:
                    raise Fault("the picture is too large to be decoded safely", "set_aside")
                turned = picture.getexif().get(0x0112, 1) != 1
                fits = max(picture.size) <= self.side and len(data) <= self.limit_bytes
                if fits and not turned and picture.format in _AS_THEY_ARE and not getattr(picture, "n_frames", 1) > 1:
                    return _AS_THEY_ARE[picture.format], data
                picture.draft("RGB", (self.side, self.side))  # a large JPEG is decoded at a half or a quarter
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((self.side, self.side))
                out = BytesIO()
                upright.convert("RGB").save(out, "JPEG", quality=self.quality)
                return "jpeg", out.getvalue()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise Fault(f"the picture cannot be read: {error}", "set_aside") from None


def original(medium: Media) -> bytes:
    """Give the bytes of a picture, or the fault that sets its prompt aside."""
    try:
        data = picture_bytes(medium)
    except BadRow as error:
        raise Fault(str(error), "set_aside") from None
    if data is None:
        raise Fault("the picture is not on this machine", "set_aside")
    return data


def digest(medium: Media) -> str:
    """Name the content of a medium; for one that is not here, where it would be."""
    if medium.sha256 is not None:
        return medium.sha256
    try:
        data = picture_bytes(medium)
    except BadRow:
        data = None
    return sha256(data).hexdigest() if data is not None else f"{medium.path} {medium.url}"
