"""How long a server is left alone that says nothing of it."""

from pictus.web.waiting import backoff


def test_the_wait_doubles_up_to_a_limit_and_chance_spreads_it():
    assert [backoff(failures, 0.5, lambda: 1.0) for failures in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert backoff(1000, 0.5, lambda: 1.0) == 60
    assert backoff(3, 0.5, lambda: 0.0) == 0
    assert len({backoff(3, 0.5) for _ in range(20)}) > 10
