"""What is on the public internet, whatever form its number has."""

import ipaddress
import socket

import pytest

from pictus.web.public import BlockedAddress, guarded_socket, is_public

INSIDE = [
    *("0.0.0.0", "10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.0.8"),
    *("192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "168.63.129.16"),
    *("255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:db8::1", "fc00::1", "fd12::1"),
    *("fe80::1", "fec0::1", "ff02::1", "4000::1", "100::1"),
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_inside_is_not_public(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_outside_is_public_also_when_it_is_wrapped(text):
    assert is_public(ipaddress.ip_address(text))


def info(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return (family, socket.SOCK_STREAM, 0, "", (text, 80))


def test_a_socket_is_made_for_the_public_internet_and_for_what_is_allowed():
    for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%lo"):
        with pytest.raises(BlockedAddress):
            guarded_socket()(info(text))
    for text in ("127.0.0.1", "::ffff:127.0.0.1", "8.8.8.8", "::1"):
        guarded_socket(("127.0.0.0/8", "::1/128"))(info(text)).close()
    with pytest.raises(BlockedAddress):
        guarded_socket(("127.0.0.0/8",))(info("10.0.0.1"))
