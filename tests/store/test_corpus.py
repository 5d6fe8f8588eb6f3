"""A corpus says what it holds, is read by other libraries, and names each damage."""

import threading
from pathlib import Path

import datasets
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictus.errors import PictusError
from pictus.record import Reject
from pictus.steps.cards import write_cards
from pictus.store import shards
from pictus.store.corpus import begin_corpus, damages, finish_corpus, locked, open_corpus
from pictus.store.place import Place
from pictus.store.shards import Rows, open_parquet, read_shard, shard_ids, write_shard
from records import records, simple_record

ROOTS = {"pictures": "/pictures"}


def make(address, rows, *, limit=None):
    corpus = begin_corpus(address, roots=ROOTS, made={"step": "test"})
    stream, number = Rows(rows), 0
    while number == 0 or not stream.ended():
        write_shard(corpus.place, number, stream, root_names=corpus.root_names, limit=limit)
        number += 1
    return finish_corpus(corpus, number)


def png(colour=(200, 30, 30)) -> bytes:
    import io

    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, "PNG")
    return file.getvalue()


@given(st.lists(records() | st.builds(Reject, where=st.just("f, row 1"), reasons=st.just(("bad",))), max_size=9))
def test_what_is_written_is_read(tmp_path_factory, rows):
    corpus = make(tmp_path_factory.mktemp("c") / "corpus", rows, limit=4)
    corpus = open_corpus(corpus.place.address)
    assert list(corpus.records()) == [row for row in rows if not isinstance(row, Reject)]
    assert list(corpus.rejects()) == [row for row in rows if isinstance(row, Reject)]
    assert corpus.summary["rows"] + corpus.summary["rejected"] == len(rows)
    assert list(damages(corpus)) == []


def test_the_same_rows_make_the_same_bytes(tmp_path):
    rows = [simple_record(number, data=png()) for number in range(250)]
    for name in ("one", "two"):
        make(tmp_path / name, rows, limit=100)
    files = [sorted((tmp_path / name / "shards").iterdir()) for name in ("one", "two")]
    assert [path.name for path in files[0]] == [path.name for path in files[1]] != []
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


