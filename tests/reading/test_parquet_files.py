"""Parquet files: which of a folder, in which split, and their rows a few at a time."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus.errors import PictusError
from pictus.reading.parquet_files import parquet_files, read_parquet, read_schema, split_of
from pictus.record import Reject


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("data/train-00000-of-00002.parquet", "train"),
        ("ai2d/validation-00001-of-00002-0a1b.parquet", "validation"),
        ("ai2d/train/0000.parquet", "train"),
        ("data/rows.parquet", None),
        ("rows.parquet", None),
    ],
)
def test_the_name_of_a_file_or_its_folder_tells_the_split(tmp_path, name, split):
    assert split_of(tmp_path / name, tmp_path) == split


def test_a_folder_holds_the_files_at_usual_places_and_no_hidden_ones(tmp_path):
    names = ["b.parquet", "data/train-00001-of-00002.parquet", "data/train-00000-of-00002.parquet", "s/train/0.parquet"]
    for name in [*names, ".cache/data/c.parquet", "data/.part.parquet", "notes.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in parquet_files(tmp_path)] == sorted(names)


def test_rows_come_with_their_places_and_only_the_columns_asked_for(tmp_path):
    table = pa.table({"a": range(250), "b": ["x"] * 250})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=70)
    rows = list(read_parquet(tmp_path / "t.parquet", ["a"], name="data/t.parquet"))
    assert len(rows) == 250 and rows[249] == ("data/t.parquet, row 250", {"a": 249})


def test_a_large_row_group_is_never_in_memory_as_a_whole(tmp_path):
    data = [random.Random(number).randbytes(2**18) for number in range(160)]  # 40 MB in one group
    table = pa.table({"image": data})
    pq.write_table(table, tmp_path / "t.parquet", compression="none", data_page_size=2**20, write_batch_size=4)
    del table
    before = pa.total_allocated_bytes()
    for _ in read_parquet(tmp_path / "t.parquet"):
        assert pa.total_allocated_bytes() - before < 24 * 2**20


def test_a_text_that_is_none_costs_its_row_only(tmp_path):
    column = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 1, 2, 3))), pa.py_buffer(b"a\xffb")],
    )
    pq.write_table(pa.table({"t": column}), tmp_path / "t.parquet")
    first, broken, last = read_parquet(tmp_path / "t.parquet")
    assert (first[1], last) == ({"t": "a"}, ("t.parquet, row 3", {"t": "b"}))
    assert broken == Reject(where="t.parquet, row 2", reasons=("it is no UTF-8 text",))


@pytest.mark.parametrize("read", [read_schema, lambda path: list(read_parquet(path))])
def test_a_file_that_is_no_parquet_says_so(tmp_path, read):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(PictusError, match="cannot be read"):
        read(tmp_path / "t.parquet")
