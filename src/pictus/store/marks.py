"""Marks: which datasets a person has read up on, in one small file of their own."""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

import orjson

from pictus.errors import PictusError
from pictus.store.whole_file import whole_file

_FILE = "marks.json"


def state_folder() -> Path:
    """Say where a person's state is kept: `$PICTUS_STATE`, else below the folder that XDG names for it."""
    own = os.environ.get("PICTUS_STATE", "")
    if own:
        return Path(own)
    stated = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative path is to be ignored, says the standard of XDG.
    return (stated if stated.is_absolute() else Path("~/.local/state").expanduser()) / "pictus"


def read_marks() -> frozenset[str]:
    """Give the names that are marked as read; none where nothing was ever marked."""
    path = state_folder() / _FILE
    try:
        found = orjson.loads(path.read_bytes())["read"]
        if not isinstance(found, list):
            raise TypeError
        return frozenset(map(str, found))
    except FileNotFoundError:
        return frozenset()
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise PictusError(
            "this file of marks cannot be read", where=str(path), mend="mend it, or remove it to begin anew"
        ) from None


def mark(names: Iterable[str], *, read: bool) -> frozenset[str]:
    """Mark names as read or unread, whoever else does at this moment, and give all that are marked as read."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before, named = read_marks(), frozenset(names)
        after = before | named if read else before - named
        if after != before:
            with whole_file(folder / _FILE) as file:
                file.write(
                    orjson.dumps({"read": sorted(after)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
                )
    return after
