"""Fetch the files of a plan: some of each server at once, a large one in parts, and none but what it should be."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.steps.acquire.memory import Memory, stamp
from pictus.steps.acquire.plan import Item
from pictus.store.download import Known, Ways, download, mismatch
from pictus.store.hub import HubWay, hub_file
from pictus.store.parts import PART_BYTES as _PART_BYTES

_FILES = 2  # of one server at once
_CONNECTIONS = 4  # for one large file


class _Stopped(BaseException):
    """Another file could not go on, and none should."""


@dataclass(slots=True)
class Progress:
    """How far all files are that are fetched at once, told as one."""

    events: Events
    total: int | None
    here: dict[str, int] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, path: str) -> Callable[[int], None]:
        """Give what takes the bytes of one file that are here."""

        def tell(done: int) -> None:
            if self.stopped:
                raise _Stopped
            with self.lock:
                self.here[path] = done
                name = path if len(self.running) < 2 else f"{len(self.running)} files"
                self.events.send("fetch", file=name, done=sum(self.here.values()), total=self.total)

        return tell


def fetch_all(items: Sequence[Item], events: Events) -> list[PictusError]:
    """Fetch files, and give what went wrong; one that cannot be had keeps no other from coming."""
    sizes = [item.size_bytes for item in items]
    progress = Progress(events, None if None in sizes else sum(size or 0 for size in sizes))
    hosts: dict[str, list[Item]] = {}
    for item in items:
        hosts.setdefault(urlsplit(item.asset.url).netloc, []).append(item)
    pools = {host: ThreadPoolExecutor(_FILES) for host in hosts}
    errors = []
    try:
        futures = [pools[host].submit(_fetch, item, progress) for host, some in hosts.items() for item in some]
        for future in as_completed(futures):
            try:
                future.result()
            except PictusError as error:
                errors.append(error)
    finally:
        progress.stopped = True
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    return errors


def known_of(item: Item) -> Known:
    """Say what a file must be."""
    return Known(size_bytes=item.asset.size_bytes, sha256=item.asset.sha256, md5=item.asset.md5)


def verify(item: Item, memory: Memory) -> None:
    """Compare a file with what is known of it, once; one that another program put there may be anything."""
    known = known_of(item)
    if not item.path.is_file() or memory.verified(item.asset.path, item.path):
        return
    if told := mismatch(item.path, known):
        mend = "remove it and run the same command again"
        raise PictusError(f"this is not the file that is wanted: {told}", where=str(item.path), mend=mend)
    memory.note(item.asset.path, stamp=stamp(item.path), sha256=known.sha256, md5=known.md5)


def _fetch(item: Item, progress: Progress) -> None:
    asset, tell = item.asset, progress.of(item.asset.path)
    progress.running.add(asset.path)
    try:
        known, expected = known_of(item), item.size_bytes
        refused = "the link may have expired: fetch the list anew, and give it with `--links`" if asset.listed else ""
        ways = Ways(
            mirrors=asset.mirrors,
            connections=_CONNECTIONS,
            part_bytes=_PART_BYTES,
            expected_bytes=expected,
            refused=refused,
        )
        if one := hub_file(asset.url):
            way = HubWay(one)
            facts = way.look()
            known = replace(known, size_bytes=facts.size_bytes, sha256=known.sha256 or facts.sha256)
            ways = replace(ways, way=way, expected_bytes=facts.size_bytes)
        download(asset.url, item.path, known, ways, tell=tell)
    finally:
        progress.running.discard(asset.path)
