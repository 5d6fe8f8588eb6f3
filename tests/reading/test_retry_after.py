"""When a server may be asked again, as it says."""

from email.utils import formatdate

import pytest

from pictus.reading.retry_after import retry_after

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
