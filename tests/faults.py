"""A server on loopback that plays what strangers' servers do wrong, for tests: the path says what.

It writes to the wire as it likes, so that every hazard is the real one: `/hang`, `/short`, `/status/404`,
`/to?http://…`. A name that it does not know is a file of `files`, or 404.
"""

import asyncio
import gzip
import shutil
import socket
import ssl
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from time import time
from urllib.parse import unquote

import pytest

from loopback import in_thread

BODY = b"\xff\xd8" + b"picture " * 50
Play = Callable[["Talk"], Awaitable[None]]


@dataclass
class Faults:
    """What is served, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    base: str = ""
    asked: list[str] = field(default_factory=list)  # path and query, in turn
    heads: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    connections: int = 0  # ever made
    connected: int = 0  # now

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.connected += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                target = head.split(" ")[1]
                self.asked.append(target)
                self.heads.append(head)
                self.seen[target] += 1
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    await Talk(self, reader, writer, target, self.seen[target]).play()
                finally:
                    self.at_once -= 1
        except (asyncio.IncompleteReadError, OSError, Over):
            pass
        finally:
            self.connected -= 1
            writer.close()


class Over(Exception):
    """The connection ends here."""


@dataclass
class Talk:
    """One request, and the means to answer it."""

    server: Faults
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    target: str
    times: int  # it was asked for, with this one

    @property
    def name(self) -> str:
        return self.target.partition("?")[0].strip("/").partition("/")[0].partition(".")[0]

    @property
    def rest(self) -> str:
        return self.target.partition("?")[0].strip("/").partition("/")[2]

    @property
    def query(self) -> str:
        return unquote(self.target.partition("?")[2])

    async def play(self) -> None:
        file = self.server.files.get(self.target)
        if file is not None:
            await self.reply(file)
        elif self.name in HAZARDS:
            await HAZARDS[self.name](self)
        else:
            await self.reply(b"nothing here", status="404 Not Found")

    async def reply(self, body: bytes = BODY, *headers: str, status: str = "200 OK") -> None:
        await self.raw(self.head(f"Content-Length: {len(body)}", *headers, status=status) + body)

    def head(self, *headers: str, status: str = "200 OK") -> bytes:
        return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("utf-8")

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection so that the other side meets an error."""
        plain = self.writer.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Over


async def hang(talk: Talk) -> None:
    while await talk.reader.read(2**16):  # until the other side leaves
        pass
    raise Over


