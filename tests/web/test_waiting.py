"""How long a server is left alone."""

from email.utils import formatdate

import pytest

from pictus.web.waiting import backoff, retry_after

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("3", 3),
        (" 120 ", 120),
        ("0.5", 0.5),
        ("-3", 0),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW - 90, usegmt=True), 0),
        (formatdate(NOW + 90), 90),  # without a zone that is told
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("Fri, 99 Nov 2023 99:99:99 GMT", None),
    ],
)
def test_seconds_and_dates_are_read(text, seconds):
    assert retry_after(text, NOW) == seconds


def test_the_wait_doubles_up_to_a_limit_and_chance_spreads_it():
    assert [backoff(failures, 0.5, lambda: 1.0) for failures in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert backoff(1000, 0.5, lambda: 1.0) == 60
    assert backoff(3, 0.5, lambda: 0.0) == 0
    assert len({backoff(3, 0.5) for _ in range(20)}) > 10
