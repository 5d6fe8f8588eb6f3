"""What a server says of a file: how large it is, by which mark it knows its content, whether parts may be asked for."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC, EROFS
from http.client import HTTPException
from typing import Any, TypeAlias
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from pictus import __version__
from pictus.reading.retry_after import retry_after

_PATIENCE_SECONDS = 60  # without a byte
_QUICK_SECONDS = 10
_LONGEST_WAIT_SECONDS = 120.0
FULL = (EDQUOT, EFBIG, ENOSPC, EROFS)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
# A packed answer would have another length, and no part of it could be asked for.
_HEADERS = {"User-Agent": f"pictus/{__version__}", "Accept-Encoding": "identity"}
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


Ask: TypeAlias = Callable[[dict[str, str]], Any]  # a request with some headers


class Unreachable(Exception):
    """A server that does not answer at all, so that nothing more need be asked of it."""


@dataclass(frozen=True, slots=True)
class Ranged:
    """A file of which parts can be asked for."""

    size_bytes: int
    mark: str  # a strong ETag: other content has another


def opened(
    url: str, headers: dict[str, str] | None = None, *, method: str = "GET", timeout: float = _PATIENCE_SECONDS
) -> Any:
    """Ask for a file; what is wrong is raised as an OSError or an HTTPException."""
    told = dict(headers or {})
    token = told.pop("authorization", None)
    request = Request(url, headers={**_HEADERS, **told}, method=method)
    if token is not None:  # for this server alone, wherever it sends us
        request.add_unredirected_header("Authorization", token)
    try:
        return urlopen(request, timeout=timeout)
    except HTTPError as error:
        error.close()  # else its connection stays open as long as the error is spoken of
        raise


def remote_size(url: str) -> int | None:
    """Ask how many bytes a file has; None where the server does not say."""
    try:
        with opened(url, method="HEAD", timeout=_QUICK_SECONDS) as reply:
            return length_of(reply)
    except HTTPError:
        return None
    except (OSError, HTTPException) as error:
        raise Unreachable(str(error)) from None


def ranged(ask: Ask) -> Ranged | None:
    """Ask for one byte, to learn whether parts of a file are given; None where they are not, or not safely."""
    with ask({"Range": "bytes=0-0"}) as reply:
        span, mark = span_of(reply), strong_mark(reply)
        return Ranged(span[2], mark) if span and mark else None


def span_of(reply: Any) -> tuple[int, int, int] | None:
    """Give the first byte, the last and the size of the whole, where a reply is a part of a file."""
    found = _RANGE.fullmatch(reply.headers.get("Content-Range") or "") if reply.status == 206 else None
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def length_of(reply: Any) -> int | None:
    """Give the length of a reply, where it is said."""
    text = reply.headers.get("Content-Length") or ""
    return int(text) if text.isdigit() else None


def strong_mark(reply: Any) -> str | None:
    """Give the ETag, where other content would have another."""
    etag: str | None = reply.headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else None


def mark_of(reply: Any) -> str | None:
    """Give what `If-Range` may name: a strong ETag, else the date."""
    return strong_mark(reply) or reply.headers.get("Last-Modified")


def may_pass(error: Exception) -> bool:
    """Say whether asking again may help: not where this disk is full, or the server says no."""
    if isinstance(error, OSError) and error.errno in FULL:
        return False
    return not isinstance(error, HTTPError) or error.code in _PASSING


def wait_seconds(error: Exception, tries: int) -> float:
    """Say how long to wait before asking again: as the server says, else longer each time."""
    told = retry_after(error.headers.get("Retry-After"), time.time()) if isinstance(error, HTTPError) else None
    return 2.0 ** (tries - 1) if told is None else min(told, _LONGEST_WAIT_SECONDS)
