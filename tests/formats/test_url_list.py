"""Lists of addresses read the same from every kind of file."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

ROWS = [
    {"url": "http://a.example/1.jpg", "text": "a  red\tcup", "score": 0.5},
    {"url": "https://a.example/2 b.png", "text": "„Ein Hund“", "score": 0.25},
]


def written(kind, folder):
    path = folder / f"list{kind}"
    if kind == ".parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif kind == ".csv":
        lines = ["url,text,score", *(f'{row["url"]},"{row["text"]}",{row["score"]}' for row in ROWS)]
        path.write_text("\n".join(lines))
    elif kind == ".tsv":
        cells = [[row["url"], row["text"].replace("\t", " "), str(row["score"])] for row in ROWS]
        path.write_text("\n".join(["url\ttext\tscore", *("\t".join(row) for row in cells)]))
    elif kind == ".jsonl.gz":
        path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))
    elif kind == ".json":
        path.write_text(json.dumps(ROWS))
    return path


@pytest.mark.parametrize("kind", [".parquet", ".csv", ".tsv", ".jsonl.gz", ".json"])
def test_every_kind_of_file_gives_the_same_records(kind, tmp_path):
    path = written(kind, tmp_path)
    format_ = plugins.load("formats", "url_list", {"keep": ["score"]})
    assert format_.sniff(path)
    found = list(format_.read(path))
    assert [record.media[0].url for record in found] == [row["url"] for row in ROWS]
    assert [record.facts.captions for record in found] == [("a red cup",), ("„Ein Hund“",)]
    assert [float(json.loads(record.facts.extra)["score"]) for record in found] == [0.5, 0.25]
    assert [record.origin.key for record in found] == ["list:1", "list:2"]
    assert found[0].origin.dataset == "list"


def test_a_plain_list_has_an_address_a_line_and_no_captions(tmp_path):
    path = tmp_path / "some.txt"
    format_ = plugins.load("formats", "url_list")
    path.write_text("http://a.example/1.jpg\r\n\nhttps://a.example/2.jpg\nftp://a.example/3.jpg\n")
    assert format_.sniff(path)
    found = list(format_.read(path))
    records = [row for row in found if isinstance(row, Record)]
    assert [record.media[0].url for record in records] == ["http://a.example/1.jpg", "https://a.example/2.jpg"]
    assert len({record.id for record in records}) == 2 and all(record.facts.captions == () for record in records)
    (reject,) = [row for row in found if isinstance(row, Reject)]
    assert reject.reasons == ("it has no address that begins with http:// or https://",)


def test_a_row_without_a_caption_is_set_aside_where_the_list_has_captions(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_text(
        '{"url": "http://a.example/1.jpg", "caption": null}\n{"url": "http://a.example/2.jpg", "caption": "x"}'
    )
    found = list(plugins.load("formats", "url_list").read(path))
    assert [row.reasons for row in found if isinstance(row, Reject)] == [("it has no caption",)]
    assert [row.facts.captions for row in found if isinstance(row, Record)] == [("x",)]


def test_a_row_that_is_no_object_is_set_aside_alone(tmp_path):
    path = tmp_path / "list.jsonl"
    path.write_text('{"url": "http://a.example/1.jpg"}\n[1]\n"word"\n{"url": "http://a.example/2.jpg"}\n')
    found = list(plugins.load("formats", "url_list").read(path))
    assert sorted(type(row).__name__ for row in found) == ["Record", "Record", "Reject", "Reject"]
    records = [row for row in found if isinstance(row, Record)]
    assert [record.origin.key for record in records] == ["list:1", "list:4"]
    assert {row.reasons for row in found if isinstance(row, Reject)} == {("the row is no object",)}


@pytest.mark.parametrize(
    ("name", "text", "what", "mend"),
    [
        ("a.tsv", "http://a.example/1.jpg\ta cup\n" * 2, "has no header", "name its columns"),
        ("a.csv", "a cup,https://a.example/1.jpg\n", "has no header", "name its columns"),
        ("a.csv", "url;caption\nhttp://a.example/1.jpg;a cup\n", "no column looks like", "semicolons"),
        ("a.csv", "where,what\nhttp://a.example/1.jpg,a cup\n", "no column looks like", "there are where, what"),
        ("a.jsonl", "", "has no rows", "give one"),
    ],
)
def test_a_list_whose_columns_are_not_found_says_what_to_do(name, text, what, mend, tmp_path):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PictusError, match=what) as found:
        list(plugins.load("formats", "url_list").read(path))
    assert mend in found.value.mend
