"""A cache gives any row of its corpus as the corpus has it, is made once, and is never half there."""

import multiprocessing
import pickle
import shutil
from dataclasses import replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.corpora import asked, captioned, corpus_of, embedded, picture
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.learn.feed import cache
from pictus.learn.feed.cache import cached
from pictus.reading.rows import BadRow
from pictus.record import Media
from pictus.steps.blend.spoken import spoken
from pictus.store.corpus import open_corpus
from pictus.store.shards import shard_ids
from records import records

NOTHING = Events()


def rows_of(*numbers):
    return np.array(numbers, np.int64)


def images(record):
    return [medium.data for medium in record.media if medium.kind == "image"]


def without_pictures(record):
    media = (replace(medium, data=None) if medium.kind == "image" else medium for medium in record.media)
    return replace(record, media=tuple(media))


def mixed(count):
    """Rows with a picture inside, beside, with several, and without."""
    kinds = (
        lambda number: asked(number, embedded(number)),
        lambda number: asked(number, Media(path=f"{number}.png", root="/pictures")),
        lambda number: asked(number, embedded(number), embedded(number + 1), Media(path="x.png", root="/pictures")),
        lambda number: asked(number),
        lambda number: captioned(number, embedded(number), "one", "two"),
    )
    return [kinds[number % len(kinds)](number) for number in range(count)]


@settings(max_examples=12)
@given(rows=st.lists(records(), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_every_row_says_what_it_says_in_the_corpus(tmp_path_factory, rows, seed):
    folder = tmp_path_factory.mktemp("c")
    corpus = corpus_of(folder / "corpus", rows, limit=5)
    read = cached(corpus, folder / "caches", NOTHING)
    order = np.random.default_rng(seed).integers(0, len(rows), 2 * len(rows))
    for number, found in zip(order, read.records(order), strict=True):
        record = rows[number]
        assert found.id == record.id
        assert (found.turns, found.tools) == (record.turns, record.tools)
        assert found.media == without_pictures(record).media
        assert [None if data is None else bytes(data) for data in read.pictures(number)] == images(record)
        for style in ("plain", "asked"):
            one, other = (spoken(row, style, seed=seed, epoch=2) for row in (found, record))
            assert type(one) is type(other)
            assert one.id == other.id
            if not hasattr(one, "reasons"):
                assert (one.turns, one.tools) == (other.turns, other.tools)


@pytest.fixture
def corpus(tmp_path):
    return corpus_of(tmp_path / "corpus", mixed(60), limit=25)


def test_any_size_of_files_and_batches_gives_the_same_rows(tmp_path, corpus, monkeypatch):
    def all_of(read):
        return read.records(np.arange(60)), [[bytes(data or b"") for data in read.pictures(row)] for row in range(60)]

    whole = all_of(cached(corpus, tmp_path / "one", NOTHING))
    monkeypatch.setattr(cache, "FILE_BYTES", 1)
    monkeypatch.setattr(cache, "_BATCH_ROWS", 7)
    monkeypatch.setattr(cache, "_READ_ROWS", 3)
    monkeypatch.setattr(cache, "_OPEN", 2)
    many = cached(corpus, tmp_path / "two", NOTHING)
    assert all_of(many) == whole
    assert len(list((tmp_path / "two" / corpus.fingerprint).glob("*.arrow"))) == 3
    assert all_of(pickle.loads(pickle.dumps(many))) == whole
    monkeypatch.setattr(cache, "_BATCH_BYTES", 1)
    assert all_of(cached(corpus, tmp_path / "three", NOTHING)) == whole


def test_a_cache_is_made_once_and_a_changed_corpus_has_another(tmp_path, corpus):
    told = []
    events = Events((told.append,))
    cached(corpus, tmp_path / "caches", events)
    count = len(told)
    assert count > 0
    cached(corpus, tmp_path / "caches", events)
    assert len(told) == count
    other = corpus_of(tmp_path / "other", mixed(61), limit=25)
    assert len(cached(other, tmp_path / "caches", events).records(np.arange(61))) == 61
    assert len(cached(corpus, tmp_path / "caches", events).records(np.arange(60))) == 60


def test_a_cache_moves_with_the_corpus(tmp_path):
    """The corpus says where its media lie; the cache has only their names."""
    (tmp_path / "a/pictures").mkdir(parents=True)
    roots = {"pictures": str(tmp_path / "a/pictures")}
    rows = [asked(0, Media(path="0.png", root=roots["pictures"]))]
    corpus = corpus_of(tmp_path / "a/corpus", rows, roots=roots)
    cached(corpus, tmp_path / "caches", NOTHING)
    shutil.move(tmp_path / "a", tmp_path / "b")
    moved = cached(open_corpus(tmp_path / "b/corpus"), tmp_path / "caches", NOTHING)
    assert moved.records(rows_of(0))[0].media[0].file == tmp_path / "b/pictures/0.png"


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, corpus, monkeypatch):
    monkeypatch.setattr(cache, "FILE_BYTES", 1)
    folder = tmp_path / "caches"
    written = []
    write = cache._write

    def killed(file, corpus, shards):
        written.append(shards)
        file.write(b"begun")
        if len(written) == 3:
            raise KeyboardInterrupt
        file.seek(0)
        write(file, corpus, shards)

    monkeypatch.setattr(cache, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        cached(corpus, folder, NOTHING)
    assert not (folder / corpus.fingerprint).exists()
    part = folder / f".{corpus.fingerprint}.part"
    (part / ".000002.arrow.1.part").write_bytes(b"of a process that was killed")
    found = cached(corpus, folder, NOTHING)
    assert written == [[0], [1], [2], [2]]
    assert [record.id for record in found.records(np.arange(60))] == [record.id for record in mixed(60)]
    left = sorted(path.name for path in (folder / corpus.fingerprint).iterdir())
    assert left == ["000000.arrow", "000001.arrow", "000002.arrow", "begins.npy", "cache.json"]


def test_of_several_processes_one_makes_it(tmp_path, corpus):
    context = multiprocessing.get_context("fork")
    with context.Pool(3) as pool:
        ids = pool.starmap(ids_of, [(corpus, tmp_path / "caches")] * 3)
    assert ids == [[record.id for record in mixed(60)]] * 3


def ids_of(corpus, folder):
    return [record.id for record in cached(corpus, folder, NOTHING).records(np.arange(60))]


def test_the_disk_must_have_room(tmp_path, corpus, monkeypatch):
    pictures = sum(len(data or b"") for record in mixed(60) for data in images(record))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=pictures))
    with pytest.raises(PictusError, match="has room for") as caught:
        cached(corpus, tmp_path / "caches", NOTHING)
    assert "directly" in caught.value.mend
    assert not (tmp_path / "caches" / corpus.fingerprint).exists()


