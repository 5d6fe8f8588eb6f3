import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.learn.pack import grouped, laid, packed, padded
from pictus.learn.step import IGNORED, Sample

BOUNDS = {"max_tokens": 100, "max_pictures": 3}
SIZES = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 3)), max_size=60)


def sizes(count, *, pictures=0.7, seed=0):
    """Draw lengths as instruction data has them: log-normal texts, and pictures of 64 tokens."""
    draw = np.random.default_rng(seed)
    seen = (draw.random(count) < pictures).astype(int)
    return np.minimum(np.exp(draw.normal(4.8, 1.0, count)).astype(int) + 8 + 64 * seen, 4096), seen


def of_rank(layout, numbers):
    return [sum(int(numbers[index]) for row in rows for index in row) for rows in layout]


@pytest.mark.parametrize("lay", [laid, grouped])
@given(SIZES, st.integers(1, 9))
def test_each_sample_has_one_place_within_bounds_and_ranks_have_equally_many_rows(lay, samples, world):
    lengths, pictures = [length for length, _ in samples], [seen for _, seen in samples]
    layout = lay(lengths, pictures, **BOUNDS, world=world)
    assert sorted(index for rows in layout for row in rows for index in row) == list(range(len(samples)))
    assert len(layout) == world and len({len(rows) for rows in layout}) == 1
    for row in (row for rows in layout for row in rows if row):
        tokens = [lengths[index] for index in row]
        assert (sum(tokens) if lay is laid else len(tokens) * max(tokens)) <= 100
        assert sum(pictures[index] for index in row) <= 3
    if len(samples) >= world:  # a rank that has nothing to do is one that samples could have been given to
        empty = [rows for rows in layout if not any(rows)]
        assert not empty
    assert lay(np.array(lengths, int), np.array(pictures, int), **BOUNDS, world=world) == layout


@given(SIZES)
def test_rows_are_never_many(samples):
    lengths, pictures = [length for length, _ in samples], [seen for _, seen in samples]
    rows = laid(lengths, pictures, **BOUNDS, world=1)[0]
    # Of no two rows of best fit the one would have fitted in the other.
    assert len(rows) <= 1 + 2 * (sum(lengths) / 100 + sum(pictures) / 3)


@pytest.mark.parametrize("world", [1, 2, 8])
def test_ranks_have_as_many_tokens_and_pictures_and_wait_for_none(world):
    lengths, pictures = sizes(1024)
    layout = laid(lengths, pictures, max_tokens=4096, max_pictures=18, world=world)
    tokens, seen = of_rank(layout, lengths), of_rank(layout, pictures)
    assert max(tokens) <= 1.01 * np.mean(tokens)
    assert max(seen) <= 1.05 * np.mean(seen)
    at_once = [max(sum(lengths[index] for index in row) for row in rows) for rows in zip(*layout, strict=True)]
    assert sum(at_once) <= 1.02 * np.mean(tokens)
    assert sum(len(rows) for rows in layout) <= 1.1 * sum(lengths) / 4096 + world


def test_where_even_rows_do_not_fit_the_fewest_stand():
    # Even rows begin with 60, 60 and 40 + 40, and have no place for the last 30.
    lengths = [60, 60, 40, 40, 40, 30, 30]
    layout = laid(lengths, [0] * 7, max_tokens=100, max_pictures=1, world=3)
    assert of_rank(layout, lengths) == [100, 100, 100]


def test_pictures_that_fill_a_row_leave_it_to_text():
    layout = laid([10] * 6, [3, 3, 0, 0, 0, 0], max_tokens=30, max_pictures=3, world=1)
    assert sorted(map(len, layout[0])) == [3, 3]


def test_padded_rows_hold_samples_of_like_length():
    lengths, pictures = sizes(256)
    layout = grouped(lengths, pictures, max_tokens=4096, max_pictures=18, world=4)
    held = [[lengths[index] for index in row] for rows in layout for row in rows]
    assert sum(lengths) / sum(len(row) * max(row) for row in held) > 0.9


def test_what_no_row_can_hold_is_not_for_it_to_judge():
    with pytest.raises(AssertionError):
        laid([101], [0], **BOUNDS, world=1)
    with pytest.raises(AssertionError):
        laid([5], [4], **BOUNDS, world=1)


def sample(name, count, *, supervised=2, pictures=0, start=10):
    tokens = np.arange(start, start + count)
    labels = np.where(np.arange(count) < count - supervised, IGNORED, tokens)
    seen = tuple(np.full((3, 2, 2), start + number, np.uint8) for number in range(pictures))
    return Sample(id=name, tokens=tokens, labels=labels, pictures=seen)


def test_packed_samples_stand_behind_each_other_and_begin_again():
    one, two = sample("a", 4, pictures=2), sample("b", 3, supervised=3, start=50, pictures=1)
    row = packed([one, two])
    assert row.tokens.tolist() == [[10, 11, 12, 13, 50, 51, 52]]
    assert row.positions.tolist() == [[0, 1, 2, 3, 0, 1, 2]]
    assert row.labels.tolist() == [[IGNORED, IGNORED, 12, 13, IGNORED, 51, 52]]
    assert row.mask is None and row.samples == ("a", "b")
    assert row.pictures[:, 0, 0, 0].tolist() == [10, 11, 50]
    assert two.labels[0] == 50  # the sample itself is as it was


def test_padded_samples_stand_below_each_other():
    row = padded([sample("a", 4), sample("b", 3, supervised=3, start=50)], 7)
    assert row.tokens.tolist() == [[10, 11, 12, 13], [50, 51, 52, 7]]
    assert row.mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert row.labels.tolist() == [[IGNORED, IGNORED, 12, 13], [IGNORED, 51, 52, IGNORED]]
    assert row.positions is None and row.pictures.shape[:2] == (0, 3) and row.pictures.dtype == np.uint8


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1, max_size=9), st.integers(1, 5))
def test_as_many_tokens_are_learned_from_however_samples_are_laid(shapes, world):
    samples = [
        sample(str(number), count, supervised=min(count, learned)) for number, (count, learned) in enumerate(shapes)
    ]
    lengths = [len(one.tokens) for one in samples]
    expected = sum(one.supervised for one in samples)
    for lay, join in ((laid, packed), (grouped, lambda row: padded(row, 0))):
        layout = lay(lengths, [0] * len(samples), max_tokens=24, max_pictures=0, world=world)
        rows = [join([samples[index] for index in row]) for ranks in layout for row in ranks if row]
        assert sum(row.supervised for row in rows) == expected
        assert {row.tokens.dtype for row in rows} | {row.labels.dtype for row in rows} == {np.dtype(np.int64)}
