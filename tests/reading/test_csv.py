"""CSV in blocks of any size gives the rows that Python's own reader gives, and the line of each that is wrong."""

import csv
import io
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading import csv as reading
from pictus.record import Reject

COLUMNS = (
    reading.Column("id", pa.string()),
    reading.Column("size", pa.float64()),
    reading.Column("flag", pa.int8(), may_be_missing=True),
)


def judge(table):
    return [
        (pc.greater(table["size"].fill_null(0), 9).to_numpy(), "too large"),
        (pc.equal(table["id"], "").to_numpy(), "no id"),
    ]


def read(data, block_bytes=reading.BLOCK_BYTES):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(data)
        found = list(reading.read_tables(path, COLUMNS, judge, block_bytes=block_bytes))
    rows = [row for one in found if not isinstance(one, Reject) for row in one.to_pylist()]
    return [tuple(row.values()) for row in rows], [one for one in found if isinstance(one, Reject)]


def places(rejects):
    return [(one.where, one.reasons[0], one.row) for one in rejects]


def test_columns_are_found_by_name_and_one_that_may_be_missing_is_null():
    rows, _ = read(b"note,size,id\r\n,1.5,007\r\n\r\nx,,1e5\r\n")
    assert rows == [("007", 1.5, None), ("1e5", None, None)]


def test_rows_with_faults_are_told_in_the_order_of_the_file_with_the_first_fault_of_each():
    rows, rejects = read(b'id,size,flag\n,1,1\na,10,1\n"b\n c",1,1\n\n,10,1\n"d,""",99,\ne,x,1\nf,1,1000\ng,1,1')
    assert rows == [("b\n c", 1, 1), ("g", 1, 1)]
    assert places(rejects) == [
        ("rows.csv, line 2", "no id", ",1,1"),
        ("rows.csv, line 3", "too large", "a,10,1"),
        ("rows.csv, line 7", "too large", ",10,1"),
        ("rows.csv, line 8", "too large", '"d,""",99,'),
        ("rows.csv, line 9", "`size` is no number of the kind that is wanted", "e,x,1"),
        ("rows.csv, line 10", "`flag` is no number of the kind that is wanted", "f,1,1000"),
    ]


def test_a_row_that_is_not_utf8_is_set_aside_and_the_others_stay():
    rows, rejects = read(b"id,size\na,1\n\xff,2\nc,3\n")
    assert rows == [("a", 1, None), ("c", 3, None)]
    assert places(rejects) == [("rows.csv, line 3", "`id` is not UTF-8 text", "\ufffd,2")]


@pytest.mark.parametrize("block_bytes", [1, 20, 1000, reading.BLOCK_BYTES])
def test_a_quote_that_is_never_closed_costs_only_its_own_row(block_bytes, monkeypatch):
    monkeypatch.setattr(reading, "_ROW_LIMIT", 64)
    sound = "".join(f'"n{number}",{number % 9},1\n' for number in range(100))
    rows, rejects = read(f'id,size,flag\n{sound}"open,1,1\n{sound}5" nail,1,1\n{sound}'.encode(), block_bytes)
    assert [row[0] for row in rows] == [f"n{n}" for n in range(100)] * 2 + ['5" nail'] + [f"n{n}" for n in range(100)]
    assert [(one.where, one.row) for one in rejects] == [("rows.csv, line 102", '"open,1,1')]


def test_a_cell_with_an_open_or_a_loose_quote_is_set_aside_even_where_the_columns_fit():
    rows, rejects = read(b'size,flag,id\n1,1,"a\n1,1,"b"c\n1,1,d\n')
    assert rows == [("d", 1, 1)]
    assert [one.where for one in rejects] == ["rows.csv, line 2", "rows.csv, line 3"]
    assert {one.reasons for one in rejects} == {("a quote is not closed, or stands inside a cell",)}


def test_a_file_without_the_columns_and_one_without_anything_are_errors():
    with pytest.raises(PictusError, match="the file has no column `size`") as error:
        read(b"id,sizes\na,1\n")
    assert error.value.where.endswith("rows.csv, line 1")
    for nothing in (b"", b"\xef\xbb\xbf"):
        with pytest.raises(PictusError, match="the file is empty"):
            read(nothing)
    assert read(b"id,size") == ([], [])
    for unreadable in (b"id,size\ra,1\r", b"\xff\xfei\0d\0"):
        with pytest.raises(PictusError, match="no header in UTF-8"):
            read(unreadable)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=5)
lines = st.lists(
    st.one_of(
        st.tuples(texts.filter(bool), st.integers(-3, 12), st.sampled_from(["", 0, 1])),
        st.tuples(texts, texts),
        st.tuples(texts, st.just("x"), st.just(1)),
        st.just(()),
    ),
    max_size=12,
)


@given(lines, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 60))
def test_any_block_size_gives_what_python_reads(rows, line_end, has_mark, block_bytes):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(["id", "size", "flag"])
    expected, bad, line = [], set(), 2
    for row in rows:
        before = text.tell()
        if row:
            writer.writerow(row)
        else:
            text.write(line_end)
        if row and (len(row) < 3 or row[1] == "x" or row[1] > 9):
            bad.add(f"rows.csv, line {line}")
        elif row:
            expected.append((row[0], row[1], None if row[2] == "" else row[2]))
        line += text.getvalue()[before:].count("\n")
    found, rejects = read((b"\xef\xbb\xbf" if has_mark else b"") + text.getvalue().encode(), block_bytes)
    assert found == expected
    # A broken row of several lines is told line by line, so there may be more.
    assert bad <= {one.where for one in rejects}
    assert len(rejects) >= len(bad)
