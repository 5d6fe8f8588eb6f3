"""The body of an answer, as bytes: never more than allowed, packed or not, and never many giants at once."""

import asyncio
import zlib
from collections.abc import Callable

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from pictus.web.outcome import Missed

GIANTS = 8  # bodies beyond the first bytes that come at once, so that memory has a bound
_FREE_BYTES = 2**20
_BEGIN_BYTES = 2**16
_MOST_PARTS = 100  # packed one after the other in a body, since what follows each is copied
_MANY_PIECES = 1024  # a body that drips would take more memory for its pieces than for itself
_UNKNOWN = frozenset({"br", "zstd", "compress", "x-compress"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


async def read_body(
    answer: aiohttp.ClientResponse,
    most_bytes: int,
    giants: asyncio.Semaphore,
    deadline: asyncio.Timeout,
    enough: Callable[[bytes], bool] = lambda begin: False,
) -> bytes | Missed:
    """Read a body to its end; the time that it waits for its turn among the giants is not counted.

    Args:
        answer: whose body it is.
        most_bytes: that it may have, unpacked.
        giants: places for large bodies.
        deadline: of the whole visit.
        enough: says of the beginning of a larger body that nobody wants the rest.
    """
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    if coding in _UNKNOWN:
        return Missed("encoding", coding)
    if (answer.content_length or 0) > most_bytes:
        return Missed("too_large")
    pieces: list[bytes] = []
    size, waited_for, is_looked_at = 0, False, bool(coding)
    forget = _ended_when_lost(answer)
    try:
        while piece := await answer.content.readany():
            pieces.append(piece)
            size += len(piece)
            if size > most_bytes:
                return Missed("too_large")
            if not is_looked_at and size > _BEGIN_BYTES:
                is_looked_at = True
                if enough(begin := b"".join(pieces)):
                    answer.close()
                    return begin
            if not waited_for and size > _FREE_BYTES:
                waited_for = await turn(giants, deadline)
            if len(pieces) > _MANY_PIECES:
                pieces = [b"".join(pieces)]
        data = b"".join(pieces)
        if coding not in _PACKED or not data:
            return data
        pieces.clear()
        waited_for = waited_for or await turn(giants, deadline)
        return unpacked(data, most_bytes)
    finally:
        forget()
        if waited_for:
            giants.release()


def _ended_when_lost(answer: aiohttp.ClientResponse) -> Callable[[], object]:
    """See to it that a body ends with its connection; give what to call when it is read.

    Where nonsense comes inside a body, aiohttp closes the connection and lets the reader wait for ever.
    """
    connection, content = answer.connection, answer.content
    if connection is None or connection.protocol is None or content.is_eof():
        return _nothing

    def end(_: object = None) -> None:
        if not content.is_eof() and content.exception() is None:
            content.set_exception(HttpProcessingError())

    closed = connection.protocol.closed
    if closed is None:  # it is lost already
        end()
        return _nothing
    closed.add_done_callback(end)
    return lambda: closed.remove_done_callback(end)


def _nothing() -> None: ...


async def turn(giants: asyncio.Semaphore, deadline: asyncio.Timeout) -> bool:
    """Wait for a place among the giants, with the clock of the deadline stopped."""
    if not giants.locked():
        return await giants.acquire()
    clock, until = asyncio.get_running_loop().time, deadline.when()
    began = clock()
    deadline.reschedule(None)
    await giants.acquire()
    if until is not None:
        deadline.reschedule(until + clock() - began)
    return True


def unpacked(data: bytes, most_bytes: int) -> bytes | Missed:
    """Unpack gzip or deflate, whatever the header called it, up to a size."""
    gzip = data.startswith(b"\x1f\x8b")
    pieces: list[bytes] = []
    left = most_bytes
    try:
        while data:
            if len(pieces) == _MOST_PARTS:
                return Missed("encoding", f"in more than {_MOST_PARTS} parts")
            stream = zlib.decompressobj(47 if gzip or data[0] & 0x0F == 8 else -15)
            pieces.append(stream.decompress(data, left + 1))
            left -= len(pieces[-1])
            if left < 0:
                return Missed("too_large")
            if not stream.eof:
                return Missed("cut_short", passing=True)
            data = stream.unused_data if gzip and stream.unused_data.startswith(b"\x1f\x8b") else b""
    except zlib.error:
        # Servers say gzip of files that they send as they are: what cannot be unpacked at all is not packed.
        return data if not gzip and not pieces else Missed("encoding", "broken")
    return b"".join(pieces)
