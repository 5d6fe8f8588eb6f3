import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.ask.pace import Bucket, Pace
from pictus.ask.patience import Patience, backoff_seconds
from pictus.prompt import Fault, Limits


def test_a_bucket_that_nobody_described_never_waits():
    assert Bucket().wait(1e9, 0.0) == 0.0


def test_a_bucket_fills_at_its_rate():
    bucket = Bucket()
    bucket.learn(60, None, None, 0.0)
    for _ in range(60):
        assert bucket.wait(1, 0.0) == 0.0
        bucket.take(1, 0.0)
    assert bucket.wait(1, 0.0) == pytest.approx(1.0)
    assert bucket.wait(1, 0.5) == pytest.approx(0.5)
    assert bucket.wait(1, 1.0) == 0.0


def test_what_is_more_than_a_bucket_holds_goes_out_when_it_is_full():
    bucket = Bucket()
    bucket.learn(100, None, None, 0.0)
    assert bucket.wait(5000, 0.0) == 0.0
    bucket.take(5000, 0.0)
    assert bucket.wait(1, 0.0) > 60


def test_the_server_s_count_of_what_is_left_wins():
    bucket = Bucket()
    bucket.learn(100, 3, None, 0.0)
    assert bucket.wait(3, 0.0) == 0.0
    assert bucket.wait(10, 0.0) == pytest.approx(7 * 0.6)


def test_nothing_left_waits_for_the_reset():
    bucket = Bucket()
    bucket.learn(600, 0, 20.0, 0.0)
    assert bucket.wait(1, 0.0) == pytest.approx(20.0)
    assert bucket.wait(1, 19.0) == pytest.approx(1.0)
    assert bucket.wait(1, 20.0) == pytest.approx(0.0)


@given(
    st.integers(1, 5000),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 400)), min_size=1, max_size=200),
)
def test_no_minute_takes_more_than_its_limit_after_the_first_fill(limit, steps):
    """Whatever is asked at whatever moments: what goes out by a moment is at most the fill and what flowed in."""
    bucket, now, taken, largest = Bucket(), 0.0, 0.0, 0
    bucket.learn(limit, None, None, 0.0)
    for pause, amount in steps:
        now += pause
        if bucket.wait(amount, now) == 0.0:
            bucket.take(amount, now)
            taken += amount
            largest = max(largest, amount)
            assert taken <= limit + limit * now / 60 + largest + 1e-6


def test_the_number_in_flight_doubles_until_the_first_strain_then_grows_by_one():
    pace = Pace(most=1000)
    assert pace.width == 64
    for _ in range(64):
        pace.succeeded(0.1)
    assert pace.width == 128
    pace.strained(None, now=10.0)
    assert pace.width == pytest.approx(128 * 0.7)
    width = int(pace.width)
    for _ in range(width):
        pace.succeeded(0.1)
    assert pace.width == pytest.approx(128 * 0.7 + 1)


def test_a_burst_of_strain_shrinks_once_a_round():
    pace = Pace(most=256)
    pace.round_seconds = 2.0
    for moment in (10.0, 10.1, 11.9):
        pace.strained(None, now=moment)
    assert pace.width == pytest.approx(64 * 0.7)
    pace.strained(None, now=12.1)
    assert pace.width == pytest.approx(64 * 0.49)


def test_it_never_shrinks_below_one():
    pace = Pace(most=4)
    for moment in range(100):
        pace.strained(None, now=float(moment * 100))
    assert pace.wait(1, 1e6) == 0.0


def test_quiet_that_a_server_asks_for_is_kept():
    pace = Pace(most=8)
    pace.strained(7.0, now=0.0)
    assert pace.wait(1, 0.0) == pytest.approx(7.0)
    assert pace.wait(1, 7.0) == 0.0


def test_tokens_that_were_not_used_are_put_back():
    pace = Pace(most=8)
    pace.tokens.learn(1000, None, None, 0.0)
    pace.begin(900, 0.0)
    assert pace.wait(500, 0.0) > 0
    pace.end(900, 100, Limits(requests=None), 0.0)
    assert pace.wait(500, 0.0) == 0.0


def test_waits_grow_differ_by_seed_and_are_the_same_again():
    waits = [backoff_seconds(n, 7) for n in range(1, 12)]
    assert waits == [backoff_seconds(n, 7) for n in range(1, 12)]
    assert all(wait <= 60 for wait in waits) and waits[9] > 10 * waits[0]
    assert len({backoff_seconds(3, seed) for seed in range(50)}) == 50


def test_the_breaker_stops_where_nothing_can_be_reached():
    patience = Patience(began=0.0)
    fault = Fault("cannot connect to http://x", "retry")
    assert patience.reason_to_stop(fault, 5.0) is None
    assert patience.reason_to_stop(fault, 11.0) == fault.what


def test_the_breaker_stops_when_nothing_succeeds_for_long():
    patience = Patience(began=0.0, last_success=100.0, sent=10_000)
    assert patience.reason_to_stop(Fault("503", "wait", wait_seconds=0.1), 219.0) is None
    assert "nothing succeeded for 120 s" in patience.reason_to_stop(Fault("503", "wait", wait_seconds=0.1), 221.0)


def test_a_pause_that_a_server_asks_for_is_granted_once_and_not_for_ever():
    patience = Patience(began=0.0, last_success=100.0, sent=10_000)
    fault = Fault("429", "wait", wait_seconds=300.0)
    assert patience.reason_to_stop(fault, 110.0) is None
    assert patience.reason_to_stop(fault, 411.0) is None
    assert "nothing succeeded" in patience.reason_to_stop(fault, 521.0)
    patience.succeeded(600.0)
    assert patience.reason_to_stop(Fault("500", "retry"), 719.0) is None
    assert patience.reason_to_stop(Fault("500", "retry"), 721.0) is not None


def test_the_breaker_stops_when_too_many_fail():
    patience = Patience(began=0.0, last_success=10.0, sent=1000, failed=150)
    assert patience.reason_to_stop(Fault("500", "retry"), 11.0) is None
    patience.failed += 1
    assert "151 of 1,000" in patience.reason_to_stop(Fault("500", "retry"), 11.0)


def test_a_server_that_wants_an_hour_ends_the_run():
    patience = Patience(began=0.0, last_success=10.0, sent=1000)
    assert "3,600 s" in patience.reason_to_stop(Fault("429", "wait", wait_seconds=3600.0), 11.0)
