"""Addresses as lists and redirects have them: what is sent of them, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.web.address import Address, read_address
from pictus.web.outcome import Missed


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("http://a.example/x.jpg", "http://a.example/x.jpg"),
        ("http://a.example", "http://a.example/"),
        ("http://a.example?x=1", "http://a.example/?x=1"),
        ("HTTP://A.Example:80/X", "http://a.example:80/X"),
        ("  https://a.example/x.jpg\n", "https://a.example/x.jpg"),
        ("https://a.example/x\n.jpg#part", "https://a.example/x.jpg"),
        ("https://a.example/a b.jpg?c d", "https://a.example/a%20b.jpg?c%20d"),
        ("https://a.example/é/猫.jpg?q=ü", "https://a.example/%C3%A9/%E7%8C%AB.jpg?q=%C3%BC"),
        # A signature holds for these very letters.
        ("https://a.example/a%20b%2Fc%7e.jpg?s=%2B%3d+&t=a'b", "https://a.example/a%20b%2Fc%7e.jpg?s=%2B%3d+&t=a'b"),
        ("https://a.example/100%.jpg?w=50%", "https://a.example/100%.jpg?w=50%"),
        ('https://a.example/a|b"c<d>{e}\\f', "https://a.example/a%7Cb%22c%3Cd%3E%7Be%7D%5Cf"),
        ("https://a.example/a;b=1,c/(d)[e]!*", "https://a.example/a;b=1,c/(d)[e]!*"),
        ("https://a.example//a//b.jpg", "https://a.example//a//b.jpg"),
        ("https://a.example/a/./b/../c.jpg", "https://a.example/a/c.jpg"),
        ("https://a.example/../../x/..", "https://a.example/"),
        ("https://a.example/.hidden/..x/.jpg", "https://a.example/.hidden/..x/.jpg"),
        ("https://a.example/x?to=/../y", "https://a.example/x?to=/../y"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://my_pictures.a.example./x", "https://my_pictures.a.example./x"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ],
)
def test_only_what_cannot_be_sent_is_encoded(given, sent):
    address = read_address(given)
    assert isinstance(address, Address)
    assert address.text == sent


def test_host_and_port_are_known():
    assert read_address("https://a.example/x")[1:] == ("a.example", 443)
    assert read_address("http://a.example:81/é")[1:] == ("a.example", 81)
    assert read_address("http://[::1]/x")[1:] == ("[::1]", 80)


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ("", "neither http nor https"),
        ("www.a.example/x.jpg", "neither http nor https"),
        ("//a.example/x.jpg", "neither http nor https"),
        ("/tmp/x.jpg", "neither http nor https"),
        ("file:///etc/passwd", "file: is not fetched"),
        ("data:image/png;base64,AAAA", "data: is not fetched"),
        ("FTP://a.example/x", "ftp: is not fetched"),
        ("http://user:word@a.example/x", "it names a user"),
        ("http://@a.example/x", "it names a user"),
        ("http:///x.jpg", "no such host can be"),
        ("http://a b.example/x", "no such host can be"),
        ("http://a..example/x", "no such host can be"),
        ("http://%61.example/x", "no such host can be"),
        (f"http://{'a' * 64}.example/x", "no such host can be"),
        (f"http://{'a.' * 130}example/x", "no such host can be"),
        ("http://a.example:0/x", "no such host can be"),
        ("http://a.example:65536/x", ""),
        ("http://a.example:x/x", ""),
        ("http://[::1/x", ""),
        ("http://[::g]/x", ""),
        ("http://\ud83d.example/", ""),
        ("http://a.example/\ud83d", ""),
        (f"http://a.example/{'x' * 8192}", "more than 8,192 characters"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(given, detail):
    assert read_address(given) == Missed("bad_address", detail)


@pytest.mark.parametrize(
    ("place", "sent"),
    [
        ("y.jpg", "https://a.example/b/y.jpg"),
        ("/y.jpg", "https://a.example/y.jpg"),
        ("../../y.jpg", "https://a.example/y.jpg"),
        ("?q=1", "https://a.example/b/x.jpg?q=1"),
        ("//c.example/y", "https://c.example/y"),
        ("http://c.example/y z#part", "http://c.example/y%20z"),
        # Bytes of a header that are no UTF-8.
        ("/bl\udce9.jpg", "https://a.example/bl%E9.jpg"),
    ],
)
def test_a_redirect_leads_from_where_it_stands(place, sent):
    assert read_address(place, base="https://a.example/b/x.jpg").text == sent


@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text().map("https://a.example/".__add__)))
def test_any_text_gives_an_address_that_reads_as_itself_or_a_reason(text):
    address = read_address(text)
    if isinstance(address, Address):
        assert address.text.isascii()
        assert not set(address.text) & set(" \r\n\t#")
        assert read_address(address.text) == address
    read_address(text, base="https://a.example/b")
