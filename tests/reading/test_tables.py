"""Tables of every kind give the same rows, and what is broken in them costs its row only."""

import csv
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading.tables import kind_of_table, open_table
from pictus.record import Reject

ROWS = [{"id": "007", "text": 'a mug,\n"red"'}, {"id": "NA", "text": ""}]


def write(path, rows):
    match path.suffix:
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".csv" | ".tsv":
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0], delimiter="," if path.suffix == ".csv" else "\t")
                writer.writeheader()
                writer.writerows(rows)
        case ".json":
            path.write_text(json.dumps(rows))
        case _:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("kind", [".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson"])
def test_the_rows_of_a_table_are_the_same_in_every_kind(tmp_path, kind):
    path = tmp_path / f"t{kind}"
    write(path, ROWS)
    table = open_table(path)
    assert table.names == ("id", "text")
    assert [row for _, row in table.rows] == ROWS


@pytest.mark.parametrize("kind", [".csv", ".jsonl"])
def test_a_packed_table_is_read(tmp_path, kind):
    write(tmp_path / f"t{kind}", ROWS)
    packed = tmp_path / f"t{kind}.gz"
    packed.write_bytes(gzip.compress((tmp_path / f"t{kind}").read_bytes()))
    assert kind_of_table(packed) == kind and [row for _, row in open_table(packed).rows] == ROWS


def csv_rows(path, data):
    path.write_bytes(data)
    table = open_table(path)
    return table.names, list(table.rows)


def test_broken_rows_of_csv_are_set_aside_with_their_lines(tmp_path):
    data = b'\xef\xbb\xbfa, b\n1,2\n\n1\n"x\ny",\xff\n"' + b"open\n" * 30_000 + b'3,4\n"5",6\n'
    names, rows = csv_rows(tmp_path / "t.csv", data)
    assert names == ("a", "b")
    good, few, torn, long, *rest = rows
    assert good == ("t.csv, line 2", {"a": "1", "b": "2"})
    assert (few.where, few.reasons) == ("t.csv, line 4", ("it has 1 cells, and the header has 2",))
    assert (torn.where, torn.reasons) == ("t.csv, line 5", ("it is no UTF-8 text",))
    assert long.where == "t.csv, line 7" and "is a quote not closed?" in long.reasons[0]
    assert rest[-1][1] == {"a": "5", "b": "6"}


def test_keys_that_only_later_rows_have_are_columns_too(tmp_path):
    write(tmp_path / "t.jsonl", [{"a": 1}, {"a": 2, "b": 3}])
    table = open_table(tmp_path / "t.jsonl")
    assert table.names == ("a", "b") and [row for _, row in table.rows] == [{"a": 1}, {"a": 2, "b": 3}]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [("t.csv", b"", "no header"), ("t.csv", b"a,a\n1,2\n", "stands twice"), ("t.xlsx", b"", "no table")],
)
def test_what_cannot_be_read_as_a_whole_is_told(tmp_path, name, data, words):
    with pytest.raises(PictusError, match=words):
        csv_rows(tmp_path / name, data)


@given(st.lists(st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\n", b"\r"]), max_size=12))
def test_any_bytes_of_csv_end_in_rows_or_rejects(tmp_path_factory, pieces):
    _, rows = csv_rows(tmp_path_factory.mktemp("t") / "t.csv", b"a,b\n" + b"".join(pieces))
    assert all(isinstance(row, Reject) or list(row[1]) == ["a", "b"] for row in rows)
