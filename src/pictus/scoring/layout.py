"""What a file of questions and answers looks like: rows in a list or on lines, or one object that holds them all."""

from pathlib import Path

import orjson

from pictus.reading.files import open_file, reading_packed


def holds_rows(path: Path, *keys: str) -> bool:
    """Say whether a file is a list, or has an object with one of these keys on its first line."""
    with open_file(path) as file, reading_packed(path):
        line = next((line for line in iter(file.readline, b"") if not line.isspace()), b"")
    text = line.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return True
    try:
        first = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False  # the beginning of an object on many lines
    return isinstance(first, dict) and any(key in first for key in keys)
