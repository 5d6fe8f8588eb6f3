"""Rows dealt out to buckets come back whole, by key and in their order."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.buckets import Buckets, group
from pictus.record import Reject

keys = st.text("019aAfgz~é", max_size=3)


@given(st.lists(st.lists(keys, max_size=6), max_size=4), st.integers(1, 256))
def test_bucket_after_bucket_gives_every_key_in_order(pieces, count):
    rows = [(key, number) for number, key in enumerate(key for piece in pieces for key in piece)]
    numbers = iter(range(len(rows)))
    tables = [
        pa.table({"id": pa.array(piece, pa.string()), "row": pa.array([next(numbers) for _ in piece], pa.int64())})
        for piece in pieces
    ]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        buckets = Buckets(Path(folder), count)
        assert list(buckets.put("rows", tables)) == []
        for bucket in range(count):
            table = buckets.get("rows", bucket)
            if table is not None:
                wanted = pc.unique(table["id"])
                sorted_keys = wanted.take(pc.array_sort_indices(wanted))
                mine = group(table, sorted_keys)
                assert len(mine.strangers) == 0 and mine.cuts[-1] == len(table)
                found += zip(mine.table["id"].to_pylist(), mine.table["row"].to_pylist(), strict=True)
    assert found == sorted(rows, key=lambda row: (row[0].encode(), row[1]))


def test_rows_of_no_key_are_strangers_and_what_is_no_table_is_passed_on(tmp_path):
    reject = Reject(where="here", reasons=("bad",))
    table = pa.table({"id": ["b", "x", "a", "b"], "row": [1, 2, 3, 4]})
    buckets = Buckets(tmp_path, 1)
    assert list(buckets.put("rows", [reject, table, reject])) == [reject, reject]
    mine = group(buckets.get("rows", 0), pa.array(["a", "b", "c"]))
    assert mine.table["row"].to_pylist() == [3, 1, 4]
    assert (mine.cuts, mine.strangers.to_pylist()) == ([0, 1, 3, 3], ["x"])
    assert buckets.get("other", 0) is None