async def drip(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 100000"))
    while True:
        await talk.raw(b"x")
        await asyncio.sleep(0.02)


async def raw(talk: Talk) -> None:
    """Send the bytes that the query gives in hex."""
    await talk.raw(bytes.fromhex(talk.query))
    raise Over


async def stall(talk: Talk) -> None:
    """Send so many bytes of more, and no others: `/stall/1000`."""
    sent = int(talk.rest or 400)
    await talk.raw(talk.head(f"Content-Length: {sent + 100_000}") + bytes(sent))
    await hang(talk)


async def slow(talk: Talk) -> None:
    await asyncio.sleep(0.05)
    await talk.reply()


async def reset(talk: Talk) -> None:
    talk.reset()


async def reset_inside(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 100000") + BODY)
    await asyncio.sleep(0.02)
    talk.reset()


async def closed(talk: Talk) -> None:
    raise Over


async def short(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 100000") + BODY)
    raise Over


async def long(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 10") + BODY)


async def lengths(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 10", "Content-Length: 20") + BODY)
    raise Over


async def negative(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: -1") + BODY)
    raise Over


async def unmeasured(talk: Talk) -> None:
    await talk.raw(talk.head("Connection: close") + BODY)
    raise Over


async def chunked(talk: Talk) -> None:
    await talk.raw(talk.head("Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))


async def chunked_short(talk: Talk) -> None:
    await talk.raw(talk.head("Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(BODY), BODY))
    raise Over


async def chunked_garbage(talk: Talk) -> None:
    await talk.raw(talk.head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n")
    if talk.rest == "later":
        await asyncio.sleep(0.05)
    await talk.raw(b"zz\r\nhello\r\n0\r\n\r\n")


async def endless(talk: Talk) -> None:
    await talk.raw(talk.head("Connection: close"))
    while True:
        await talk.raw(bytes(2**16))


async def endless_chunks(talk: Talk) -> None:
    await talk.raw(talk.head("Transfer-Encoding: chunked"))
    while True:
        await talk.raw(b"10\r\n0123456789abcdef\r\n" * 1000)


async def giant(talk: Talk) -> None:
    await talk.raw(talk.head("Content-Length: 1000000000000"))
    await hang(talk)


async def sized(talk: Talk) -> None:
    await talk.reply(bytes(int(talk.rest)))


async def bomb(talk: Talk) -> None:
    await talk.reply(gzip.compress(bytes(2**22)), "Content-Encoding: gzip")


async def packed(talk: Talk) -> None:
    raw = zlib.compressobj(wbits=-15)
    packers = {
        "gzip": gzip.compress(BODY),
        "two": gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]),
        "zlib": zlib.compress(BODY),
        "deflate": raw.compress(BODY) + raw.flush(),
        "plain": BODY,
        "cut": gzip.compress(BODY)[:-12],
        "broken": gzip.compress(BODY)[:-8] + bytes(8),
        "br": b"\x0b\x02\x80abc\x03",
    }
    coding = {"zlib": "deflate", "deflate": "deflate", "br": "br"}.get(talk.rest, "gzip")
    await talk.reply(packers[talk.rest], f"Content-Encoding: {coding}")


async def status(talk: Talk) -> None:
    await talk.reply(b"" if talk.rest == "304" else b"words", status=f"{talk.rest} Words")


async def no_content(talk: Talk) -> None:
    await talk.raw(talk.head(status="204 No Content"))


async def empty(talk: Talk) -> None:
    await talk.reply(b"")


async def quiet(talk: Talk) -> None:
    """Ask for quiet, once or always: `/quiet/once?2`, `/quiet/always?date`."""
    if talk.rest == "once" and talk.times > 1:
        await talk.reply()
        return
    wait = formatdate(time() + 1, usegmt=True) if talk.query == "date" else talk.query
    await talk.reply(b"", *([f"Retry-After: {wait}"] if wait else []), status="429 Too Many Requests")


async def flaky(talk: Talk) -> None:
    await (talk.reply() if talk.times > 1 else talk.reply(b"", status=f"{talk.rest or 500} Not Now"))


async def flaky_reset(talk: Talk) -> None:
    # The library below asks a second time by itself.
    await (talk.reply() if talk.times > 2 else reset(talk))


async def to(talk: Talk) -> None:
    """Redirect to what the query names."""
    await talk.reply(b"", f"Location: {talk.query}", status=f"{talk.rest or 302} Found")


async def chain(talk: Talk) -> None:
    """Redirect so many times: `/chain/3`."""
    left = int(talk.rest)
    await (talk.reply(b"moved", f"Location: {left - 1}#part", status="301 Moved") if left else talk.reply())


async def circle(talk: Talk) -> None:
    await talk.reply(b"", f"Location: /circle/{1 - int(talk.rest or 0)}", status="302 Found")


async def nowhere(talk: Talk) -> None:
    await talk.reply(b"", status="302 Found")


async def robots(talk: Talk) -> None:
    """Say what the query says, one header for each line."""
    await talk.reply(BODY, *(f"X-Robots-Tag: {line}" for line in talk.query.split("|")))


async def page(talk: Talk) -> None:
    await talk.reply(b"<html>not found", "Content-Type: text/html")


async def cookie(talk: Talk) -> None:
    await talk.reply(BODY, "Set-Cookie: a=b; Path=/")


async def headers(talk: Talk) -> None:
    await talk.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        await talk.raw(b"".join(b"X-%d: y\r\n" % number for number in range(1000)))


async def wide(talk: Talk) -> None:
    await talk.reply(BODY, "X-Wide: " + "y" * 2**20)


async def nonsense(talk: Talk) -> None:
    lines = {"line": b"hello there\r\n\r\n", "status": b"HTTP/1.1 9999 OK\r\n\r\n", "bytes": bytes(range(256))}
    await talk.raw(lines[talk.rest])
    raise Over


async def early(talk: Talk) -> None:
    await talk.raw(talk.head("Link: </x>", status="103 Early Hints"))
    await talk.reply()


async def informing(talk: Talk) -> None:
    while True:
        await talk.raw(talk.head(status="100 Continue") * 10)
        await asyncio.sleep(0.01)


async def switching(talk: Talk) -> None:
    await talk.raw(talk.head("Upgrade: websocket", "Connection: Upgrade", status="101 Switching") + BODY)
    await hang(talk)


async def good(talk: Talk) -> None:
    await talk.reply()


HAZARDS: dict[str, Play] = {
    play.__name__: play
    for play in (
        *(
            hang,
            raw,
            drip,
            stall,
            slow,
            reset,
            reset_inside,
            closed,
            short,
            long,
            lengths,
            negative,
            unmeasured,
            chunked,
        ),
        *(chunked_short, chunked_garbage, endless, endless_chunks, giant, sized, bomb, packed, status, no_content),
        *(empty, quiet, flaky, flaky_reset, to, chain, circle, nowhere, robots, page, cookie, headers, wide, nonsense),
        *(early, informing, switching, good),
    )
}


@contextmanager
def faulty(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Faults]:
    """Serve all hazards from a thread, on a port of its own."""
    faults = Faults()

    async def serve(listening: socket.socket, ready: Callable[[], None]) -> None:
        server = await asyncio.start_server(faults.serve, sock=listening, ssl=tls)
        ready()
        async with server:
            await asyncio.Event().wait()

    with in_thread(serve, host=host) as port:
        faults.base = f"http{'s' if tls else ''}://{host}:{port}"
        yield faults


def self_signed(folder: Path, *, days: int = 2, name: str = "localhost") -> Path:
    """Make a certificate that nobody vouches for, with its key in one file; skip the test where none can be made."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", str(days), "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


def server_context(certificate: Path) -> ssl.SSLContext:
    """Give the TLS of a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
