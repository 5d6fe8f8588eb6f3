"""A file from an address: under its name only when it is whole, and gone on with where an interrupted run stopped."""

import fcntl
import hashlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError

from pictus.errors import ManyErrors, PictusError
from pictus.store.parts import CHUNK_BYTES, PART_BYTES, TRIES, Changed, Parts, bytes_in, fetch_parts
from pictus.store.remote import FULL, length_of, mark_of, may_pass, opened, ranged, wait_seconds
from pictus.store.whole_file import sync_folder

_REFUSED = (401, 403, 410)
_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)  # with status 200, where a file is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a file before it comes, and must be so."""

    size_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None


NOTHING = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a file is fetched."""

    mirrors: Sequence[str] = ()  # asked in turn where the address fails, or has another file
    connections: int = 1  # for a large file whose server gives parts of it
    part_bytes: int = PART_BYTES
    expected_bytes: int | None = None  # as the server says: whether several connections are worth while
    way: Callable[[str], tuple[str, dict[str, str]]] = lambda url: (url, {})  # to where a file is now, and what to show
    refused: str = ""  # what to do where the server refuses
    wait: Callable[[float], None] = time.sleep


PLAINLY = Ways()


def download(
    url: str, to: Path, known: Known = NOTHING, ways: Ways = PLAINLY, *, tell: Callable[[int], None] = lambda done: None
) -> None:
    """Bring a file here, if it is not here; one of another size or content than it must have is refused.

    Args:
        url: its address, http or https.
        to: its name here; until it is whole it is called `NAME.part`.
        known: what it must be.
        ways: how it is fetched.
        tell: takes the bytes that are here, again and again.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(to.with_name(f"{to.name}.part"))
    with part.held(url) as file:
        if to.exists():  # another run was quicker
            part.forget()
            return
        errors: list[PictusError] = []
        for address in (url, *ways.mirrors):
            try:
                _fetch(address, part, file, known, ways, tell)
                _check(address, part, file, known)
                break
            except PictusError as error:
                errors.append(error)
        else:
            if not bytes_here(to):
                part.forget()
            raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=str(to))
        file.flush()
        os.fsync(file.fileno())
        part.path.replace(to)
        part.forget()
    sync_folder(to.parent)


def bytes_here(to: Path) -> int:
    """Say how many bytes of a file are here, whole or not."""
    if to.is_file():
        return to.stat().st_size
    part = _Part(to.with_name(f"{to.name}.part"))
    listed = bytes_in(part.list)
    if listed is not None:
        return listed
    return part.path.stat().st_size if part.path.is_file() else 0


class _Part:
    """What is here of a file, and the mark by which its server knows that exact content."""

    def __init__(self, path: Path) -> None:
        self.path, self._mark = path, path.with_name(f"{path.name}.etag")
        self.list = path.with_name(f"{path.name}.list")  # of parts, where several are fetched at once

    @contextmanager
    def held(self, url: str) -> Iterator[IO[bytes]]:
        """Open it for going on, and keep other runs away."""
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                mend = "wait for it, or stop it first"
                raise PictusError(f"another run is fetching {url}", where=str(self.path), mend=mend) from None
            yield file

    @property
    def mark(self) -> str | None:
        """Give the mark; None where nobody could say whether what is here and what comes belong together."""
        return self._mark.read_text("utf-8") if self._mark.exists() else None

    @mark.setter
    def mark(self, text: str | None) -> None:
        self._mark.unlink(missing_ok=True)
        if text is not None:
            self._mark.write_text(text, "utf-8")

    def clear(self, file: IO[bytes]) -> None:
        """Begin anew: nothing of it is here."""
        self.mark = None
        self.list.unlink(missing_ok=True)
        file.truncate(0)
        file.seek(0)

    def forget(self) -> None:
        for path in (self.path, self._mark, self.list):
            path.unlink(missing_ok=True)


def _fetch(url: str, part: _Part, file: IO[bytes], known: Known, ways: Ways, tell: Callable[[int], None]) -> None:
    """Ask for what is missing until all is here; a server that sends nothing several times is given up."""
    if not url.startswith(("http://", "https://")):
        raise PictusError("only http and https addresses can be fetched", where=url, mend="fetch the file by hand")
    tries = 0
    while True:
        before = file.tell()
        try:
            if not _fetch_parts(url, part, file, known, ways, tell):
                _fetch_rest(url, part, file, known, ways, tell)
            return
        except (OSError, HTTPException) as error:
            tries = 1 if file.tell() > before else tries + 1
            if tries == TRIES or not may_pass(error):
                raise _not_fetched(url, part, error, ways) from None
            ways.wait(wait_seconds(error, tries))


