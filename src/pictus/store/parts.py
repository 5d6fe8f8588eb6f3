"""A large file by several requests at once, into one file of its full size, with a list of its whole parts."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError

import orjson

from pictus.store.remote import Ask, Ranged, may_pass, span_of, strong_mark, wait_seconds
from pictus.store.whole_file import write_at

PART_BYTES = 2**25
CHUNK_BYTES = 2**17  # of a slow connection, too, it does not take long, and only then can a run be stopped
TRIES = 4  # without a byte between them


class Changed(Exception):
    """The server has another file now, or gives no parts after all."""


@dataclass(slots=True)
class Parts:
    """Which parts of a file are here, as its list says: a head, and the number of each whole part on a line."""

    path: Path  # of the list
    remote: Ranged
    part_bytes: int
    done: set[int]

    @classmethod
    def begin(cls, path: Path, remote: Ranged, part_bytes: int, before: int = 0) -> "Parts":
        """Go on with a list of the same file, or begin one: so many bytes of it are here from its beginning."""
        head = {"size": remote.size_bytes, "mark": remote.mark, "part": part_bytes}
        told, done = _read(path)
        if told != head:
            done = set(range(before // part_bytes))
            path.write_bytes(b"".join([orjson.dumps(head) + b"\n", *(b"%d\n" % number for number in done)]))
        return cls(path, remote, part_bytes, done)

    def missing(self) -> list[int]:
        """List the parts that are not here yet."""
        return [number for number in range(-(-self.remote.size_bytes // self.part_bytes)) if number not in self.done]

    def span(self, number: int) -> tuple[int, int]:
        """Give the first byte of a part, and the one behind its last."""
        first = number * self.part_bytes
        return first, min(first + self.part_bytes, self.remote.size_bytes)

    def add(self, number: int) -> None:
        """Note that a part is whole."""
        with self.path.open("ab") as file:
            file.write(b"%d\n" % number)
        self.done.add(number)


def bytes_in(path: Path) -> int | None:
    """Say how many bytes of a file a list of its parts tells of; None where there is no list."""
    head, done = _read(path)
    if head is None:
        return None
    return sum(min(head["part"], head["size"] - number * head["part"]) for number in done)


def fetch_parts(
    ask: Ask, parts: Parts, handle: int, connections: int, tell: Callable[[int], None], wait: Callable[[float], None]
) -> None:
    """Fetch the parts that are missing into an open file, several at once."""
    os.truncate(handle, parts.remote.size_bytes)
    work = _Work(ask, parts, handle, tell, wait)
    with ThreadPoolExecutor(connections) as pool:
        futures = [pool.submit(work.fetch, number) for number in parts.missing()]
        try:
            for future in futures:
                future.result()
        except BaseException:
            work.stopped = True
            pool.shutdown(cancel_futures=True)
            raise


@dataclass(slots=True)
class _Work:
    ask: Ask
    parts: Parts
    handle: int
    tell: Callable[[int], None]
    wait: Callable[[float], None]
    stopped: bool = False
    here: int = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.here = bytes_in(self.parts.path) or 0

    def fetch(self, number: int) -> None:
        """Fetch one part, going on where a connection was cut."""
        offset, end = self.parts.span(number)
        tries = 0
        while offset < end and not self.stopped:
            before = offset
            try:
                for chunk in self._chunks(offset, end):
                    write_at(self.handle, chunk, offset)
                    offset += len(chunk)
                    with self.lock:
                        self.here += len(chunk)
                        self.tell(self.here)
            except (OSError, HTTPException) as error:
                if isinstance(error, HTTPError) and error.code == 416:
                    raise Changed from None
                tries = 1 if offset > before else tries + 1
                if tries == TRIES or not may_pass(error):
                    raise
                self.wait(wait_seconds(error, tries))
        if offset == end:
            os.fsync(self.handle)  # a part that is listed is on the disk
            with self.lock:
                self.parts.add(number)

    def _chunks(self, offset: int, end: int) -> Iterator[bytes]:
        with self.ask({"Range": f"bytes={offset}-{end - 1}", "If-Range": self.parts.remote.mark}) as reply:
            if span_of(reply) != (offset, end - 1, self.parts.remote.size_bytes) or strong_mark(reply) not in (
                None,
                self.parts.remote.mark,
            ):
                raise Changed
            left = end - offset
            while left and not self.stopped and (chunk := reply.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk
        if left and not self.stopped:
            raise ConnectionError("the connection ended before the file did")


def _read(path: Path) -> tuple[dict[str, int] | None, set[int]]:
    """Read a list; its last line may have been cut off by a kill."""
    if not path.is_file():
        return None, set()
    *lines, _ = path.read_bytes().split(b"\n")
    if not lines:
        return None, set()
    return orjson.loads(lines[0]), {int(line) for line in lines[1:]}