def test_what_is_estimated_suffices(tmp_path, corpus):
    cached(corpus, tmp_path / "caches", NOTHING)
    made = sum(path.stat().st_size for path in (tmp_path / "caches" / corpus.fingerprint).glob("*.arrow"))
    pictures = sum(len(data or b"") for record in mixed(60) for data in images(record))
    assert pictures < sum(cache._size(corpus, shard) for shard in corpus.shards)
    assert made < 3 * pictures


@pytest.mark.parametrize(
    "damage",
    [
        lambda home: (home / "000000.arrow").unlink(),
        lambda home: (home / "000000.arrow").write_bytes(b"ARROW1"),
        lambda home: (home / "cache.json").write_bytes(b"{"),
        lambda home: (home / "cache.json").unlink(),
        lambda home: (home / "cache.json").write_bytes(
            orjson.dumps(orjson.loads((home / "cache.json").read_bytes()) | {"version": 0})
        ),
    ],
)
def test_a_damaged_cache_is_told_before_training(tmp_path, corpus, damage):
    cached(corpus, tmp_path / "caches", NOTHING)
    damage(tmp_path / "caches" / corpus.fingerprint)
    with pytest.raises(PictusError) as caught:
        cached(corpus, tmp_path / "caches", NOTHING)
    assert "remove this folder" in caught.value.mend


def test_a_part_that_went_bad_is_a_reason_for_its_rows_alone(tmp_path, corpus, monkeypatch):
    monkeypatch.setattr(cache, "_BATCH_ROWS", 10)
    monkeypatch.setattr(cache, "_READ_ROWS", 10)
    read = cached(corpus, tmp_path / "caches", NOTHING)
    path = tmp_path / "caches" / corpus.fingerprint / "000000.arrow"
    with pa.memory_map(str(path)) as mapped:
        count = pa.ipc.open_file(mapped).num_record_batches
    data = bytearray(path.read_bytes())
    # The head of a batch in the middle: each begins with four bytes of ones.
    begins = [at for at in range(0, len(data), 8) if data[at : at + 4] == b"\xff\xff\xff\xff"]
    data[begins[1 + count // 2] + 8 : begins[1 + count // 2] + 40] = b"\xee" * 32
    path.write_bytes(data)
    found = read.records(np.arange(60))
    broken = [number for number, record in enumerate(found) if isinstance(record, str)]
    assert 0 < len(broken) <= 10
    assert all("damaged" in found[number] for number in broken)
    with pytest.raises(BadRow, match="damaged"):
        read.pictures(broken[0])


def test_a_shard_of_an_older_version_lacks_columns(tmp_path, corpus):
    path = tmp_path / "corpus/shards/000001.parquet"
    table = pq.read_table(path)
    facts = table["facts"].combine_chunks()
    names = [field.name for field in facts.type if field.name not in ("motions", "choices")]
    older = pa.StructArray.from_arrays([facts.field(name) for name in names], names=names)
    table = table.set_column(table.schema.get_field_index("facts"), "facts", older).drop_columns(["tools"])
    pq.write_table(table, path)
    found = cached(corpus, tmp_path / "caches", NOTHING).records(np.arange(60))
    assert [record.id for record in found[25:50]] == shard_ids(corpus.place, 1)
    assert found[29].facts.captions == ("one", "two")


def test_what_training_does_not_need_is_left_out(tmp_path):
    record = captioned(0, embedded(0), "seen")
    facts = replace(record.facts, extra="x" * 100_000, texts=("y" * 100_000,))
    corpus = corpus_of(tmp_path / "corpus", [replace(record, facts=facts)] * 5)
    cached(corpus, tmp_path / "caches", NOTHING)
    size = (tmp_path / "caches" / corpus.fingerprint / "000000.arrow").stat().st_size
    assert size < 5 * len(picture(0)) + 20_000


def test_a_corpus_without_rows_has_a_cache(tmp_path):
    assert list(cached(corpus_of(tmp_path / "c", []), tmp_path / "caches", NOTHING).records(rows_of())) == []
