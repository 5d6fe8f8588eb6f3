"""Names to numbers: by the system's own resolver, so many names at once and no more, each for a while and no longer."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

_AT_ONCE = 32  # each is a thread that waits; a resolver that is asked for more answers none


class Lookups(AbstractResolver):
    """The resolver of a connector. A lookup cannot be broken off: what takes too long is left to end by itself."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._permits = asyncio.Semaphore(_AT_ONCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up; what goes wrong is an `OSError`."""
        await self._permits.acquire()
        found = asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)
        # Not before the thread is free: who came next would wait in a queue, and the wait be taken for the resolver's.
        found.add_done_callback(lambda _: self._permits.release())
        try:
            async with asyncio.timeout(self._seconds):
                infos = await asyncio.shield(found)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer") from None
        return [
            ResolveResult(hostname=host, host=place[0], port=place[1], family=family, proto=protocol, flags=0)
            for family, _, protocol, _, place in infos
        ]

    async def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except UnicodeError:  # a part of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None
    # A number with a scope, or of a family this Python was built without, is nothing to connect to from here.
    usable = [info for info in infos if isinstance(info[4][0], str) and (len(info[4]) < 4 or not info[4][3])]
    if not usable:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return [(*info[:4], info[4][:2]) for info in usable]
