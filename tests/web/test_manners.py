"""Manners and outcomes: what cannot be, and the words for all ends."""

import pytest

from pictus.errors import PictusError
from pictus.web.manners import Manners
from pictus.web.outcome import REASONS, Missed, meaning


@pytest.mark.parametrize(
    "wrong",
    [
        *({"connections": 0}, {"per_host": 0}, {"tries": 0}, {"idle_seconds": 0}, {"total_seconds": float("nan")}),
        *({"per_host_rate": 0}, {"per_host_rate": -1}, {"redirects": -1}, {"most_bytes": 0}),
        *({"allowed": ("here",)}, {"allowed": ("10.0.0.1/8",)}),
    ],
)
def test_what_cannot_be_is_refused_with_a_mend(wrong):
    with pytest.raises(PictusError) as caught:
        Manners(**wrong)
    assert caught.value.mend


def test_the_defaults_are_safe_and_name_us():
    manners = Manners()
    assert manners.allowed == ()
    assert manners.agent.startswith("pictus/")
    assert "https://" in manners.agent


def test_every_reason_has_a_sentence():
    for reason in (*REASONS, "http_404"):
        assert meaning(reason).endswith(".")
    assert Missed("http_404").text == "http_404"
    assert Missed("dns", "no such name").text == "dns: no such name"
