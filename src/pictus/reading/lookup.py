"""Rows that wait to be asked for by a key: in memory while they are few, else in a temporary file.

The file is SQLite's: a database without a name lies in memory until it outgrows its cache, then in the system's
folder for temporary files, and is gone when it is closed.
"""

import sqlite3
from collections.abc import Iterator
from tempfile import gettempdir
from typing import Any, Self

import orjson

from pictus.errors import PictusError

_CACHE_KIB = 32 * 1024


class Lookup:
    """Rows by key; closing it, or leaving its `with`, gives memory and disk back."""

    def __init__(self) -> None:
        self._count = 0
        # Whoever reads on may be another thread than whoever began, though never at the same time.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE waiting (number INTEGER PRIMARY KEY, key TEXT UNIQUE, row BLOB)")
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def __len__(self) -> int:
        return self._count

    def put(self, key: str, row: Any) -> bool:
        """Keep a row, unless one of that key is there: then nothing changes, and the answer is no."""
        try:
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO waiting (key, row) VALUES (?, ?)", (key, orjson.dumps(row))
            )
        except sqlite3.OperationalError as error:
            raise PictusError(
                f"there is no room for rows that wait for others: {error}",
                where=gettempdir(),
                mend="free some disk, or let the environment variable TMPDIR name a folder with more",
            ) from None
        self._count += cursor.rowcount
        return cursor.rowcount == 1

    def get(self, key: str) -> Any | None:
        """Give the row of a key; None where there is none."""
        if not self._count:
            return None
        found = self._database.execute("SELECT row FROM waiting WHERE key = ?", (key,)).fetchone()
        return None if found is None else orjson.loads(found[0])

    def take(self, key: str) -> Any | None:
        """Give the row of a key, and keep it no longer."""
        row = self.get(key)
        if row is not None:
            self._database.execute("DELETE FROM waiting WHERE key = ?", (key,))
            self._count -= 1
        return row

    def keys(self) -> Iterator[str]:
        """Give the keys of what is kept, in the order in which they came."""
        for (key,) in self._database.execute("SELECT key FROM waiting ORDER BY number"):
            yield key
