"""Addresses to pictures in one process: a thread visits servers, another makes pictures, and the caller takes them.

What was made waits in a file without a name, so that memory stays flat however long one slow server holds up the row
that comes next.
"""

import asyncio
import hashlib
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Thread
from typing import Self, TypeAlias
from urllib.parse import urlsplit
from zlib import crc32

from pictus.errors import PictusError
from pictus.pixels.head import is_no_picture
from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pictus.record import Media
from pictus.steps.acquire.pictures.known import Found
from pictus.store.whole_file import write_at
from pictus.web.manners import Manners
from pictus.web.open_files import allow_open_files
from pictus.web.outcome import Got, Missed, meaning
from pictus.web.visitor import Visitor

Blur: TypeAlias = tuple[tuple[float, float, float, float], ...]
_TOLD_SECONDS, _LOOK_SECONDS, _PAUSE_SECONDS = 1.0, 0.2, 0.01
# A silent host of many rows is given up after its first ones. Those of few rows cost a whole deadline each: they are
# asked early, so that nobody waits for them at the end, by connections of their own, so that nobody waits at the start.
_FEW = 5  # rows of a host
_MOST_BODIES, _MOST_BYTES = 64, 2**26  # that wait to be made into pictures


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to get: rows that want the same share it."""

    url: str
    blur: Blur = ()  # boxes, in fractions of the upright picture
    sums: tuple[tuple[str, str], ...] = ()  # the file's checksums by method, as far as the list names them


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture that was got and made, and where it waits."""

    start: int
    size: int
    found: Found  # without its bytes


@dataclass(slots=True)
class Progress:
    """How far the addresses of a shard are."""

    left: int
    done: int = 0
    got: int = 0
    got_bytes: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    hosts: int = 0


