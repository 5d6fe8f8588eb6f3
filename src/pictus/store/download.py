"""A file from an address: under its name only when it is whole, and gone on with where an interrupted run stopped."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from pictus.errors import PictusError
from pictus.store.whole_file import sync_folder

_CHUNK_BYTES = 2**20
_PATIENCE_SECONDS = 60  # without a byte
_TRIES = 4  # without a byte between them
_PASSING = (408, 425, 429, 500, 502, 503, 504)
# A packed answer would have another length, and no part of it could be asked for.
_HEADERS = {"User-Agent": "pictus", "Accept-Encoding": "identity"}


def remote_size(url: str) -> int | None:
    """Ask how many bytes a file has; None where the server does not say, or does not answer."""
    try:
        with _opened(url, method="HEAD", timeout=10) as reply:
            return _length(reply)
    except (OSError, HTTPException):
        return None


def download(
    url: str,
    to: Path,
    *,
    size_bytes: int | None = None,
    sha256: str | None = None,
    tell: Callable[[int], None] = lambda done: None,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Bring a file here, if it is not here; one of another size or content than it must have is refused.

    Args:
        url: its address, http or https.
        to: its name here; until it is whole it is called `NAME.part`.
        size_bytes: the size that it must have, where that is known.
        sha256: the checksum that it must have, where that is known.
        tell: takes the bytes that are here, again and again.
        wait: waits some seconds before a server that fails is asked again.
    """
    if not url.startswith(("http://", "https://")):
        raise PictusError("only http and https addresses can be fetched", where=url, mend="fetch the file by hand")
    to.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(to.with_name(f"{to.name}.part"))
    with part.held(url) as file:
        if to.exists():  # another run was quicker
            part.forget()
            return
        _fetch(url, part, file, size_bytes, tell, wait)
        _check(url, part, size_bytes, sha256)
        file.flush()
        os.fsync(file.fileno())
        part.path.replace(to)
        part.forget()
    sync_folder(to.parent)


class _Part:
    """What is here of a file, and the mark by which its server knows that exact content."""

    def __init__(self, path: Path) -> None:
        self.path, self._mark = path, path.with_name(f"{path.name}.etag")

    @contextmanager
    def held(self, url: str) -> Iterator[IO[bytes]]:
        """Open it for going on, and keep other runs away."""
        with self.path.open("ab") as file:
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

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)


def _fetch(
    url: str,
    part: _Part,
    file: IO[bytes],
    size_bytes: int | None,
    tell: Callable[[int], None],
    wait: Callable[[float], None],
) -> None:
    """Ask for what is missing until all is here; a server that sends nothing several times is given up."""
    tries = 0
    while True:
        before = file.tell()
        try:
            _fetch_rest(url, part, file, size_bytes, tell)
            return
        except (OSError, HTTPException) as error:
            status = error.code if isinstance(error, HTTPError) else None
            tries = 1 if file.tell() > before else tries + 1
            if tries == _TRIES or (status is not None and status not in _PASSING):
                mend = "run the same command again: it goes on here; or put the file there by hand"
                raise PictusError(f"cannot fetch {url}: {error}", where=str(part.path), mend=mend) from None
            wait(2.0 ** (tries - 1))


def _fetch_rest(url: str, part: _Part, file: IO[bytes], size_bytes: int | None, tell: Callable[[int], None]) -> None:
    mark = part.mark
    if mark is None:
        file.truncate(0)
    here = file.seek(0, os.SEEK_END)
    headers = {"Range": f"bytes={here}-", "If-Range": mark} if here and mark else {}
    try:
        reply = _opened(url, headers)
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
            part.mark = _mark_of(reply)
        length = _length(reply)
        total = None if length is None else here + length
        if size_bytes is not None and total not in (None, size_bytes):
            part.forget()
            raise _wrong_size(url, part.path, total, size_bytes)
        while chunk := reply.read(_CHUNK_BYTES):
            file.write(chunk)
            tell(file.tell())
        file.flush()
    if total is not None and file.tell() < total:
        raise ConnectionError("the connection ended before the file did")


def _check(url: str, part: _Part, size_bytes: int | None, sha256: str | None) -> None:
    size = part.path.stat().st_size
    if size_bytes is not None and size != size_bytes:
        part.forget()
        raise _wrong_size(url, part.path, size, size_bytes)
    if sha256 is None:
        return
    with part.path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        part.forget()
        what = f"{url} is not the file that is known: its sha256 is {found}, and {sha256} was expected"
        raise PictusError(what, where=str(part.path), mend="try again; else the file was changed where it comes from")


def _wrong_size(url: str, where: Path, found: int | None, known: int) -> PictusError:
    what = f"{url} is not the file that is known: it has {found:,} bytes, and {known:,} were expected"
    return PictusError(what, where=str(where), mend="look at the address: it may give a page of its own in place of it")


def _opened(
    url: str, headers: dict[str, str] | None = None, *, method: str = "GET", timeout: float = _PATIENCE_SECONDS
) -> Any:
    return urlopen(Request(url, headers={**_HEADERS, **(headers or {})}, method=method), timeout=timeout)


def _length(reply: Any) -> int | None:
    text = reply.headers.get("Content-Length") or ""
    return int(text) if text.isdigit() else None


def _mark_of(reply: Any) -> str | None:
    """Give what `If-Range` may name: a strong ETag, else the date."""
    etag: str | None = reply.headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else reply.headers.get("Last-Modified")
