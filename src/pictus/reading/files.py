"""Open a file of a dataset, packed or not, or say why not."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from pictus.errors import PictusError


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading bytes; one whose name ends in `.gz` is unpacked on the way."""
    try:
        return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictusError(
            f"cannot read the file: {reason}", where=str(path), mend="check the path and its permissions"
        ) from None


@contextmanager
def reading_packed(path: Path) -> Iterator[None]:
    """Say in words what is wrong with a packed file that turns out to be damaged."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PictusError(
            f"the packed file is damaged or cut short: {error}", where=str(path), mend="fetch it again"
        ) from None
