"""An address as a list or a redirect gives it, to the one that is sent: what is already encoded stays as it is.

Signed addresses hold only as they were written, so nothing is decoded and encoded anew: only what must not be sent is
encoded, as browsers do it.
"""

import re
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from pictus.web.outcome import Missed

_MOST_CHARACTERS = 8192
_SENT = r"A-Za-z0-9\-._~!$&'()*+,;=:@%/\[\]"
_NAME = r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?"
_PLAIN = re.compile(rf"(https?)://({_NAME})(?::([0-9]{{1,5}}))?/[{_SENT}]*(?:\?[{_SENT}?]*)?")
_HOST = re.compile(_NAME)
_STEPS = re.compile(r"/\.{1,2}(?:[/?]|$)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNSENT = re.compile(rb"[^" + _SENT.encode() + rb"?]")
_PORTS = {"http": 80, "https": 443}
_BLANK = "".join(map(chr, range(33)))


class Address(NamedTuple):
    """An address in the form that is sent, and the host and port that it names."""

    text: str
    host: str
    port: int


def read_address(text: str, base: str | None = None) -> Address | Missed:
    """Read an address, one that redirects from `base` too; or say what is wrong with it."""
    if len(text) > _MOST_CHARACTERS:
        return Missed("bad_address", f"more than {_MOST_CHARACTERS:,} characters")
    # Nearly all can be sent as they are.
    plain = _PLAIN.fullmatch(text)
    if plain and not _STEPS.search(text):
        scheme, host, port = plain.groups()
        number = int(port) if port else _PORTS[scheme]
        if 0 < number < 65536 and len(host) < 255:
            return Address(text, host, number)
    try:
        return _mended(text, base)
    except ValueError:
        return Missed("bad_address")


def _mended(text: str, base: str | None) -> Address | Missed:
    text = re.sub(r"[\t\r\n]", "", text.strip(_BLANK))
    text = urljoin(base, text) if base else text
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() not in _PORTS:
        return Missed(
            "bad_address", f"{scheme[1].lower()[:20]}: is not fetched" if scheme else "neither http nor https"
        )
    parts = urlsplit(text)
    if parts.username is not None:
        return Missed("bad_address", "it names a user")
    host = _host(parts.hostname or "")
    if host is None or parts.port == 0:
        return Missed("bad_address", "no such host can be")
    path = _without_steps(_encoded(parts.path))
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    port = f":{parts.port}" if parts.port else ""
    return Address(f"{parts.scheme}://{host}{port}{path}{query}", host, parts.port or _PORTS[parts.scheme])


def _host(host: str) -> str | None:
    if ":" in host:
        return f"[{IPv6Address(host.partition('%')[0])}]"
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode("ascii")  # its error is a ValueError
    return host if _HOST.fullmatch(host) and len(host) < 255 else None


def _without_steps(path: str) -> str:
    """Take the steps to here and back (`/a/./b/../c`) out of a path."""
    if not path:
        return "/"
    kept: list[str] = []
    pieces = path.split("/")[1:]
    for place, piece in enumerate(pieces):
        if piece == ".." and kept:
            kept.pop()
        if piece not in (".", ".."):
            kept.append(piece)
        elif place == len(pieces) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _encoded(text: str) -> str:
    # What a header said in bytes that are no text comes back as those bytes.
    data = text.encode("utf-8", "surrogateescape")
    return _UNSENT.sub(lambda match: b"%%%02X" % match[0][0], data).decode("ascii")
