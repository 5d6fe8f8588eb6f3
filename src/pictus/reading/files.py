"""Open a file of a dataset, or say why not."""

from pathlib import Path
from typing import BinaryIO

from pictus.errors import PictusError


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading bytes."""
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictusError(
            f"cannot read the file: {reason}", where=str(path), mend="check the path and its permissions"
        ) from None
