"""Lines of two cells are cut as the bytes say, with each odd line set aside alone."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading.portions import texts_of
from pictus.reading.tab_pairs import Head, Pairs, head_of, pair_portions, pairs_in

ORDER = ("url", "caption")


def cut(text, first=1):
    found = list(pairs_in(text, first, "f.tsv", Head(0, 0)))
    pairs = [
        (int(number), one.as_py(), other.as_py())
        for block in found
        if isinstance(block, Pairs)
        for number, one, other in zip(block.numbers, block.first, block.second, strict=True)
    ]
    return pairs, [row for row in found if not isinstance(row, Pairs)]


@given(st.lists(st.text(st.sampled_from("a\"\t\r\x0b\x85\u2028 '")), max_size=12), st.booleans())
def test_it_cuts_as_a_reader_of_single_lines_does(lines, ends):
    data = "\n".join(lines).encode() + b"\n" * ends
    pairs, rejects = cut(data)
    expected, odd = [], []
    for number, line in enumerate(data.split(b"\n"), 1):
        cells = line.removesuffix(b"\r").split(b"\t")
        if len(cells) == 2:
            expected.append((number, *cells))
        elif line.strip(b"\r"):
            odd.append(f"f.tsv, line {number}")
    assert pairs == expected
    assert [reject.where for reject in rejects] == odd


def test_a_quote_that_is_never_closed_swallows_nothing():
    pairs, rejects = cut(b'http://a/1\t"one\nhttp://a/2\ttwo"\r\nhttp://a/3\t3" tall')
    assert [caption for _, _, caption in pairs] == [b'"one', b'two"', b'3" tall']
    assert rejects == []


def test_a_line_without_its_two_cells_is_set_aside_with_its_number():
    pairs, (one, other) = cut(b"no tab\n\nhttp://a/1\tone\na\tb\tc\n", first=41)
    assert [number for number, _, _ in pairs] == [43]
    assert (one.where, one.reasons, one.row) == ("f.tsv, line 41", ("it has 0 TABs, and should have one",), "no tab")
    assert (other.where, other.reasons) == ("f.tsv, line 44", ("it has 2 TABs, and should have one",))


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_portions_are_whole_lines_without_the_header(tmp_path, rows):
    path = tmp_path / "f.tsv"
    lines = [f"http://a/{number}\tcaption {number}\n" for number in range(7)]
    path.write_bytes(b"\xef\xbb\xbfurl\tcaption\r\n" + "".join(lines).encode())
    head = head_of(path, ORDER)
    portions = list(pair_portions(path, rows, head))
    texts = [(first, text) for portion in portions for first, _, text in texts_of(portion)]
    assert b"".join(text for _, text in texts).decode() == "".join(lines)
    assert [first for first, _ in texts] == list(range(1, 8, rows))
    assert [sum(piece.rows for piece in portion.pieces) for portion in portions][:-1] == [rows] * (len(portions) - 1)


def test_a_packed_file_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "f.tsv.gz"
    path.write_bytes(gzip.compress(b"http://a/1\tone\n"))
    assert pair_portions(path, 10, head_of(path, ORDER)) is None


@pytest.mark.parametrize("data", [b"one\thttp://a/1\n", b"caption\turl\none\thttp://a/1\n", b"caption\turl\n"])
def test_columns_in_the_other_order_are_an_error(tmp_path, data):
    path = tmp_path / "f.tsv"
    path.write_bytes(data)
    with pytest.raises(PictusError, match="swapped") as error:
        head_of(path, ORDER)
    assert "address, then caption" in error.value.what
    assert head_of(path, ("caption", "url")).lines == data.startswith(b"caption")


def test_a_line_that_speaks_of_an_address_is_not_swapped(tmp_path):
    path = tmp_path / "f.tsv"
    path.write_bytes(b"http://a/1\thttp://b/1 is where I saw it\nx\thttp://a/2\n")
    assert head_of(path, ORDER) == Head(0, 0)
