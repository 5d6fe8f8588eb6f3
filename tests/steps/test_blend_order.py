"""The order of a stage: exact shares, each row once an epoch, and the same whoever asks for which part of it."""

import subprocess
import sys
import tracemalloc
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.steps.blend import order as module
from pictus.steps.blend.order import BLOCK, Order, drawn_before

HUGE = 2**40


def whole(order):
    return order.at(np.arange(len(order)))


def alike(one, other):
    return all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


def is_shared_by_rank(order, cursor, batch, world):
    """Say whether the ranks together have a batch, and each what the whole has at its positions."""
    end = min(cursor + batch, len(order))
    asked = [order.of_rank(cursor, batch, rank, world) for rank in range(world)]
    everything = order.at(np.arange(cursor, end))
    parts = [alike(order.at(of_rank), (one[rank::world] for one in everything)) for rank, of_rank in enumerate(asked)]
    return all(parts) and np.array_equal(np.sort(np.concatenate(asked)), np.arange(cursor, end))


corpora = st.lists(st.tuples(st.integers(1, 4_000), st.integers(0, 9_000)), min_size=1, max_size=5)
orders = st.builds(
    lambda pairs, seed: Order(tuple(size for size, _ in pairs), tuple(draws for _, draws in pairs), seed),
    corpora.filter(lambda pairs: any(draws for _, draws in pairs)),
    st.integers(-(2**70), 2**70),
)
draws_of_all_sizes = (
    st.lists(st.one_of(st.integers(0, 20), st.integers(0, 10**6), st.integers(0, 10**15)), min_size=1, max_size=12)
    .filter(sum)
    .map(tuple)
)


def test_the_order_of_a_seed_never_changes():
    order = Order((5, 1, 70_000, HUGE), (30, 3, 90_000, 60_000), 2026)
    corpora, rows, epochs = order.at(np.array([0, 1, 2, 3, 9_999, 10_000, 75_000, 150_032]))
    assert corpora.tolist() == [2, 2, 2, 3, 2, 2, 3, 1]
    assert rows.tolist() == [44648, 44556, 14050, 1711069684, 51275, 29612, 748953022444, 0]
    assert epochs.tolist() == [0, 0, 0, 0, 0, 0, 0, 2]
    told = " ".join(str(number) for column in whole(order) for number in column.tolist())
    assert sha256(told.encode()).hexdigest() == "fe9566b3da007ae63c2c7a2ab8fc124543d3fcd6bd862f2e912ec81202031ca2"


