"""Two models on the same items: sizes and chances worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.scoring.difference import difference_of, mcnemar


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (1, 0, 1.0),  # 2 * 1/2
        (5, 0, 2 / 32),
        (1, 9, 2 * (1 + 10) / 1024),
        (9, 1, 2 * (1 + 10) / 1024),
        (6, 4, 2 * (1 + 10 + 45 + 120 + 210) / 1024),
    ],
)
def test_mcnemar_is_exact(better, worse, p):
    assert mcnemar(better, worse) == pytest.approx(p)


def test_mcnemar_takes_many_flips():
    assert 0 < mcnemar(20_000, 20_400) < 0.05
    assert mcnemar(50_000, 0) == 0.0  # beyond what a number can tell


def test_the_difference_is_of_b_less_a():
    found = difference_of([0, 0, 0, 1], [1, 1, 0, 0], ["a", "b", "c", "d"], margin=0.01)
    assert (found.difference, found.better, found.worse) == (0.25, 2, 1)
    assert found.interval.low <= 0.25 <= found.interval.high
    assert not found.equivalence.is_equivalent


def test_flips_of_one_picture_are_one_piece_of_evidence():
    before, after = [0] * 40 + [1] * 400, [1] * 40 + [1] * 400
    alone = difference_of(before, after, [""] * 440, margin=0.01)
    together = difference_of(before, after, ["a"] * 40 + [""] * 400, margin=0.01)
    assert alone.mcnemar_p == together.mcnemar_p < 1e-10
    assert alone.p < 0.001 < 0.05 < together.p
    assert alone.interval.low > 0 and together.interval.low == 0


def test_agreement_on_a_few_pictures_is_no_proof_of_equivalence():
    few = difference_of([1, 0, 1], [1, 0, 1], ["a", "b", "c"], margin=0.01)
    many = difference_of([1, 0] * 1000, [1, 0] * 1000, [""] * 2000, margin=0.01)
    one_picture = difference_of([1, 0] * 1000, [1, 0] * 1000, ["a"] * 2000, margin=0.01)
    assert not few.equivalence.is_equivalent and few.interval.high > 0.1
    assert many.equivalence.is_equivalent and many.interval.high < 0.01
    assert not one_picture.equivalence.is_equivalent


def test_all_better_by_the_same_is_a_difference():
    found = difference_of([0.0] * 50, [1.0] * 50, [""] * 50, margin=0.01)
    assert found.difference == 1.0 and found.interval.high == 1.0 and 0.8 < found.interval.low < 1
    assert found.p < 1e-6


def test_the_test_of_equivalence_is_its_interval_within_the_margin():
    rng = np.random.default_rng(1)
    for count in (50, 500, 5000):
        before = (rng.random(count) < 0.7).astype(float)
        after = np.where(rng.random(count) < 0.03, 1 - before, before)
        found = difference_of(before.tolist(), after.tolist(), [""] * count, margin=0.02)
        low, high = found.equivalence.interval.low, found.equivalence.interval.high
        assert found.equivalence.is_equivalent == (low > -0.02 and high < 0.02)


def test_no_difference_is_found_about_as_rarely_as_the_chance_says():
    rng = np.random.default_rng(3)
    pictures = [str(number // 4) for number in range(240)]
    found = 0
    for _ in range(300):
        moved = np.repeat(rng.integers(-1, 2, 60), 4)  # both models change whole pictures, either way alike
        before = np.where(moved == -1, 1.0, 0.0)
        after = np.where(moved == 1, 1.0, 0.0)
        found += difference_of(before.tolist(), after.tolist(), pictures, margin=0.01).p < 0.05
    assert found / 300 < 0.08


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["", "a", "b"])), min_size=1, max_size=20))
def test_swapping_the_models_turns_the_difference_round(items):
    before, after, pictures = zip(*items, strict=True)
    one, other = (difference_of(*pair, pictures, margin=0.1) for pair in ((before, after), (after, before)))
    assert one.difference == pytest.approx(-other.difference)
    assert (one.better, one.worse, one.mcnemar_p) == (other.worse, other.better, other.mcnemar_p)
    assert one.p == pytest.approx(other.p) and 0 <= one.p <= 1
    assert one.equivalence.p == pytest.approx(other.equivalence.p)
