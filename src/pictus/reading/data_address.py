"""Pictures by address, and those inside a row as `data:` addresses."""

import base64
import binascii
from typing import Any

from pictus.reading.marked_text import picture_named
from pictus.reading.picture_file import encoding_of
from pictus.reading.rows import BadRow
from pictus.record import Media


def data_address(data: bytes) -> str:
    """Write a picture as an address that holds it."""
    kind = encoding_of(data)
    if kind is None:
        raise BadRow("a picture is in none of the encodings that may stand in a line: JPEG, PNG, WebP, GIF, BMP")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def medium_at(address: Any, root: str) -> Media:
    """Make the picture that an address holds or leads to, or that lies at a path below the root."""
    if not isinstance(address, str) or not address.startswith("data:"):
        return picture_named(address, root)
    head, _, text = address.partition(",")
    if not head.endswith(";base64"):
        raise BadRow("the picture inside the line is not in base64")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadRow("the picture inside the line is damaged") from None
    if not data:
        raise BadRow("the picture inside the line is empty")
    return Media(data=data)