def test_datasets_reads_the_folder_with_its_pictures(tmp_path):
    corpus = make(tmp_path / "corpus", [simple_record(number, data=png()) for number in range(3)])
    write_cards(corpus)
    rows = datasets.load_dataset(str(tmp_path / "corpus"), split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.features["images"] == datasets.List(datasets.Image())
    assert rows[1]["images"][0].getpixel((0, 0)) == (200, 30, 30)
    assert rows[1]["messages"][0]["content"] == [
        {"type": "image", "text": None},
        {"type": "text", "text": "What is number 1?"},
    ]
    assert rows[1]["messages"][0]["tool_calls"] is None


def test_pictures_are_stored_uncompressed_in_small_groups_and_text_is_not(tmp_path):
    make(tmp_path / "c", [simple_record(number, data=png()) for number in range(250)])
    file = pq.ParquetFile(tmp_path / "c/shards/000000.parquet").metadata
    assert [file.row_group(group).num_rows for group in range(file.num_row_groups)] == [100, 100, 50]
    group = file.row_group(0)
    codecs = {group.column(n).path_in_schema: group.column(n).compression for n in range(group.num_columns)}
    assert codecs["images.list.element.bytes"] == "UNCOMPRESSED"
    assert codecs["messages.list.element.content.list.element.text"] == "ZSTD"


def test_a_shard_is_cut_when_its_pictures_grow_large(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", 3 * len(png()))
    corpus = make(tmp_path / "c", [simple_record(number, data=png()) for number in range(8)], limit=100)
    assert [entry["rows"] for entry in corpus.summary["shards"]] == [3, 3, 2]


def test_a_folder_made_otherwise_is_not_written_over(tmp_path):
    make(tmp_path / "c", [simple_record()])
    with pytest.raises(PictusError, match="step was 'test', now 'other'"):
        begin_corpus(tmp_path / "c", roots=ROOTS, made={"step": "other"})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(PictusError, match="holds no corpus"):
        begin_corpus(tmp_path / "mine", roots=ROOTS, made={})


def test_two_runs_do_not_make_one_corpus(tmp_path):
    corpus = begin_corpus(tmp_path / "c", roots=ROOTS, made={})
    with locked(corpus), pytest.raises(PictusError, match="another run"), locked(corpus):
        pass


def test_an_unfinished_corpus_is_told_as_such(tmp_path):
    begin_corpus(tmp_path / "c", roots=ROOTS, made={})
    with pytest.raises(PictusError, match="not finished"):
        open_corpus(tmp_path / "c")
    with pytest.raises(PictusError, match="no corpus"):
        open_corpus(tmp_path)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


DAMAGE = {
    "a flipped bit": (lambda c: flip(c / "shards/000001.parquet"), "differs from its receipt"),
    "a cut shard": (lambda c: (c / "shards/000001.parquet").write_bytes(b"PAR1"), "differs from its receipt"),
    "no shard": (lambda c: (c / "shards/000001.parquet").unlink(), "its shard is missing"),
    "no receipt": (lambda c: (c / "shards/000001.receipt.json").unlink(), "has no receipt"),
    "a broken receipt": (
        lambda c: (c / "shards/000001.receipt.json").write_text("{"),
        "receipt cannot be read",
    ),
    "a foreign shard": (
        lambda c: pq.write_table(pa.table({"a": [1]}), c / "shards/000007.parquet"),
        "not belong",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_each_damage_is_named_and_the_rest_is_read(tmp_path, name):
    do, words = DAMAGE[name]
    rows = [simple_record(number) for number in range(6)]
    make(tmp_path / "c", rows, limit=2)
    do(tmp_path / "c")
    corpus = open_corpus(tmp_path / "c")
    (problem,) = damages(corpus)
    assert words in problem.what
    assert "00000" in problem.where and problem.mend
    rest = [record for number in (0, 2) for record in read_shard(corpus.place, number, roots=corpus.roots)]
    assert rest == rows[:2] + rows[4:]


def test_a_damaged_shard_is_an_error_with_the_mend_when_read(tmp_path):
    corpus = make(tmp_path / "c", [simple_record()])
    (tmp_path / "c/shards/000000.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(PictusError, match="damaged") as caught:
        list(corpus.records())
    assert "000000.parquet" in caught.value.where
    assert "remove shards/000000.*" in caught.value.mend


def test_a_corpus_and_a_shard_of_a_later_version_are_refused(tmp_path):
    make(tmp_path / "c", [simple_record()])
    path = tmp_path / "c/shards/000000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"pictus": b'{"schema": 99}'}), path)
    with pytest.raises(PictusError, match="schema version 99"):
        list(open_corpus(tmp_path / "c").records())
    head = orjson.loads((tmp_path / "c/corpus.json").read_bytes())
    (tmp_path / "c/corpus.json").write_bytes(orjson.dumps({**head, "schema": 99}))
    with pytest.raises(PictusError, match="schema version 99"):
        open_corpus(tmp_path / "c")


@given(st.binary(max_size=60))
def test_any_bytes_for_corpus_json_give_one_clear_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("c")
    (folder / "corpus.json").write_bytes(data)
    with pytest.raises(PictusError):
        open_corpus(folder)


def test_media_folders_beside_a_corpus_move_with_it(tmp_path):
    work = tmp_path / "work"
    (work / "pictures").mkdir(parents=True)
    corpus = begin_corpus(work / "c", roots={"p": str(work / "pictures")}, made={})
    write_shard(corpus.place, 0, Rows([]), root_names={})
    finish_corpus(corpus, 1)
    work.rename(tmp_path / "moved")
    assert open_corpus(tmp_path / "moved/c").roots == {"p": str(tmp_path / "moved/pictures")}


def test_a_corpus_can_lie_at_any_address(tmp_path):
    rows = [simple_record(number, data=png()) for number in range(3)]
    corpus = make("memory://bucket/corpus", rows, limit=2)
    assert list(open_corpus("memory://bucket/corpus").records()) == rows
    assert list(damages(corpus)) == []
    make(tmp_path / "local", rows, limit=2)
    place = Place("memory://bucket/corpus")
    assert place.read("shards/000001.parquet") == (tmp_path / "local/shards/000001.parquet").read_bytes()


def test_no_thread_of_arrow_calls_python_to_read_a_corpus(tmp_path, monkeypatch):
    """One that does so when the interpreter closes ends a process that had done all its work."""
    rows = [simple_record(number, data=png()) for number in range(30)]
    make(tmp_path / "c", rows, limit=10)
    make("memory://threads/c", rows, limit=10)
    readers = set()

    class Watched(MemoryFile):
        def read(self, *args):
            readers.add(threading.get_ident())
            return super().read(*args)

    def watched(place, name):
        return Watched(path=name, data=place.read(name))

    monkeypatch.setattr(Place, "open", watched)
    assert list(open_corpus(tmp_path / "c").records()) == rows
    assert readers == set()
    corpus = open_corpus("memory://threads/c")
    assert list(corpus.records()) == rows
    assert shard_ids(corpus.place, 0) == [row.id for row in rows[:10]]
    with open_parquet(corpus.place, "shards/000000.parquet", mend="") as file:
        assert file.read_row_group(0).num_rows == 10
    assert readers == {threading.get_ident()}


def test_scores_stand_beside_their_rows(tmp_path):
    from pictus.store.side import read_side, write_side

    rows = [simple_record(number) for number in range(4)]
    corpus = make(tmp_path / "c", rows, limit=2)
    for number in corpus.shards:
        ids = [record.id for record in read_shard(corpus.place, number, roots={}, fields=())]
        write_side(corpus, "scores", number, ids, {"sharpness": np.arange(2) + 10.0 * number})
    table = read_side(corpus, "scores", 1)
    assert table.to_pydict() == {"id": [row.id for row in rows[2:]], "sharpness": [10.0, 11.0]}
    with pytest.raises(PictusError, match="not those of the shard"):
        write_side(corpus, "scores", 0, ["x", "y"], {"sharpness": [1.0, 2.0]})


def test_what_a_killed_run_left_of_a_side_table_is_cleared_away(tmp_path):
    corpus = make(tmp_path / "c", [simple_record()])
    part = tmp_path / "c/side/scores/.000000.parquet.123.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    with locked(corpus):
        assert not part.exists()
        part.write_bytes(b"half")  # of a worker that dies, and whose work another does
    assert not part.exists()
