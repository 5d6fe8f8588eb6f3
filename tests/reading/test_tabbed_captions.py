"""Captions between tabs: what pandas would lose, swallow or take for nothing is read, or set aside with its reason."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading.rows import BadRow
from pictus.reading.tabbed_captions import captions_in, read_tabbed
from pictus.record import Reject


def rows(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_tabbed(path, ("url", "caption")))


@pytest.mark.parametrize("header", ["url\tcaption", "url\t\tcaption", "\ufeffurl\tcaption\r"])
@pytest.mark.parametrize("row", ["a.jpg\ta mug, red", "a.jpg\t\ta mug, red", "a.jpg\t\ta mug, red\r"])
def test_one_tab_or_two_in_header_and_rows(tmp_path, header, row):
    (found,) = rows(tmp_path / "a.csv", f"{header}\n{row}\n")
    assert found == ("a.csv, line 2", {"url": "a.jpg", "caption": "a mug, red"})


def test_columns_are_known_by_their_names_and_others_come_too(tmp_path):
    (found,) = rows(tmp_path / "a.csv", "score\tcaption\turl\n0.5\ta mug\ta.jpg\n")
    assert found[1] == {"url": "a.jpg", "caption": "a mug", "score": "0.5"}


def test_a_quote_swallows_no_line(tmp_path):
    text = 'url\tcaption\na.jpg\t"Stop" says a sign\nb.jpg\t"open to the end\nc.jpg\ta mug\nd.jpg\t"late"\n'
    found = [row["caption"] for _, row in rows(tmp_path / "a.csv", text)]
    assert found == ['"Stop" says a sign', '"open to the end', "a mug", "late"]


def test_a_cell_that_was_quoted_as_a_whole_is_one_also_over_several_lines(tmp_path):
    with (tmp_path / "w.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerows([["url", "caption"], ["a.jpg", 'the word "stop"'], ["b.jpg", "two\nlines"], ["c.jpg", "x"]])
    found = rows(tmp_path / "a.csv", (tmp_path / "w.csv").read_bytes())
    assert [row["caption"] for _, row in found] == ['the word "stop"', "two\nlines", "x"]
    assert [where for where, _ in found] == ["a.csv, line 2", "a.csv, line 3", "a.csv, line 5"]


def test_a_quote_that_is_never_closed_costs_only_what_is_no_row(tmp_path):
    text = 'url\tcaption\na.jpg\t"open\nno row\nb.jpg\ta mug\n'
    first, broken, second = rows(tmp_path / "a.csv", text)
    assert (first[1]["caption"], second[1]["caption"]) == ('"open', "a mug")
    assert (broken.where, broken.reasons) == ("a.csv, line 3", ("it has 1 cells, and the header names 2",))


def test_a_line_that_has_too_many_cells_or_is_no_text_is_set_aside(tmp_path):
    many, torn, good = rows(tmp_path / "a.csv", b"url\tcaption\na.jpg\ta\tb\nb.jpg\t\xff\n\nc.jpg\ta mug\n")
    assert isinstance(many, Reject) and many.reasons == ("it has 3 cells, and the header names 2",)
    assert isinstance(torn, Reject) and torn.reasons == ("it is no UTF-8 text",)
    assert good[0] == "a.csv, line 5"


@pytest.mark.parametrize("text", ["", "url,caption\na.jpg,a mug\n", "a.jpg\ta mug\n"])
def test_a_file_without_the_columns_says_which(tmp_path, text):
    with pytest.raises(PictusError) as told:
        rows(tmp_path / "a.csv", text)
    assert "`caption`" in told.value.what and "columns" in told.value.mend


@pytest.mark.parametrize(
    ("cell", "captions"),
    [
        ("a  mug\r", ("a mug",)),
        ('["a mug", "a cup"]', ("a mug", "a cup")),
        ("['a mug', \"it's red\", None]", ("['a mug', \"it's red\", None]",)),
        ("['a mug', \"it's red\"]", ("a mug", "it's red")),
        ('["a mug", "NA"]', ("a mug",)),
        ("[sic]", ("[sic]",)),
        ("[1, 2]", ("[1, 2]",)),
        ("nano", ("nano",)),
    ],
)
def test_a_cell_holds_a_caption_or_a_list_of_them(cell, captions):
    assert captions_in(cell) == captions


@pytest.mark.parametrize("cell", ["", "  ", "NA", "null", "None", "nan", '["", "n/a"]'])
def test_a_word_for_nothing_is_no_caption(cell):
    with pytest.raises(BadRow, match="empty, or a word for nothing"):
        captions_in(cell)


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b'"', b"\t", b"\n", b'a.jpg\t"', b'"\n']), max_size=12))
def test_any_bytes_end_in_rows_or_rejects_and_no_line_is_read_twice(tmp_path_factory, pieces):
    found = rows(tmp_path_factory.mktemp("t") / "a.csv", b"url\tcaption\n" + b"".join(pieces))
    places = [int((one.where if isinstance(one, Reject) else one[0]).rpartition(" ")[2]) for one in found]
    assert places == sorted(set(places))
