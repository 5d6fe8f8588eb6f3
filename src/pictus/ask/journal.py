"""The journal of a run: every answer that was paid for, on disk before anybody uses it.

One SQLite file, written by one thread that commits in groups: after 256 answers, or 20 ms. An answer is handed on only
after its commit, so that a shard never rests on an answer that a crash could lose.
"""

import queue
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pictus.errors import PictusError
from pictus.prompt import Remedy, Usage

_GROUP_ROWS = 256
_GROUP_SECONDS = 0.02
_VERSION = 1
_TABLE = """
create table if not exists answer (
    key blob primary key,
    failed text,        -- why there is no answer; null where there is one
    remedy text,        -- what may help then
    reply blob,         -- the chat completion as it came, compressed: reading it again costs nothing
    prompt integer, completion integer, cached integer,
    cost real,
    at real
) without rowid
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the journal holds of a request: its reply, or why there is none."""

    reply: bytes
    failed: str | None = None
    remedy: Remedy | None = None
    usage: Usage | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """What all answers of a journal came to."""

    answers: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cost: float = 0.0
    first_day: str = ""  # as 2026-01-31
    last_day: str = ""


@dataclass(slots=True)
class Used:
    """What the answers of one run came to, those that the journal held already among them."""

    answers: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cost: float = 0.0

    def add(self, usage: Usage | None, cost: float) -> None:
        """Count one more."""
        self.answers += 1
        self.cost += cost
        if usage is not None:
            self.prompt += usage.prompt
            self.completion += usage.completion
            self.cached += usage.cached


_Row: TypeAlias = tuple[bytes, str | None, str | None, bytes, int, int, int, float, float]
_Entry: TypeAlias = tuple[_Row, Any]


class Journal:
    """An open journal; `put` returns at once, and `committed` is called after each commit, from another thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.committed: Callable[[list[Any]], None] = lambda tokens: None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._read = self._open()
            self._write = self._open()
        except (sqlite3.Error, OSError) as error:
            raise PictusError(f"the journal cannot be opened: {error}", where=str(path), mend=_mend(error)) from None
        self._waiting: queue.SimpleQueue[_Entry | threading.Event | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._writer = threading.Thread(target=self._write_groups, name="journal", daemon=True)
        self._writer.start()

    def get(self, key: bytes) -> Kept | None:
        """Give what is kept under a key."""
        wanted = "select reply, failed, remedy, cost, prompt, completion, cached from answer where key = ?"
        try:
            row = self._read.execute(wanted, (key,)).fetchone()
            if row is None:
                return None
            reply, failed, remedy, cost, prompt, completion, cached = row
            usage = Usage(prompt=prompt, completion=completion, cached=cached)
            return Kept(zlib.decompress(reply), failed, remedy, usage, cost)
        except (sqlite3.Error, zlib.error) as error:
            what = f"the journal cannot be read: {error}"
            raise PictusError(what, where=str(self.path), mend=_mend(error)) from None

    def put(
        self,
        key: bytes,
        reply: bytes,
        *,
        failed: str | None = None,
        remedy: Remedy | None = None,
        usage: Usage | None = None,
        cost: float = 0.0,
        token: Any = None,
    ) -> None:
        """Keep a reply, or the reason that there is none; `committed` gets the token when it is safe on disk."""
        if self._error is not None:
            raise self._error
        counts = usage or Usage()
        tokens = (counts.prompt, counts.completion, counts.cached)
        self._waiting.put(((key, failed, remedy, reply, *tokens, cost, time.time()), token))

    def flush(self) -> None:
        """Wait until all that was put is on disk."""
        done = threading.Event()
        self._waiting.put(done)
        done.wait()
        if self._error is not None:
            raise self._error

    def forget_passing(self) -> None:
        """Forget requests that only bad luck left without an answer, so that a new corpus asks them again."""
        self._read.execute("delete from answer where remedy = 'retry'")

    def totals(self) -> Totals:
        """Add up everything that was ever paid for."""
        sums = "count(*), sum(prompt), sum(completion), sum(cached)"
        sums += ", (select sum(cost) from answer)"  # refusals cost as well
        sums += ", date(min(at), 'unixepoch'), date(max(at), 'unixepoch')"
        row = self._read.execute(f"select {sums} from answer where failed is null").fetchone()
        answers, prompt, completion, cached, cost, first_day, last_day = row
        return Totals(answers, prompt or 0, completion or 0, cached or 0, cost or 0.0, first_day or "", last_day or "")

    def close(self) -> None:
        """Commit what waits, and let go of the file."""
        self._waiting.put(None)
        self._writer.join()
        self._read.close()
        self._write.close()
        if self._error is not None:
            raise self._error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")  # safe against a killed process; one fsync a checkpoint
        (version,) = connection.execute("pragma user_version").fetchone()
        if version not in (0, _VERSION):
            raise PictusError(
                f"the journal has version {version}, this pictus knows {_VERSION}",
                where=str(self.path),
                mend="install a newer pictus: `pip install --upgrade pictus`",
            )
        connection.execute(_TABLE)
        connection.execute(f"pragma user_version = {_VERSION}")
        return connection

    def _write_groups(self) -> None:
        ended = False
        while not ended:
            group = [self._waiting.get()]
            until = time.monotonic() + _GROUP_SECONDS
            while len(group) < _GROUP_ROWS and group[-1] is not None and (left := until - time.monotonic()) > 0:
                try:
                    group.append(self._waiting.get(timeout=left))
                except queue.Empty:
                    break
            ended = group[-1] is None
            entries = [entry for entry in group if isinstance(entry, tuple)]
            self._write_group(entries)
            for entry in group:
                if isinstance(entry, threading.Event):
                    entry.set()

    def _write_group(self, entries: list[_Entry]) -> None:
        if not entries:
            return
        try:
            self._commit([row for row, _ in entries])
        except Exception as error:  # the thread must live: those who wait for it would wait for ever
            where, mend = str(self.path), "make room on the disk, then run the same command again"
            self._error = PictusError(f"the journal cannot be written: {error}", where=where, mend=mend)
        self.committed([token for _, token in entries])

    def _commit(self, rows: list[_Row]) -> None:
        try:
            self._write.execute("begin immediate")
            # The first answer to a request stays: its turn may already have been handed on.
            sql = "insert or ignore into answer values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            self._write.executemany(sql, [(*row[:3], zlib.compress(row[3], 1), *row[4:]) for row in rows])
            self._write.execute("commit")
        finally:
            if self._write.in_transaction:
                self._write.execute("rollback")

    @property
    def error(self) -> BaseException | None:
        """Tell why nothing more can be written, if so."""
        return self._error


def _mend(error: Exception) -> str:
    """Say what may help; nobody should move away what was paid for because a disk is full or a file is not theirs."""
    is_damaged = isinstance(error, zlib.error) or not isinstance(error, sqlite3.OperationalError | OSError)
    if is_damaged:
        return "the file is damaged: move it away, try `sqlite3 FILE .recover`; what is lost will be asked again"
    return (
        "see that it can be read and written, that the disk has room, and that no other run holds it; nothing is lost"
    )