def _fetch_parts(url: str, part: _Part, file: IO[bytes], known: Known, ways: Ways, tell: Callable[[int], None]) -> bool:
    """Fetch a large file by several requests at once; False where that is not to be had."""
    expected = known.size_bytes or ways.expected_bytes or 0

    def ask(headers: dict[str, str]) -> Any:
        return _asked(url, ways, headers)

    remote = ranged(ask) if ways.connections > 1 and expected >= 2 * ways.part_bytes else None
    if remote is None or remote.size_bytes < 2 * ways.part_bytes:
        if part.list.exists():
            part.clear(file)
        return False
    _refuse_size(url, part, file, remote.size_bytes, known)
    if part.path.stat().st_size != remote.size_bytes:  # somebody removed the file, and not the list
        part.list.unlink(missing_ok=True)
    before = file.seek(0, os.SEEK_END) if part.mark == remote.mark and not part.list.exists() else 0
    parts = Parts.begin(part.list, remote, ways.part_bytes, before)
    part.mark = None
    try:
        fetch_parts(ask, parts, file.fileno(), ways.connections, tell, ways.wait)
    except Changed:
        part.clear(file)
        return False
    except (OSError, HTTPException) as error:  # each part was asked for several times
        raise _not_fetched(url, part, error, ways) from None
    return True


def _fetch_rest(url: str, part: _Part, file: IO[bytes], known: Known, ways: Ways, tell: Callable[[int], None]) -> None:
    mark = part.mark
    if mark is None:
        file.truncate(0)
    here = file.seek(0, os.SEEK_END)
    headers = {"Range": f"bytes={here}-", "If-Range": mark} if here and mark else {}
    try:
        reply = _asked(url, ways, headers)
    except HTTPError as error:
        if error.code != 416:
            raise
        if error.headers.get("Content-Range") == f"bytes */{here}":
            return  # an earlier run had received the last byte when it was stopped
        part.mark = None
        raise ConnectionError("the server has another file now") from None
    with reply:
        if reply.status != 206:  # a server that does not know ranges, or has another file now, begins again
            file.truncate(0)
            here = file.seek(0)
            part.mark = mark_of(reply)
        length = length_of(reply)
        total = None if length is None else here + length
        if total is not None:
            _refuse_size(url, part, file, total, known)
        while chunk := reply.read(CHUNK_BYTES):
            file.write(chunk)
            tell(file.tell())
        file.flush()
    if total is not None and file.tell() < total:
        raise ConnectionError("the connection ended before the file did")


def _asked(url: str, ways: Ways, headers: dict[str, str]) -> Any:
    address, more = ways.way(url)
    return opened(address, {**headers, **more})


def mismatch(path: Path, known: Known) -> str:
    """Say in what a file differs from what is known of it; nothing where it is right."""
    size = path.stat().st_size
    if known.size_bytes not in (None, size):
        return f"it has {size:,} bytes, and {known.size_bytes:,} were expected"
    if not size and known.size_bytes is None:
        return "it is empty"
    with path.open("rb") as file:
        if _PAGE.match(file.read(200)):
            return "it is a page for browsers"
    for kind, expected in (("sha256", known.sha256), ("md5", known.md5)):
        if expected is not None:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, kind).hexdigest()
            if found != expected:
                return f"its {kind} is {found}, and {expected} was expected"
    return ""


def _check(url: str, part: _Part, file: IO[bytes], known: Known) -> None:
    file.flush()
    if told := mismatch(part.path, known):
        part.clear(file)
        mend = "try again; else the file was changed where it comes from, or the address gives a page in place of it"
        raise PictusError(f"{url} is not the file that is wanted: {told}", where=str(part.path), mend=mend)


def _refuse_size(url: str, part: _Part, file: IO[bytes], found: int, known: Known) -> None:
    if known.size_bytes in (None, found):
        return
    part.clear(file)
    what = f"{url} is not the file that is wanted: it has {found:,} bytes, and {known.size_bytes:,} were expected"
    mend = "look at the address: it may give a page of its own in place of it"
    raise PictusError(what, where=str(part.path), mend=mend)


def _not_fetched(url: str, part: _Part, error: Exception, ways: Ways) -> PictusError:
    mend = "run the same command again: it goes on here; or put the file there by hand"
    if isinstance(error, HTTPError) and error.code in _REFUSED and ways.refused:
        mend = ways.refused
    if isinstance(error, OSError) and error.errno in FULL:
        mend = "make room, and run the same command again: it goes on here"
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        mend = (
            "connect this machine to the internet, or name its proxy in `https_proxy`; then run the same command again"
        )
        return PictusError(f"cannot fetch {url}: its host cannot be looked up", where=str(part.path), mend=mend)
    return PictusError(f"cannot fetch {url}: {error}", where=str(part.path), mend=mend)