@dataclass(slots=True)
class _Line:
    """Addresses that are asked for in their order."""

    jobs: deque[Job]
    visits: int  # at once, those that wait included
    most_bodies: int  # that may wait to be made into pictures when the next is asked for
    connections: asyncio.Semaphore | None = None  # their own, if not those of all
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Fetching:
    """Gets pictures in the background, in an order that spreads over the hosts."""

    def __init__(
        self,
        jobs: Iterable[Job],
        manners: Manners,
        wanted: Wanted,
        tell: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._manners, self._wanted, self._tell = manners, wanted, tell
        self._results: dict[Job, Future[_Kept | Missed]] = {job: Future() for job in jobs}
        by_host = _by_host(self._results)
        few = [jobs for jobs in by_host if len(jobs) <= _FEW]
        many = [jobs for jobs in by_host if len(jobs) > _FEW]
        most = manners.connections
        self._lines = (
            # Those that wait for their turn, their next try or a slow answer take no connection: there may be more.
            _Line(deque(_spread(few)), 3 * most, 4 * _MOST_BODIES, asyncio.Semaphore(most)),
            _Line(deque(_spread(many)), most, _MOST_BODIES),
        )
        allow_open_files(sum(line.visits for line in self._lines))
        self.progress = Progress(left=len(self._results), hosts=len(by_host))
        self._bodies: SimpleQueue[tuple[Job, Got | Missed] | None] = SimpleQueue()
        self._put_bytes = self._taken_bytes = 0  # of bodies; each is counted by one thread
        self._spill = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the rest
        self._end = 0
        self._threads = [Thread(target=run, daemon=True) for run in (self._visit, self._make_all)]
        self._stopped = False

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        for thread in self._threads:
            thread.join()
        self._spill.close()
        self._tell(self.progress)

    def result(self, job: Job) -> Found | str:
        """Wait for a picture, or for the reason why there is none."""
        result = self._results[job].result()
        if isinstance(result, Missed):
            return reason_of(result)
        data = os.pread(self._spill.fileno(), result.size, result.start)
        return replace(result.found, medium=replace(result.found.medium, data=data))

    def _visit(self) -> None:
        try:
            asyncio.run(self._visit_all())
        except BaseException as error:
            while isinstance(error, BaseExceptionGroup):  # as a group of tasks tells what one of them met
                error = error.exceptions[0]
            self._fail(error)
        finally:
            self._bodies.put(None)

    async def _visit_all(self) -> None:
        async with Visitor(self._manners, enough=is_no_picture) as visitor, asyncio.TaskGroup() as group:
            works = [group.create_task(self._work(visitor, line)) for line in self._lines for _ in range(line.visits)]
            watch = group.create_task(self._watch(works))
            await asyncio.wait(works)
            watch.cancel()

    async def _work(self, visitor: Visitor, line: _Line) -> None:
        while True:
            async with line.turn:  # one looks for all
                while self._bodies.qsize() > line.most_bodies or self._put_bytes - self._taken_bytes > _MOST_BYTES:
                    # They come faster than pictures are made; to be woken after each would cost more than looking.
                    await asyncio.sleep(_PAUSE_SECONDS)
            if not line.jobs or self._stopped:
                return
            job = line.jobs.popleft()
            outcome = await visitor.get(job.url, line.connections)
            self._put_bytes += _size_of(outcome)
            self._bodies.put((job, outcome))

    async def _watch(self, works: Iterable[asyncio.Task[None]]) -> None:
        """Tell how far it is; end all visits when nobody waits for them any more."""
        told = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._stopped:
                for work in works:
                    work.cancel()
                return
            if time.monotonic() - told >= _TOLD_SECONDS:
                told = time.monotonic()
                self._tell(self.progress)

    def _make_all(self) -> None:
        try:
            while (one := self._bodies.get()) is not None:
                if self._stopped:
                    continue
                job, outcome = one
                result = self._make(job, outcome) if isinstance(outcome, Got) else outcome
                self._taken_bytes += _size_of(outcome)
                self._count(result, _size_of(outcome))
                self._results[job].set_result(result)
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """End the waiting for what will not come."""
        self._stopped = True
        for result in self._results.values():
            with suppress(InvalidStateError):  # it came before
                result.set_exception(error)

    def _make(self, job: Job, got: Got) -> _Kept | Missed:
        """Check the bytes, make the picture and put it into the file; one thread alone does this."""
        sha256 = hashlib.sha256(got.data).hexdigest()
        for method, expected in job.sums:
            if expected != (sha256 if method == "sha256" else hashlib.new(method, got.data).hexdigest()):
                return Missed("checksum", f"{method} differs")
        try:
            picture = made(got.data, self._wanted, job.blur)
        except Unfit as error:
            return Missed(error.reason, error.detail)
        start = self._put_down(picture.data)
        told = {
            "address": got.address if got.address != job.url else None,
            "sha256": sha256,
            "width": picture.was_width,
            "height": picture.was_height,
            "kind": picture.was_kind,
            "notes": list(picture.notes),
            "exif": picture.exif,
        }
        medium = Media(width=picture.width, height=picture.height, sha256=hashlib.sha256(picture.data).hexdigest())
        return _Kept(start, len(picture.data), Found(medium, told))

    def _put_down(self, data: bytes) -> int:
        """Write a picture to the file, and say where it begins."""
        start, self._end = self._end, self._end + len(data)
        try:
            write_at(self._spill.fileno(), data, start)
        except OSError as error:
            what, mend = f"temporary files cannot be written: {error.strerror}", "make room there, or set TMPDIR"
            raise PictusError(what, where=tempfile.gettempdir(), mend=mend) from None
        return start

    def _count(self, result: _Kept | Missed, size: int) -> None:
        progress = self.progress
        progress.done += 1
        progress.left -= 1
        progress.got_bytes += size
        if isinstance(result, Missed):
            progress.missed[result.reason] += 1
        else:
            progress.got += 1


def reason_of(missed: Missed) -> str:
    """Say why there is no picture, as rejects keep it: the word for it, what it means, and the detail."""
    sentence = meaning(missed.reason).rstrip(".")
    told = f"{missed.reason}: {sentence[0].lower()}{sentence[1:]}"
    return f"{told}: {missed.detail}" if missed.detail else told


def _size_of(outcome: Got | Missed) -> int:
    return len(outcome.data) if isinstance(outcome, Got) else 0


def _by_host(jobs: Iterable[Job]) -> list[list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(_host(job.url), []).append(job)
    return list(found.values())


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _spread(by_host: list[list[Job]]) -> list[Job]:
    """Put the rows of each host apart, all over the shard: lists are often sorted, and no host must be asked alone."""
    placed = []
    for jobs in by_host:
        first = crc32(_host(jobs[0].url).encode("utf-8", "replace")) / 2**32
        placed += [((number + first) / len(jobs), job) for number, job in enumerate(jobs)]
    return [job for _, job in sorted(placed, key=lambda one: one[0])]