@given(orders)
def test_each_epoch_shows_each_row_once_and_the_last_one_none_twice(order):
    corpora, rows, epochs = whole(order)
    assert np.bincount(corpora, minlength=len(order.sizes)).tolist() == list(order.draws)
    for number, (size, draws) in enumerate(zip(order.sizes, order.draws, strict=True)):
        shown, through = rows[corpora == number], epochs[corpora == number]
        assert np.array_equal(through, np.arange(draws) // size)  # one begins when the last one has ended
        for start in range(0, draws, size):
            once = np.sort(shown[start : start + size])
            if len(once) == size:
                assert np.array_equal(once, np.arange(size))
            else:
                assert once[0] >= 0 and once[-1] < size and np.all(np.diff(once) > 0)


def test_two_and_a_half_epochs_show_each_row_twice_or_three_times():
    shown = np.bincount(whole(Order((10_007,), (25_017,), 3)).rows)
    assert np.bincount(shown).tolist() == [0, 0, 10_007 - 5_003, 5_003]


@pytest.mark.parametrize("size", [*range(1, 70), 127, 128, 129, 1_000, 65_536, 65_537, 1_000_003])
def test_a_corpus_of_any_size_is_shown_whole(size):
    assert np.array_equal(np.sort(whole(Order((size,), (size,), 11)).rows), np.arange(size))


@pytest.mark.parametrize("size", [2**31 + 1, 2**32, HUGE, HUGE + 1, 2**62])
def test_a_corpus_beyond_all_memory_is_shown_everywhere_and_nothing_twice(size):
    order = Order((size,), (size,), 4)
    positions = np.concatenate([np.arange(50_000), np.arange(size - 50_000, size)])
    rows = order.at(positions).rows
    assert rows.min() >= 0 and rows.max() < size
    assert len(np.unique(rows)) == len(rows)
    eighths = np.bincount(rows // -(-size // 8), minlength=8)
    assert np.all(np.abs(eighths - 12_500) < 500)


@given(draws_of_all_sizes, st.integers(0, 2**64))
@example((1, 1, 1), 0)
@example((10**9, 1, 10**9, 1, 10**9), 12_345)
@example((1,) * 12, 0)
def test_shares_are_exact_at_every_edge_and_blocks_join_without_gap_or_overlap(draws, where):
    total = sum(draws)
    first = where % (total // BLOCK + 1) * BLOCK
    end = min(first + BLOCK, total)
    before, after = drawn_before(first, draws), drawn_before(end, draws)
    assert (sum(before), sum(after)) == (first, end)
    for count, one, other in zip(draws, before, after, strict=True):
        assert 0 <= one <= other <= count
        if count * BLOCK >= total:
            assert one in (first * count // total, -(-first * count // total))
    assert drawn_before(0, draws) == (0,) * len(draws)
    assert drawn_before(total, draws) == draws


def test_corpora_that_give_less_than_one_sample_a_block_never_take_one_back():
    draws = (3, 400_000, 1, 0, 7, 600_000, 40, 99, 2)
    total = sum(draws)
    edges = np.array([drawn_before(min(first, total), draws) for first in range(0, total + BLOCK, BLOCK)])
    assert np.diff(edges, axis=0).min() == 0
    assert edges[-1].tolist() == list(draws)
    rare = edges[:, [0, 2, 3, 4, 6, 7, 8]].sum(axis=1)
    assert np.diff(rare).max() == 2  # spread over the stage, and not heaped up


def test_every_block_has_its_share_and_mixes_it():
    order = Order((50_000, 20_000, 10**6), (50_000, 25_000, 25_000), 5)
    blocks = whole(order).corpora.reshape(-1, BLOCK)
    assert all(np.bincount(block).tolist() == [5_000, 2_500, 2_500] for block in blocks)
    for block in blocks:
        # Two neighbours are of one corpus with 0.25 + 0.0625 + 0.0625; five standard deviations are 0.025.
        assert abs(np.mean(block[1:] == block[:-1]) - 0.375) < 0.025
        assert np.all(np.abs(np.bincount(block[:2_000]) / 2_000 - [0.5, 0.25, 0.25]) < 0.05)
    assert not any(np.array_equal(blocks[0], other) for other in blocks[1:])


@given(orders, st.data())
def test_positions_may_be_asked_for_in_any_sequence_and_from_anywhere(order, data):
    asked = np.array(data.draw(st.lists(st.integers(0, len(order) - 1), max_size=60)), np.int64)
    assert alike(order.at(asked), (one[asked] for one in whole(order)))


@settings(max_examples=50)
@given(orders, st.integers(0, 2**64), st.integers(1, 3_000), st.integers(1, 40))
def test_the_ranks_of_any_world_share_a_batch_of_any_size(order, where, batch, world):
    assert is_shared_by_rank(order, where % len(order), batch, world)


def test_a_run_may_go_on_with_other_batches_on_other_machines():
    order = Order((9_000, 400), (21_000, 4_000), 8)
    cursor, seen = 0, []
    for batch, world, steps in ((256, 8, 30), (96, 3, 100), (1_024, 64, 8)):
        for _ in range(steps):
            seen += [order.of_rank(cursor, batch, rank, world) for rank in range(world)]
            cursor += batch
    assert cursor > len(order)
    assert np.array_equal(np.sort(np.concatenate(seen)), np.arange(len(order)))


def test_another_seed_epoch_or_corpus_has_another_permutation():
    size = 4_001
    rows = whole(Order((size, size), (2 * size, 2 * size), 1))
    permuted = [rows.rows[(rows.corpora == corpus) & (rows.epochs == epoch)] for corpus in (0, 1) for epoch in (0, 1)]
    permuted += [whole(Order((size,), (size,), seed)).rows for seed in (2, 3, -2, 2 + 2**64)]
    for number, one in enumerate(permuted):
        for other in permuted[:number]:
            assert np.sum(one == other) < 12  # one is to be expected


@pytest.mark.parametrize("size", [1_000, 32_768, 100_003])
def test_neighbours_have_nothing_to_do_with_each_other(size):
    order = Order((size,), (2 * size,), 21)
    rows = whole(order).rows
    first, second = rows[:size], rows[size:]
    bound = 4.5 / np.sqrt(size)
    for lag in (1, 2, 3, 16, 64):
        assert abs(np.corrcoef(first[lag:], first[:-lag])[0, 1]) < bound
    assert abs(np.corrcoef(first, np.arange(size))[0, 1]) < bound
    assert abs(np.corrcoef(first, second)[0, 1]) < bound
    # The places of two neighbours on a board of 16 x 16, if independent: chi-square of 225 degrees of freedom.
    board = np.histogram2d(first[1:], first[:-1], bins=16, range=[[0, size], [0, size]])[0]
    expected = (size - 1) / 256
    assert np.sum((board - expected) ** 2 / expected) < 225 + 4.5 * np.sqrt(2 * 225)


@pytest.mark.parametrize("size", [2, 3, 5, 6, 9, 17, 100])
def test_each_row_of_a_small_corpus_comes_alike_often_at_each_place(size):
    epochs = 20_000
    sequences = whole(Order((size,), (size * epochs,), 13)).rows.reshape(epochs, size)
    expected = epochs / size
    for place in range(size):
        assert np.all(np.abs(np.bincount(sequences[:, place], minlength=size) - expected) < 5 * np.sqrt(expected))


def test_a_small_corpus_comes_in_all_its_sequences():
    epochs = 12_000
    sequences = whole(Order((5,), (5 * epochs,), 13)).rows.reshape(epochs, 5)
    counts = np.unique(sequences, axis=0, return_counts=True)[1]
    assert len(counts) == 120
    assert counts.min() > 40 and counts.max() < 220  # 100 are to be expected


def test_each_block_is_made_once_however_its_positions_lie():
    order = Order((10**9,), (10**9,), 17)
    blocks = np.arange(0, 500_000_000, 10_000_000)
    before = module._block.cache_info().misses
    order.at((blocks[np.newaxis, :] + np.arange(0, 9_000, 100)[:, np.newaxis]).ravel())
    assert module._block.cache_info().misses - before == len(blocks)


def test_a_billion_rows_take_no_memory():
    tracemalloc.start()
    try:
        order = Order((10**9, 3 * 10**9), (10**10, 10**9), 1)
        for cursor in (0, 5 * 10**9, len(order) - 64):
            order.at(order.of_rank(cursor, 8_192, 3, 64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_an_order_of_nothing_is_empty():
    order = Order((), (), 0)
    assert len(order) == 0
    assert [one.size for one in order.at(np.arange(0))] == [0, 0, 0]
    assert order.of_rank(0, 8, 0, 1).size == 0


@pytest.mark.parametrize("positions", [[-1], [0, 10], [2**40]])
def test_a_position_beyond_the_order_is_an_error(positions):
    with pytest.raises(IndexError, match="of an order of 10"):
        Order((10,), (10,), 0).at(np.array(positions))


@pytest.mark.parametrize(
    ("sizes", "draws", "what"),
    [
        ((3,), (3, 4), "1 corpora, but draws from 2"),
        ((3, 0), (3, 1), "1 samples from corpus 1, which has 0 rows"),
        ((3,), (-1,), "-1 samples from corpus 0, which has 3 rows"),
        ((2**62 + 1,), (3,), "more rows than can be counted"),
        ((3, 3), (2**62, 1), "more rows than can be counted"),
    ],
)
def test_what_cannot_be_drawn_is_refused(sizes, draws, what):
    with pytest.raises(PictusError, match=what):
        Order(sizes, draws, 0)


def test_workers_that_only_want_the_order_load_numpy_alone():
    code = "import sys, pictus.steps.blend.order; print({'pyarrow', 'torch', 'PIL', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
