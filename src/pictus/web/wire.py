"""One request and its answer, without following or repeating anything."""

import asyncio
import functools
import ssl
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from pictus.errors import PictusError
from pictus.reading.retry_after import retry_after
from pictus.web.address import Address
from pictus.web.body import GIANTS, read_body
from pictus.web.failures import missed
from pictus.web.lookups import Lookups
from pictus.web.manners import Manners
from pictus.web.outcome import Got, Missed
from pictus.web.public import guarded_socket
from pictus.web.robots import forbidding

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHOLE = frozenset({200, 203})
_PASSING = frozenset({408, 425, 429})
_KEPT_SECONDS = 5.0
_NAMES_SECONDS = 300
_HEADER_BYTES = 32 * 2**10  # browsers take far more, and some servers say much
_LAST = {"Connection": "close"}


class Elsewhere(NamedTuple):
    """Where an answer sends us."""

    place: str


@functools.cache
def shared_context() -> ssl.SSLContext:
    """Give the one context of the process: to make one costs as much as a hundred requests."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Connector(aiohttp.TCPConnector):
    """The pool, which remembers which connection each visit was given last."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.given: dict[asyncio.Task[Any] | None, asyncio.BaseTransport | None] = {}

    async def connect(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> Any:
        """Give a connection for a request."""
        connection = await super().connect(req, traces, timeout)
        self.given[asyncio.current_task()] = connection.transport
        return connection


class Wire:
    """The connections of a visitor; to be made and closed inside its event loop."""

    def __init__(self, manners: Manners, enough: Callable[[bytes], bool]) -> None:
        self._manners, self._enough = manners, enough
        self._giants = asyncio.Semaphore(GIANTS)
        self._lookups = Lookups(manners.connect_seconds)
        self._connector = _Connector(
            limit=0,
            resolver=self._lookups,
            ttl_dns_cache=_NAMES_SECONDS,
            socket_factory=guarded_socket(manners.allowed),
            ssl=shared_context(),
            keepalive_timeout=_KEPT_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            # A proxy would connect in our place, and to anything.
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=manners.connect_seconds, sock_read=manners.idle_seconds
            ),
            headers={"User-Agent": manners.agent, "Accept-Encoding": "identity"},
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )

    async def ask(self, address: Address, seconds: float, *, keep: bool) -> Got | Missed | Elsewhere:
        """Ask once, and never raise for what comes back.

        Args:
            address: where.
            seconds: the time until the answer must be whole.
            keep: whether the connection may be of use again.
        """
        try:
            async with asyncio.timeout(seconds) as deadline:
                url = URL(address.text, encoded=True)
                headers = None if keep else _LAST
                async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                    return await self._answer(answer, address, deadline)
        except PictusError:
            raise
        except Exception as error:  # the edge of one request
            return missed(error)
        finally:
            transport = self._connector.given.pop(asyncio.current_task(), None)
            # What is not kept is cut: to say goodbye by TLS would hold it open for as long as the other side is silent.
            if transport is not None and transport.is_closing():
                transport.abort()  # type: ignore[attr-defined]

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()
        await self._lookups.close()
        await asyncio.sleep(0)  # what was cut is closed one turn later

    async def _answer(
        self, answer: aiohttp.ClientResponse, address: Address, deadline: asyncio.Timeout
    ) -> Got | Missed | Elsewhere:
        status = answer.status
        if status in _REDIRECTS and (place := answer.headers.get("Location")):
            return Elsewhere(place)
        if status == 204:
            return Missed("empty")
        if status not in _WHOLE:
            wait = retry_after(answer.headers.get("Retry-After"), time.time())
            return Missed(f"http_{status}", passing=status in _PASSING or 500 <= status < 600, wait_seconds=wait)
        said = answer.headers.getall("X-Robots-Tag", ())
        if said and (word := forbidding(said, self._manners.obey, self._manners.agent)):
            return Missed("robots", word)
        data = await read_body(answer, self._manners.most_bytes, self._giants, deadline, self._enough)
        if isinstance(data, Missed):
            return data
        return Got(data, address.text) if data else Missed("empty")
