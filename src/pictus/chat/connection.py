"""The wire: one pool of connections to one endpoint, a request and its reply."""

import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from pictus.chat.faults import fault_of
from pictus.chat.limits import limits_in
from pictus.chat.reply import read_reply
from pictus.prompt import Answer, Fault

if TYPE_CHECKING:
    import aiohttp

_PATIENCE = 6  # times the time allowed between two bytes: a reply that drips for ever is none
_MOST_BYTES = 64 * 2**20  # of an answer, decompressed; with hundreds in flight, more would take the machine's memory


@dataclass(slots=True)
class Connection:
    """Connections to `<base>/chat/completions` and its neighbours; opened with the first request.

    The number at once is decided by who asks: the pool has no limit of its own, for a request that waits for a
    connection would time out without ever having been sent.
    """

    base: str  # an address up to and with `/v1`; a slash at its end is the same
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 600.0
    _session: "aiohttp.ClientSession | None" = field(default=None, init=False, repr=False)

    async def chat(self, body: Mapping[str, Any]) -> Answer:
        """Send a request and read the answer, or raise the `Fault` that says what to do."""
        try:
            data = orjson.dumps(body)
        except orjson.JSONEncodeError as error:  # half a letter, from a file that was cut or a command line
            raise Fault(f"the prompt cannot be sent: {error}", "set_aside") from None
        head = {"Content-Type": "application/json"}
        status, headers, reply = await self._request(
            "POST", "chat/completions", data=data, headers=head, most_bytes=_MOST_BYTES
        )
        if status != 200:
            raise fault_of(status, headers, reply, address=self.address("chat/completions"))
        return read_reply(reply, limits_in(headers))

    async def post(self, path: str, data: Any) -> tuple[int, Any, bytes]:
        """Post JSON as bytes, or a form; give status, headers and the whole reply."""
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else {}
        return await self._request("POST", path, data=data, headers=headers)

    async def get(self, path: str) -> tuple[int, Any, bytes]:
        """Get a path; give status, headers and the whole reply."""
        return await self._request("GET", path)

    def address(self, path: str) -> str:
        """Give the whole address of a path."""
        return f"{self.base.rstrip('/')}/{path}"

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _request(
        self, method: str, path: str, *, most_bytes: float = math.inf, **options: Any
    ) -> tuple[int, Any, bytes]:
        import aiohttp  # 100 ms, and most commands ask nobody

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(
                    total=_PATIENCE * self.timeout_seconds, sock_connect=15, sock_read=self.timeout_seconds
                ),
                headers=dict(self.headers),
                auto_decompress=True,
            )
        address = self.address(path)
        try:
            async with self._session.request(method, address, allow_redirects=False, **options) as reply:
                return reply.status, reply.headers, await _whole(reply, most_bytes)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise Fault(f"this is no address: {address}", "stop", mend="write http://… or https://…") from None
        except aiohttp.ClientConnectorCertificateError as error:
            mend = "use the name that the certificate is for, or put its authority into SSL_CERT_FILE"
            raise Fault(f"the certificate of {self.base} is not trusted: {error}", "stop", mend=mend) from None
        except TimeoutError:
            raise Fault(f"no reply within {self.timeout_seconds:g} s", "retry", strains=True) from None
        except aiohttp.ClientConnectorError as error:
            raise Fault(f"cannot connect to {self.base}: {error.strerror or error}", "retry") from None
        except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
            raise Fault(f"the connection broke: {type(error).__name__} {error}".strip(), "retry") from None


async def _whole(reply: "aiohttp.ClientResponse", most_bytes: float) -> bytes:
    pieces, size = [], 0
    async for piece in reply.content.iter_any():
        pieces.append(piece)
        size += len(piece)
        if size > most_bytes:
            reply.close()
            raise Fault(f"the reply has more than {most_bytes:,} bytes", "set_aside")
    return b"".join(pieces)
