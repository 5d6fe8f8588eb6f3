"""JSON Lines as Python's own reader takes them, where a score hangs on it.

It knows whole numbers of any length, NaN and half a surrogate, and of a key that stands twice the last value counts.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.record import Reject

_BOM = b"\xef\xbb\xbf"


def read_python_lines(path: Path) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows of a file of lines, whatever its name says; blank lines are passed over."""
    with open_file(path) as file, reading_packed(path):
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(_BOM)
            if line.isspace():
                continue
            where = f"{plain_name(path)}, line {number}"
            try:
                yield where, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Reject(where=where, reasons=(f"not valid JSON: {error}",))
