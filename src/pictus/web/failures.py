"""What went wrong on the wire, as a reason: told in our own words, for a library's name ports and moments."""

import errno
import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from pictus.errors import PictusError
from pictus.web.outcome import Missed
from pictus.web.public import BlockedAddress

_OURS = (errno.EMFILE, errno.ENFILE)
_CONNECT = {errno.ECONNREFUSED: "refused", errno.EHOSTUNREACH: "unreachable", errno.ENETUNREACH: "unreachable"}
_RESET = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


def missed(error: Exception) -> Missed:
    """Give the outcome of a request that ended in an error."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return _of_lookup(error.os_error)
        case aiohttp.ClientConnectorCertificateError(certificate_error=cause):
            return Missed("tls", getattr(cause, "verify_message", "").rstrip(".") or "the certificate is not trusted")
        case aiohttp.ClientConnectorSSLError():
            return _of_tls(error.os_error)
        case aiohttp.ClientConnectorError():
            return _of_connect(error.os_error)
        case aiohttp.ConnectionTimeoutError():
            return Missed("timeout", "no connection", passing=True)
        case aiohttp.SocketTimeoutError():
            return Missed("timeout", "nothing came", passing=True)
        case TimeoutError():
            return Missed("timeout", "not whole in time", passing=True)
        case aiohttp.ClientPayloadError():
            return Missed("cut_short", passing=True)
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return Missed("protocol")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return Missed("bad_address")
        case ssl.SSLError():
            return _of_tls(error)
        case aiohttp.ClientConnectionError() | ConnectionError():
            return Missed("reset", passing=True)
        case OSError():
            return _of_connect(error)
    # A library that meets what nobody sent before: one row is lost by it, and says so.
    return Missed("failed", type(error).__name__)


def _of_lookup(error: OSError) -> Missed:
    if getattr(error, "errno", None) == socket.EAI_AGAIN:
        return Missed("dns", "no answer", passing=True)
    return Missed("dns", "no such name")


def _of_tls(error: OSError) -> Missed:
    reason = getattr(error, "reason", None)
    return Missed("tls", reason.lower().replace("_", " ") if isinstance(reason, str) else "")


def _of_connect(error: OSError) -> Missed:
    if isinstance(error, BlockedAddress):
        return Missed("blocked_address")
    if error.errno in _OURS:
        mend = "allow more of them (`ulimit -n 4096`), or have fewer connections at once"
        raise PictusError("too many open files", where="this process", mend=mend) from None
    if error.errno in _RESET or isinstance(error, ConnectionResetError):
        return Missed("reset", passing=True)
    if error.errno == errno.ETIMEDOUT:
        return Missed("timeout", "no connection", passing=True)
    return Missed("connect", _CONNECT.get(error.errno or 0, ""), passing=True)
