"""What went wrong on the wire, in words that are the same in every run."""

import errno
import socket
import ssl
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp.http_exceptions import BadStatusLine

from pictus.errors import PictusError
from pictus.web.failures import missed
from pictus.web.outcome import Missed
from pictus.web.public import BlockedAddress

PLACE = SimpleNamespace(host="a.example", port=80, is_ssl=True, ssl=True)


def connecting(number, words="[Errno 9] at 0x7f00, port 51234"):
    return aiohttp.ClientConnectorError(PLACE, OSError(number, words))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (connecting(errno.ECONNREFUSED), Missed("connect", "refused", passing=True)),
        (connecting(errno.EHOSTUNREACH), Missed("connect", "unreachable", passing=True)),
        (connecting(errno.ENETUNREACH), Missed("connect", "unreachable", passing=True)),
        (connecting(errno.ETIMEDOUT), Missed("timeout", "no connection", passing=True)),
        (connecting(errno.ECONNRESET), Missed("reset", passing=True)),
        (connecting(None), Missed("connect", passing=True)),
        (aiohttp.ClientConnectorError(PLACE, BlockedAddress("x")), Missed("blocked_address")),
        (
            aiohttp.ClientConnectorDNSError(PLACE, socket.gaierror(socket.EAI_NONAME, "x")),
            Missed("dns", "no such name"),
        ),
        (
            aiohttp.ClientConnectorDNSError(PLACE, socket.gaierror(socket.EAI_AGAIN, "x")),
            Missed("dns", "no answer", passing=True),
        ),
        (
            aiohttp.ClientConnectorSSLError(PLACE, ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong (_ssl.c:1006)")),
            Missed("tls"),
        ),
        (aiohttp.ConnectionTimeoutError(), Missed("timeout", "no connection", passing=True)),
        (aiohttp.SocketTimeoutError(), Missed("timeout", "nothing came", passing=True)),
        (TimeoutError(), Missed("timeout", "not whole in time", passing=True)),
        (aiohttp.ServerDisconnectedError(), Missed("reset", passing=True)),
        (aiohttp.ClientOSError(errno.EPIPE, "x"), Missed("reset", passing=True)),
        (aiohttp.ClientPayloadError("received 1 of 2 bytes"), Missed("cut_short", passing=True)),
        (BadStatusLine("x"), Missed("protocol")),
        (aiohttp.InvalidURL("x"), Missed("bad_address")),
        (KeyError("at 0x7f00"), Missed("failed", "KeyError")),
    ],
)
def test_each_error_has_its_reason(error, outcome):
    assert missed(error) == outcome


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_too_many_open_files_are_no_fault_of_a_host(number):
    with pytest.raises(PictusError, match="too many open files") as caught:
        missed(connecting(number))
    assert "ulimit" in caught.value.mend
