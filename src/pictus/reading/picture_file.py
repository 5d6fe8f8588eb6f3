"""Read the file of a picture, and no file outside the folder of its pictures."""

from pictus.reading.rows import BadRow
from pictus.record import Media


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
