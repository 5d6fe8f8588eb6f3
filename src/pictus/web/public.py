"""Which addresses are on the public internet: asked for every connection, after the name was looked up.

Neither the address in a list nor the place where it redirects to can lead a visit into the network it runs in: the
check stands where the socket is made, and sees the number that is really connected to.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out of IPv6 for use over the internet
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are the real address
# What versions of Python before 3.13 take for public; and where a cloud answers its own machines alone.
_SPECIAL = tuple(ipaddress.IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"))


class BlockedAddress(OSError):
    """The host is not on the public internet."""


def is_public(number: Number) -> bool:
    """Tell whether an address is one of the public internet, also through the forms that wrap another."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = _wrapped(number)
        if inner is not None:
            return is_public(inner)
        return number.is_global and number in _UNICAST
    return number.is_global and not number.is_multicast and not any(number in network for network in _SPECIAL)


def guarded_socket(allowed: Iterable[str] = ()) -> Callable[[Any], socket.socket]:
    """Give what makes the sockets of a connector: none to an address that is neither public nor in these networks."""
    networks = tuple(ipaddress.ip_network(text) for text in allowed)

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, place = info
        number = ipaddress.ip_address(place[0].partition("%")[0])
        plain = getattr(number, "ipv4_mapped", None) or number
        if not any(plain in network for network in networks) and not is_public(plain):
            # The same words for every address: several of one host are told as one.
            raise BlockedAddress("not on the public internet")
        return socket.socket(family, kind, protocol)

    return make


def _wrapped(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if number in _TRANSLATED:
        return ipaddress.IPv4Address(number.packed[-4:])
    return number.ipv4_mapped or number.sixtofour
