"""Each way a request fails has its remedy, by the table; nothing is guessed from luck."""

import math
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pictus.chat.faults import fault_of, retry_after
from pictus.chat.limits import limits_in, seconds_of


@pytest.mark.parametrize(
    ("status", "body", "remedy", "words"),
    [
        (429, b'{"error": {"message": "Rate limit reached"}}', "wait", "429 Rate limit reached"),
        (429, b'{"error": {"message": "quota", "code": "insufficient_quota"}}', "stop", "account is empty"),
        (402, b"{}", "stop", "account is empty"),
        (401, b'{"error": {"message": "Incorrect API key"}}', "stop", "refuses the key"),
        (403, b"<html><h1>Forbidden</h1></html>", "stop", "Forbidden"),
        (404, b'{"error": {"message": "model m does not exist", "code": "model_not_found"}}', "stop", "does not know"),
        (408, b"", "retry", "408"),
        (409, b"", "retry", "409"),
        (500, b'{"error": {"message": "oops"}}', "retry", "oops"),
        (500, b'{"error": "a bare text"}', "retry", "a bare text"),
        (500, b'{"error": {"message": "does not match the expected peg-native format"}}', "vary", "peg-native"),
        (502, b"<html><body>Bad gateway</body></html>", "retry", "502 Bad gateway"),
        (503, b"", "wait", "503"),
        (529, b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "wait", "Overloaded"),
        (400, b'{"error": {"code": "context_length_exceeded", "message": "m"}}', "set_aside", "too long"),
        (400, b'{"error": {"message": "This model\'s maximum context length is 8"}}', "set_aside", "too long"),
        (413, b"", "set_aside", "too long"),
        (400, b'{"error": {"code": "content_filter", "message": "m"}}', "set_aside", "refused"),
        (400, b'[{"error": {"code": 400, "message": "bad picture"}}]', "set_aside", "bad picture"),
        (400, b"{}", "set_aside", "400"),
        (307, b"", "stop", "elsewhere"),
        (599, b"", "retry", "599"),
    ],
)
def test_the_table_of_remedies(status, body, remedy, words):
    fault = fault_of(status, {}, body, address="http://x/v1")
    assert fault.remedy == remedy and words in fault.what
    assert (remedy == "stop") == bool(fault.mend)


def test_the_server_says_how_long_to_wait():
    soon = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert retry_after({"retry-after": "9"}) == 9
    assert 25 < retry_after({"retry-after": soon}) <= 30
    assert retry_after({"retry-after": "soon"}) is None and retry_after({}) is None
    assert retry_after({"retry-after": "-1"}) is None or retry_after({"retry-after": "-1"}) >= 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6m0s", 360), ("1ms", 0.001), ("1h2m3.5s", 3723.5), ("12", 12), ("0.5", 0.5), ("2d", 172800), ("never", None)],
)
def test_every_form_of_a_reset(text, seconds):
    assert seconds_of(text) == seconds


def test_a_reset_may_be_a_moment():
    moment = datetime.now(UTC) + timedelta(seconds=60)
    for text in (moment.isoformat(), moment.strftime("%Y-%m-%dT%H:%M:%SZ"), str(moment.timestamp())):
        assert 55 < seconds_of(text) < 61


def test_limits_are_read_in_both_dialects_and_unknown_ones_are_unknown():
    openai = {
        "X-RateLimit-Limit-Requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "-1",
        "x-ratelimit-remaining-tokens": "0",
    }
    limits = limits_in(openai)
    assert (limits.requests, limits.requests_left, limits.requests_reset_seconds) == (500, 499, 0.12)
    assert limits.tokens is None and limits.tokens_left is None
    anthropic = {"anthropic-ratelimit-tokens-limit": "80000", "anthropic-ratelimit-tokens-remaining": "100"}
    assert (limits_in(anthropic).tokens, limits_in(anthropic).tokens_left) == (80000, 100)
    assert limits_in({"content-type": "x"}) is None


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("86400", 86_400, 86_400),
        ("100000", 100_000, 100_000),
        ("-5", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9, 1e12),
        ("1m30s", 90, 90),
    ],
)
def test_a_pause_is_read_however_long_or_past(text, least, most):
    assert least <= retry_after({"retry-after": text}) <= most


@given(st.text(max_size=40) | st.floats().map(str) | st.datetimes().map(str) | st.integers().map(str))
@example("nan")
@example("1e400")
@example("0001-01-01T00:00:00+23:59")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Mon, 01 Jan 2024 00:00:00 +999999999")
def test_no_header_breaks_a_run(text):
    names = (
        "limit-requests",
        "remaining-requests",
        "reset-requests",
        "limit-tokens",
        "remaining-tokens",
        "reset-tokens",
    )
    limits = limits_in({f"x-ratelimit-{name}": text for name in names})
    assert all(value is None or value >= 0 for value in astuple(limits))
    for name in ("retry-after", "retry-after-ms"):
        wait = retry_after({name: text})
        assert wait is None or 0 <= wait < math.inf


@pytest.mark.parametrize("status", [400, 401, 404, 413, 429, 500, 503, 302])
@pytest.mark.parametrize(
    "body", [b"", b'{"error":' + b"[" * 1000 + b"]" * 1000 + b"}", b'{"error": {"code": [1]}}', b"null"]
)
def test_whatever_a_server_says_of_an_error_it_is_a_fault(status, body):
    assert fault_of(status, {}, body, address="http://x").what
