"""Each way a request fails has its remedy, by the table; nothing is guessed from luck."""

from datetime import UTC, datetime, timedelta

import pytest

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
