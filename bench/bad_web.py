"""Servers that misbehave: dead, silent, dripping, broken, endless, and with other things than pictures."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

_HOSTS = 100  # that misbehave in each way
_PIECE = bytes(2**16)


async def _reply(writer: asyncio.StreamWriter, status: str, *headers: str, body: bytes = b"") -> None:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    writer.write(head.encode() + body)
    await writer.drain()


async def _hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.5)


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nshort")
    await writer.drain()
    writer.close()


async def _giant(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
    while True:
        writer.write(_PIECE)
        await writer.drain()


async def _page(writer: asyncio.StreamWriter) -> None:
    await _reply(writer, "200 OK", "Content-Type: image/jpeg", body=b"<!DOCTYPE html><html>gone</html>")


async def _loop(writer: asyncio.StreamWriter) -> None:
    await _reply(writer, "302 Found", "Location: ?again")


async def _missing(writer: asyncio.StreamWriter) -> None:
    await _reply(writer, "404 Not Found")


async def _busy(writer: asyncio.StreamWriter) -> None:
    await _reply(writer, "429 Too Many Requests", "Retry-After: 2")


_WAYS: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "missing": _missing,
    "page": _page,
    "reset": _reset,
    "cut": _cut,
    "loop": _loop,
    "busy": _busy,
    "hang": _hang,
    "drip": _drip,
    "giant": _giant,
}


def addresses(count: int, port: int) -> list[str]:
    """List addresses that misbehave, in every way and at many hosts; most are simply gone, as on the real web."""
    ways = ["missing"] * 6 + ["dead"] * 3 + ["nowhere"] * 2 + [*_WAYS]
    found = []
    for number in range(count):
        way, host = ways[number % len(ways)], number // len(ways) % _HOSTS
        if way == "dead":
            found.append(f"http://127.0.3.{host}:9/{number}.jpg")
        elif way == "nowhere":
            found.append(f"http://nowhere-{host}.invalid/{number}.jpg")
        else:
            found.append(f"http://127.0.{4 + [*_WAYS].index(way)}.{host}:{port}/{way}/{number}.jpg")
    return found


async def _serve(port: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                line = (await reader.readuntil(b"\r\n\r\n")).split()
                await _WAYS[line[1].decode().split("/")[1].partition("?")[0]](writer)
        except (OSError, asyncio.IncompleteReadError, KeyError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", port, backlog=4096)
    async with server:
        await server.serve_forever()


def main(arguments: Sequence[str]) -> None:
    asyncio.run(_serve(int(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
