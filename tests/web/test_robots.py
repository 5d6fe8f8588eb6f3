"""What an owner says by `X-Robots-Tag`, in all forms in which it is said."""

import pytest

from pictus.web.manners import Manners
from pictus.web.robots import forbidding

OBEY = Manners().obey


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (["noai"], "noai"),
        (["NoImageAI"], "noimageai"),
        (["nofollow, noindex"], "noindex"),
        (["nofollow", "noimageindex"], "noimageindex"),
        (["none"], "noindex"),
        (["*: noai"], "noai"),
        (["pictus: noai"], "noai"),
        (["img2dataset:noindex, nofollow"], "noindex"),
        (["googlebot: nofollow, pictus: noai"], "noai"),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST, noai"], "noai"),
        (["max-snippet: 10, noindex"], "noindex"),
        (["all"], None),
        (["nofollow, noarchive, nosnippet"], None),
        (["googlebot: noindex"], None),
        (["otherbot: noindex, noimageindex"], None),
        (["googlebot: noindex", "noai"], "noai"),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST"], None),
        (["", ",", ":", "noindexing", "no ai"], None),
    ],
)
def test_what_is_said_to_everybody_or_to_us_is_heard(values, word):
    assert forbidding(values, OBEY, "pictus/1.0") == word


def test_the_name_that_we_call_ourselves_is_ours():
    assert forbidding(["spider: noai"], OBEY, "Spider/2 (+https://a.example)") == "noai"
    assert forbidding(["spider: noai"], OBEY, "pictus/1.0") is None


def test_what_is_not_to_be_obeyed_is_not():
    assert forbidding(["noindex, noai"], ("noai",), "pictus/1.0") == "noai"
    assert forbidding(["noindex, noai, none"], (), "pictus/1.0") is None
