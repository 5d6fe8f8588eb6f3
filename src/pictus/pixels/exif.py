"""The EXIF of a picture as JSON: the names of its tags and plain values, without bytes and thumbnails."""

from typing import Any

import orjson
from PIL import ExifTags, Image

_LONGEST_TEXT = 200
_MOST_NUMBERS = 16
_MOST_BYTES = 8_192
_FOLDERS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)


def exif_of(picture: Image.Image) -> str | None:
    """Give the EXIF of a loaded picture; None where it has none, or one that is damaged."""
    try:
        exif = picture.getexif()
        tags = {ExifTags.TAGS.get(key, f"Tag{key}"): value for key, value in exif.items() if key not in list(_FOLDERS)}
        for folder in _FOLDERS:
            names = ExifTags.GPSTAGS if folder is ExifTags.IFD.GPSInfo else ExifTags.TAGS
            tags |= {names.get(key, f"Tag{key}"): value for key, value in exif.get_ifd(folder).items()}
    except Exception:  # damaged metadata make Pillow raise anything, and the picture is none the worse
        return None
    plain = {name: told for name, value in sorted(tags.items()) if (told := _plain(value)) is not None}
    text, size = {}, 2
    for name, value in plain.items():
        size += len(orjson.dumps({name: value})) - 1
        if size > _MOST_BYTES:
            break
        text[name] = value
    return orjson.dumps(text).decode() if text else None


def _plain(value: Any) -> str | int | float | list[Any] | None:
    """Make what JSON holds of a value; None for bytes and what is no number."""
    if isinstance(value, str):
        return _text(value) or None
    if isinstance(value, tuple | list):
        told = [_plain(part) for part in value[: _MOST_NUMBERS + 1]]
        return None if None in told or len(told) > _MOST_NUMBERS else told
    if isinstance(value, bytes | dict) or value is None:
        return None
    try:
        number = float(value)  # also of Pillow's fractions
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if number != number or abs(number) > 1e15:
        return None
    return int(number) if number.is_integer() else round(number, 6)


def _text(value: str) -> str:
    words = "".join(letter if letter.isprintable() else " " for letter in value).strip()
    return words[:_LONGEST_TEXT].encode("utf-8", "replace").decode()
