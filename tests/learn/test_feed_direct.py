"""Reading shards directly gives the same samples in an order of its own, and reads each group about once."""

import pickle
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.corpora import asked, blend_of, corpus_of, embedded, fed, same
from pictus.errors import PictusError
from pictus.learn.feed import windows
from pictus.learn.feed.direct import DirectRows, edges_of, groups_of
from pictus.learn.feed.windows import Windows
from pictus.record import Media
from pictus.steps.blend.order import Order
from tiny_models import needs

needs("torch", "transformers")


@dataclass
class Part:
    rows: object = None

    def numbers(self, places):
        return places if self.rows is None else self.rows[places]


@dataclass
class Stage:
    """A stage without corpora."""

    order: Order
    parts: list = field(default_factory=list)
    seed: int = 0
    fingerprint: str = "f"


def edges(*sizes):
    return np.cumsum([0, *sizes])


def drawn(stage, *groups):
    return Windows(stage, groups).at(np.arange(len(stage.order)))


@given(
    groups=st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=40).filter(any), min_size=1, max_size=3),
    epochs=st.integers(1, 3),
    seed=st.integers(0, 2**40),
)
def test_each_row_comes_once_an_epoch(groups, epochs, seed):
    sizes = tuple(map(sum, groups))
    stage = Stage(Order(sizes, tuple(size * epochs for size in sizes), seed), [Part() for _ in sizes], seed)
    corpora, rows, of_epoch = drawn(stage, *(edges(*of_part) for of_part in groups))
    for number, size in enumerate(sizes):
        for epoch in range(epochs):
            mine = rows[(corpora == number) & (of_epoch == epoch)]
            np.testing.assert_array_equal(np.sort(mine), np.arange(size))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30).filter(any), st.data())
def test_of_chosen_rows_each_comes_once(sizes, data):
    count = sum(sizes)
    chosen = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1))), np.int64)
    stage = Stage(Order((len(chosen),), (2 * len(chosen),), 5), [Part(chosen)])
    _, rows, epochs = drawn(stage, edges(*sizes))
    for epoch in (0, 1):
        np.testing.assert_array_equal(np.sort(rows[epochs == epoch]), chosen)


def test_which_corpus_stands_where_is_as_in_the_stage():
    stage = Stage(Order((900, 100), (900, 300), 1), [Part(), Part()])
    found = drawn(stage, edges(*[90] * 10), edges(100))
    wanted = stage.order.at(np.arange(1200))
    np.testing.assert_array_equal(found.corpora, wanted.corpora)
    np.testing.assert_array_equal(found.epochs, wanted.epochs)


def test_it_follows_from_seed_and_position_alone():
    parts = [Part(), Part()]
    stage = Stage(Order((5_000, 700), (10_000, 2_100), 9), parts, 9)
    groups = edges(*[100] * 50), edges(*[70] * 10)
    whole = drawn(stage, *groups)
    positions = np.random.default_rng(0).permutation(len(stage.order))[:3_000]
    order = pickle.loads(pickle.dumps(Windows(stage, groups)))
    some = order.at(positions)
    for one, other in zip(some, whole, strict=True):
        np.testing.assert_array_equal(one, other[positions])
    other = drawn(Stage(stage.order, parts, 10), *groups)
    assert (other.rows != whole.rows).mean() > 0.9
    first, second = (whole.rows[(whole.corpora == 0) & (whole.epochs == epoch)] for epoch in (0, 1))
    assert (first != second).mean() > 0.9


def test_each_group_is_read_once_a_window_and_windows_are_shuffled():
    size, count = 100, 200
    stage = Stage(Order((size * count,), (size * count,), 4), [Part()])
    order = Windows(stage, [edges(*[size] * count)])
    groups = order.at(np.arange(size * count)).rows // size
    width = order.kept[0] // 2
    assert width == windows.WINDOW_ROWS // size
    for begin in range(0, count, width):
        assert len(set(groups[begin * size : (begin + width) * size].tolist())) == width
    # Within a window a row says nothing of the group of the next.
    assert 0.5 / width < (np.diff(groups) == 0).mean() < 2 / width
    firsts = [min(groups[begin * size : (begin + width) * size]) for begin in range(0, count, width)]
    assert firsts != sorted(firsts)


