"""How far the shards of a run are, told by each process that makes one in the log of the run."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson

from pictus.engine.events import Events
from pictus.steps.acquire.pictures.fetching import Progress

_LOOK_SECONDS = 0.5
_MARK = b'"event":"acquiring"'


@contextmanager
def teller(log: str | None, shard: int) -> Iterator[Callable[[Progress], None]]:
    """Give what tells of a shard's progress: a line in the log, which other processes write as well.

    On a machine that does not see the log nothing is told: the receipts say what was done there.
    """
    try:
        if log is None:
            raise FileNotFoundError
        # Such a line goes out in one piece: no other of this machine can come into it.
        file = os.open(log, os.O_WRONLY | os.O_APPEND)
    except OSError:
        yield lambda progress: None
        return
    try:
        yield lambda progress: _tell(file, shard, progress)
    finally:
        os.close(file)


def _tell(file: int, shard: int, progress: Progress) -> None:
    event = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": "acquiring",
        "shard": shard,
        "left": progress.left,
        "done": progress.done,
        "got": progress.got,
        "got_bytes": progress.got_bytes,
        "missed": dict(progress.missed),
        "hosts": progress.hosts,
    }
    os.write(file, orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))


@contextmanager
def followed(events: Events) -> Iterator[None]:
    """Pass on to the listeners what the processes of a run tell in its log."""
    if events.log is None or not events.listeners:
        yield
        return
    ended = threading.Event()
    begin = Path(events.log).stat().st_size
    thread = threading.Thread(target=_follow, args=(events, events.log, begin, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _follow(events: Events, log: str, begin: int, ended: threading.Event) -> None:
    with Path(log).open("rb") as file:
        file.seek(begin)
        rest = b""
        while True:
            is_last = ended.wait(_LOOK_SECONDS)
            *lines, rest = (rest + file.read()).split(b"\n")
            for line in lines:
                if _MARK in line:  # the others were told by this process itself
                    with suppress(orjson.JSONDecodeError):  # over a network, lines of two machines may be mixed
                        event = orjson.loads(line)
                        for listener in events.listeners:
                            listener(event)
            if is_last:
                return
