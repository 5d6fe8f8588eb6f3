"""Read the file of a picture, and no file outside the folder of its pictures."""

from pictus.reading.rows import BadRow
from pictus.record import Media

_STARTS = {b"\xff\xd8": "jpeg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp", b"BM": "bmp"}


def picture_bytes(medium: Media) -> bytes | None:
    """Give the encoded picture, from the record or from its file; None where there is only an address."""
    if medium.data is not None or medium.path is None:
        return medium.data
    if medium.file is None:
        raise BadRow("the path of a picture leads out of the folder of pictures")
    try:
        return medium.file.read_bytes()
    except (OSError, ValueError) as error:
        raise BadRow(f"a picture cannot be read: {getattr(error, 'strerror', None) or error}") from None


def encoding_of(data: bytes) -> str | None:
    """Name the encoding of a picture by its first bytes; None where it is none that every reader knows."""
    return next((name for start, name in _STARTS.items() if data.startswith(start)), None)