def test_every_row_comes_first_alike():
    """Over the seeds, no row of a corpus has a better chance to be seen early."""
    groups = edges(3, 1, 4, 2)
    firsts = Counter(
        int(Windows(Stage(Order((10,), (10,), seed), [Part()], seed), [groups]).at(np.arange(1)).rows[0])
        for seed in range(1_000)
    )
    expected = 100
    assert sum((firsts[row] - expected) ** 2 / expected for row in range(10)) < 27.9  # one of a thousand is beyond


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("direct")
    number = iter(range(10_000))
    for name, count in (("one", 450), ("two", 130)):
        rows = [asked(next(number), embedded(place % 9), dataset=name) for place in range(count)]
        corpus_of(folder / name, rows, limit=230)
    return folder, blend_of(folder, {folder / "one": 1, folder / "two": 2})


def direct_feed(stage, **settings):
    return fed(stage, None, **settings)


def test_it_gives_the_samples_that_a_cache_gives(stage):
    folder, stage = stage
    kept, read = fed(stage, folder, batch=64), direct_feed(stage, batch=64)
    found = []
    for feed in (kept, read):
        steps = list(feed)
        assert not any(step.broken for step in steps)
        found.append(Counter(sample for step in steps for row in step.rows for sample in row.samples))
    assert found[0] == found[1]
    assert kept.fingerprint == stage.fingerprint != read.fingerprint
    numbers = np.random.default_rng(1).integers(0, 450, 50)
    for one, other, part in zip(kept.rows, read.rows, stage.parts, strict=True):
        mine = numbers % part.corpus.summary["rows"]
        assert one.records(mine) == other.records(mine)
        assert [list(map(bytes, one.pictures(n))) for n in mine] == [list(map(bytes, other.pictures(n))) for n in mine]


def test_any_process_and_any_start_give_the_same_steps(stage):
    _, stage = stage
    feeds = [direct_feed(stage, batch=100, rank=rank, world=3) for rank in range(3)]
    seen = Counter(sample for feed in feeds for step in feed for row in step.rows for sample in row.samples)
    assert sum(seen.values()) == len(stage)
    assert set(seen.values()) == {1, 2}
    late = pickle.loads(pickle.dumps(feeds[1]))
    for number in (5, 2, 6):
        assert same(late[number], feeds[1][number])


def test_each_group_is_read_about_once(stage, monkeypatch):
    _, stage = stage
    reads = Counter()
    read = DirectRows._read

    def counted(self, shard, group):
        reads[self._corpus.name, shard, group] += 1
        return read(self, shard, group)

    monkeypatch.setattr(DirectRows, "_read", counted)
    for _ in direct_feed(stage, batch=16):
        pass
    groups = {part.name: sum(map(len, groups_of(part.corpus))) for part in stage.parts}
    assert sum(reads.values()) == len(reads) == sum(groups.values()) > 6


def test_few_kept_groups_change_nothing_but_time(stage):
    _, stage = stage
    corpus = stage.parts[0].corpus
    counts = groups_of(corpus)
    rows = np.random.default_rng(3).permutation(450)
    assert DirectRows(corpus, counts, 1).records(rows) == DirectRows(corpus, counts, 99).records(rows)
    assert edges_of(counts)[-1] == 450


def test_a_damaged_group_is_a_reason_for_its_rows(tmp_path):
    corpus_of(tmp_path / "one", [asked(number, embedded(number % 5)) for number in range(150)])
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    feed = direct_feed(stage, batch=150)
    path = tmp_path / "one/shards/000000.parquet"
    group = pq.ParquetFile(path).metadata.row_group(0)
    column = next(group.column(n) for n in range(group.num_columns) if "content" in group.column(n).path_in_schema)
    data = bytearray(path.read_bytes())
    begin = column.dictionary_page_offset or column.data_page_offset
    data[begin : begin + 30] = b"\xff" * 30
    path.write_bytes(data)
    step = feed[0]
    assert len(step.broken) == 100
    assert all("damaged" in one.reason for one in step.broken)
    assert sum(len(row.samples) for row in step.rows) == 50


def test_a_missing_shard_is_told_before_training(tmp_path):
    corpus_of(tmp_path / "one", [asked(number, Media(data=b"x")) for number in range(9)])
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    (tmp_path / "one/shards/000000.parquet").unlink()
    with pytest.raises(PictusError, match="missing"):
        direct_feed(stage)
