"""Read the official files of a benchmark: what is broken in them is an error, as a score without it would mislead."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.json import read_members
from pictus.record import Reject

LAST_OF_SEVERAL = "the last of several answers"  # the note of an item that was answered more than once


def members_of(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Stream the members of a file that is an object of objects: place, key, value."""
    for item in read_members(path):
        if isinstance(item, Reject):
            raise PictusError(item.reasons[0], where=item.where, mend="fetch the file again")
        if not isinstance(item[2], Mapping):
            raise PictusError("this is no object", where=item[0], mend="give the official file")
        yield item
