"""Tell a JSON file that was cut short before anything is made of its beginning."""

import os
from pathlib import Path

from pictus.errors import DamagedFile
from pictus.reading.files import open_file

_TAIL_BYTES = 4096
_PACKED_HEADS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # a packed file tells by itself that it is damaged


def refuse_cut_short(path: Path) -> Path:
    """Give the path back, or say that its file stops before the last bracket is closed."""
    with open_file(path) as file:
        size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4).startswith(_PACKED_HEADS):
            return path
        file.seek(-min(size, _TAIL_BYTES), os.SEEK_END)
        tail = file.read().rstrip()
    if tail.endswith((b"}", b"]")):
        return path
    raise DamagedFile(
        f"the file is cut short: after {size:,} bytes it stops in the middle of its data",
        where=str(path),
        mend="fetch it again, and compare its size with that on the server",
    )
