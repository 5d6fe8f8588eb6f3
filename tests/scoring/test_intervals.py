"""Intervals of a mean: values worked out by hand, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.scoring.intervals import (
    bootstrap_interval,
    clusters_of,
    mean_interval,
    quantile,
    standard_error,
    upper_tail,
)


def test_items_of_one_picture_count_together():
    alone = clusters_of([1, 1, 0, 0], ["", "", "", ""])
    pairs = clusters_of([1, 1, 0, 0], ["a", "a", "b", "b"])
    # The pictures' sums stray from the mean by 1 and -1: sqrt(2/1 * 2) / 4. Alone: sqrt(4/3 * 4 * 0.25) / 4.
    assert standard_error(pairs) == pytest.approx(0.5)
    assert standard_error(alone) == pytest.approx((4 / 3) ** 0.5 / 4)
    assert standard_error(clusters_of([1, 0], ["a", "a"])) == float("inf")


def test_pictures_of_unequal_size_weigh_by_their_items():
    clusters = clusters_of([1, 0, 0, 1], ["a", "b", "b", "b"])
    assert clusters.mean == 0.5
    assert list(clusters.sums) == [1, 1] and list(clusters.sizes) == [1, 3]


def test_a_mean_is_not_certain_because_all_were_right():
    ten = mean_interval(clusters_of([1.0] * 10, [""] * 10))
    thousand = mean_interval(clusters_of([1.0] * 1000, [""] * 1000))
    assert ten.high == thousand.high == ten.mean == 1.0
    assert 0.6 < ten.low < 0.75 and 0.995 < thousand.low < 0.997
    # A thousand questions about ten pictures say as much as ten.
    assert mean_interval(clusters_of([1.0] * 1000, [n % 10 for n in range(1000)])).low == pytest.approx(ten.low)


def test_many_independent_items_have_the_usual_interval():
    clusters = clusters_of([n % 2 for n in range(10_000)], [""] * 10_000)
    interval = mean_interval(clusters)
    assert interval.low == pytest.approx(0.5 - 1.96 * 0.005, abs=1e-4)
    assert bootstrap_interval(clusters).low == pytest.approx(interval.low, abs=5e-4)
    assert bootstrap_interval(clusters) == bootstrap_interval(clusters)


def test_scores_without_a_bound_have_an_interval_around_their_mean():
    interval = mean_interval(clusters_of([0.0, 4.0, 8.0], ["a", "b", "c"]), unbounded=True)
    assert interval.mean == 4.0
    assert interval.high - 4.0 == pytest.approx(4.0 - interval.low)
    assert interval.high - 4.0 == pytest.approx(4.303 * 4 / 3**0.5, rel=0.05)


@pytest.mark.parametrize(("freedom", "exact"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (100_000, 1.960)])
def test_students_t_is_close_and_never_narrow(freedom, exact):
    assert exact - 0.001 <= quantile(0.95, freedom) <= exact * 1.012
    assert upper_tail(quantile(0.95, freedom), freedom) == pytest.approx(0.025)
    assert upper_tail(-quantile(0.95, freedom), freedom) == pytest.approx(0.975)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    pictures = np.repeat(np.arange(60), 4)
    held, held_alone = 0, 0
    for _ in range(400):
        ease = rng.beta(2, 1, 60)  # of a picture: its questions are right and wrong together
        scores = (rng.random(240) < ease[pictures]).astype(float)
        by_picture = mean_interval(clusters_of(scores, pictures.tolist()))
        alone = mean_interval(clusters_of(scores, [""] * 240))
        held += by_picture.low <= 2 / 3 <= by_picture.high
        held_alone += alone.low <= 2 / 3 <= alone.high
    assert 0.92 <= held / 400 <= 0.98
    assert held_alone < held


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["", "a", "b", "c"])), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_stays_within_bounds(items):
    clusters = clusters_of(*zip(*items, strict=True))
    interval = mean_interval(clusters)
    assert 0 <= interval.low <= interval.mean <= interval.high <= 1
    drawn = bootstrap_interval(clusters)
    assert -1e-9 <= drawn.low <= drawn.high <= 1 + 1e-9
