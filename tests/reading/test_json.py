"""Rows come back as any JSON parser sees them, wherever the file happens to be cut into pieces."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading import structure
from pictus.reading.json import read_array, read_batches, read_lines, read_members, read_object, read_rows
from pictus.reading.repeated_keys import may_repeat_keys
from pictus.record import Reject

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
# Text made of what the scanner looks for is where it would go wrong.
nasty = st.text(alphabet='"\\[]{},: a\n', max_size=30)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@given(st.lists(values | nasty, max_size=8), st.integers(1, 40), st.booleans())
def test_an_array_comes_back_whatever_the_pieces(tmp_path_factory, rows, size, indented):
    path = write(tmp_path_factory.mktemp("a") / "rows.json", json.dumps(rows, indent=1 if indented else None).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        assert [row for _, row in read_array(path)] == rows


@given(st.dictionaries(nasty, st.lists(values | nasty, max_size=5) | values, max_size=6), st.integers(1, 40))
def test_the_wanted_arrays_of_an_object_come_back(tmp_path_factory, members, size):
    wanted = {name: rows for name, rows in members.items() if isinstance(rows, list) and "\\" not in json.dumps(name)}
    path = write(tmp_path_factory.mktemp("o") / "object.json", json.dumps(members).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        found: dict[str | None, list[object]] = {}
        for batch in read_batches(path, tuple(wanted)):
            found.setdefault(batch.key, []).extend(batch.rows)
    assert found == {name: rows for name, rows in wanted.items() if rows}


FIRST = b" " * 4060  # most of what is read of a file at first, so that rows stand in the pieces after it


# Rows that hold what rows begin with, where a guess at the next row goes wrong.
alike = st.recursive(
    st.fixed_dictionaries({"id": st.integers(0, 9) | st.just(', {"id": 1}, {"id"')}),
    lambda inner: st.fixed_dictionaries({"id": st.lists(inner, max_size=3)}),
    max_leaves=6,
)


@given(st.lists(alike, max_size=12), st.integers(4, 60), st.sampled_from([None, "rows"]))
def test_rows_that_hold_their_likes_come_back_with_their_places(tmp_path_factory, rows, size, key):
    text = FIRST + json.dumps(rows if key is None else {key: rows, "id": [{"id": 1}]}).encode()
    path = write(tmp_path_factory.mktemp("g") / "rows.json", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        found = list(read_array(path, key))
    assert [row for _, row in found] == rows
    assert [int(where.split("row ")[1].split(",")[0]) for where, _ in found] == list(range(1, len(rows) + 1))
    for where, row in found:
        start = int(where.rsplit(" ", 1)[1])
        assert json.JSONDecoder().raw_decode(text[start:].decode().lstrip())[0] == row


@given(
    st.lists(
        st.sampled_from(['{"id": 1}', '{"id": ', ", ", ",", "]", "[", " ", '"', '{"id": 2, "id": 3}']), max_size=14
    ),
    st.integers(4, 60),
)
@example([", ", '{"id": 1}'], 20)  # nothing stands between two commas, of which the first ends a piece
def test_what_is_wrong_between_rows_is_told_alike_with_guesses_and_without(tmp_path_factory, parts, size):
    path = write(
        tmp_path_factory.mktemp("w") / "rows.json", b'[{"id": 0}, '.rjust(4096) + "".join(parts).encode() + b"]"
    )

    def told():
        try:
            return list(read_array(path))
        except PictusError as error:
            return str(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        guessed = told()
        patch.setattr(structure._Cutter, "guess", lambda *_: None)
        assert guessed == told()


def test_most_of_a_file_of_likes_is_guessed(tmp_path, monkeypatch):
    monkeypatch.setattr(structure, "_PIECE_BYTES", 5_000)
    rows = [{"id": number, "texts": ["}, {"] * (number % 7)} for number in range(3_000)]
    path = write(tmp_path / "rows.json", json.dumps({"info": {}, "rows": rows}).encode())
    batches = list(read_batches(path, ["rows"]))
    assert [row for batch in batches for row in batch.rows] == rows
    assert sum(batch.span.rows is None for batch in batches) == 2  # the first, to learn from, and the last


def test_each_row_knows_its_place(tmp_path):
    text = b'{"x": 1, "rows": [ {"a": "]"}, {"b": [2, 3]} ,5]}'
    path = write(tmp_path / "f.json", text)
    places = [where for where, _ in read_array(path, "rows")]
    assert [where.split(", ")[1] for where in places] == ["row 1", "row 2", "row 3"]
    starts = [int(where.rsplit(" ", 1)[1]) for where in places]
    assert [text[start:].lstrip()[:4] for start in starts] == [b'{"a"', b'{"b"', b"5]}"]


def test_one_broken_row_is_set_aside_and_the_rest_read(tmp_path):
    path = write(tmp_path / "f.json", b'[{"a": 1}, {"a": nope}, {"a": "\xff"}, {"a": 4}]')
    rows = list(read_array(path))
    assert [type(row) is Reject for row in rows] == [False, True, True, False]
    assert "f.json, row 2, byte" in rows[1].where
    assert "nope" in rows[1].row


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'[{"a": 1}, {"a"', "in the middle"),
        (b"[1, 2", "in the middle"),
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"hello", "found no JSON"),
        (b'{"a": 1}', "found an object"),
        (b"[1]\n[2]", "more text after the end"),
        (b"[1]]", "more text after the end"),
        ("[1]".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 and so on", "a zip archive"),
        (bz2.compress(b"[1]"), "bzip2"),
        (lzma.compress(b"[1]"), "xz"),
        (b"<!doctype html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "was not fetched"),
    ],
)
def test_a_damaged_file_is_named_with_its_place(tmp_path, data, words):
    with pytest.raises(PictusError, match=words) as caught:
        list(read_array(write(tmp_path / "f.json", data)))
    assert "f.json" in caught.value.where


@pytest.mark.parametrize("data", ["[1]\n".encode("utf-16"), b"PK\x03\x04 and so on", b"<html>\n", b'{\n "a": 1\n}'])
def test_a_file_of_another_kind_is_one_error_though_its_name_promises_lines(tmp_path, data):
    with pytest.raises(PictusError, match="expected a list of rows, found"):
        list(read_rows(write(tmp_path / "f.jsonl", data)))


@pytest.mark.parametrize("first", [b"[1, 2]", b"null", b"hello", b'{"a": 1, "b"', b"5"])
def test_a_first_line_that_is_no_object_does_not_hide_the_others(tmp_path, first):
    *_, last = read_rows(write(tmp_path / "f.jsonl", first + b'\n\n{"a": 1}'))
    assert last == ("f.jsonl, line 3", {"a": 1})


def test_a_file_with_nothing_in_it_has_no_lines_or_was_lost(tmp_path):
    assert list(read_rows(write(tmp_path / "f.jsonl", b" \n"))) == []
    assert list(read_rows(write(tmp_path / "f.json", b""), lines=True)) == []
    with pytest.raises(PictusError, match="the file is empty"):
        list(read_rows(tmp_path / "f.json"))


def test_an_endless_row_is_refused_before_memory_is(tmp_path, monkeypatch):
    monkeypatch.setattr("pictus.reading.json.ROW_LIMIT_BYTES", 1000)
    with pytest.raises(PictusError, match="larger than 1,000 bytes"):
        list(read_array(write(tmp_path / "f.json", b'["' + b"a" * 3 * 2**20 + b'"]')))


@given(st.binary(max_size=200), st.sampled_from([b"", b"[", b'{"rows": [']), st.integers(1, 50))
def test_any_bytes_give_rows_rejects_or_one_clear_error(tmp_path_factory, data, head, size):
    path = write(tmp_path_factory.mktemp("b") / "f.json", head + data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        for key in (None, "rows"):
            try:
                list(read_array(path, key))
            except PictusError as error:
                assert error.where and error.mend


def test_lines_skip_blanks_and_set_broken_ones_aside(tmp_path):
    path = write(tmp_path / "f.jsonl", b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": \n{"a": 3}')
    rows = list(read_lines(path))
    assert rows[0] == ("f.jsonl, line 1", {"a": 1})
    assert isinstance(rows[1], Reject) and rows[1].where == "f.jsonl, line 3"
    assert rows[2] == ("f.jsonl, line 4", {"a": 3})


@given(st.dictionaries(nasty, values | nasty, max_size=8), st.integers(1, 40), st.booleans())
def test_the_members_of_an_object_come_back_whatever_the_pieces(tmp_path_factory, members, size, inner):
    path = tmp_path_factory.mktemp("m") / "object.json"
    write(path, json.dumps({"before": [{"a": 1}], "wanted": members} if inner else members).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_PIECE_BYTES", size)
        found = list(read_members(path, "wanted" if inner else None))
    assert [(key, value) for _, key, value in found] == list(members.items())


@pytest.mark.parametrize("rows", [1, 2_000])
def test_a_key_that_stands_twice_is_noticed_in_few_rows_and_in_many(rows):
    whole = b",".join(b'{"n":%d,"text":"a \\u0022 and a \\" b\\\\"}' % number for number in range(rows))
    for last, is_repeated in ((b"[]", False), (b'{"n":1,"n":2}', True), (b'{"n":1,"\\u006e":2}', True)):
        text = b"[" + whole + b"," + last + b"]"
        assert may_repeat_keys(text, orjson.loads(text)) == is_repeated


def test_a_key_that_stands_twice_is_noticed_wherever_it_stands(tmp_path):
    rows = b'[{"a": 1}, {"a": 2, "b": "\\": x", "a": 3}, {"c": [1, {"d" : 1, "d" : 2}]}, {"a": 4, "b": "a\\\\"}]'
    path = write(tmp_path / "f.json", rows)
    first, second, third, last = read_array(path)
    assert (first[1], last[1]) == ({"a": 1}, {"a": 4, "b": "a\\"})
    assert second.reasons == ("the key `a` stands twice in one of its objects",) and "row 2" in second.where
    assert third.reasons == ("the key `d` stands twice in one of its objects",)
    (line, broken) = read_lines(write(tmp_path / "f.jsonl", b'{"a": 1}\n{"a": 1, "a": 1}'))
    assert line[1] == {"a": 1} and broken.where == "f.jsonl, line 2"
    one, two, three, again = read_members(
        write(tmp_path / "o.json", b'{"x": 1, "y": {"k": 1, "k": 2}, "z": 3, "x": 4}')
    )
    assert one[1:] == ("x", 1) and three[1:] == ("z", 3)
    assert "`k` stands twice" in two.reasons[0] and "`y`" in two.where
    assert again.reasons == ("its key stands twice in the file",) and again.row == "4"
    with pytest.raises(PictusError, match="the key `k` stands twice"):
        read_object(tmp_path / "o.json")


def test_a_broken_member_is_set_aside_and_the_rest_read(tmp_path):
    path = write(tmp_path / "o.json", b'{"x": 1, "y": nope, , "z": {"a": 3}}')
    one, two, three, four = read_members(path)
    assert one[1:] == ("x", 1) and four[1:] == ("z", {"a": 3})
    assert "nope" in two.row and three.reasons == ("a member is empty",)


PACKERS = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": lambda data: pa.Codec("zstd").compress(data, asbytes=True),
}


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("data", [b'[{"a": 1},\n {"a": 2}]\n', b'{"a": 1}\n{"a": 2}\n'])
def test_rows_are_read_whatever_the_name_of_the_file_says(tmp_path, packed, named, mark, end, data):
    wrong = ".json" if data.startswith(b"{") else ".jsonl"
    path = tmp_path / f"rows{wrong}{packed if named else ''}"
    path.write_bytes(PACKERS[packed](mark + data.replace(b"\n", end)))
    assert [row for _, row in read_rows(path)] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_a_packed_file_that_is_cut_short_is_named(tmp_path, packed):
    data = json.dumps([{"a": number} for number in range(10_000)]).encode()
    path = write(tmp_path / f"rows.json{packed}", PACKERS[packed](data)[:-20])
    with pytest.raises(PictusError, match=r"damaged or cut short|middle of its data") as caught:
        list(read_rows(path))
    assert path.name in caught.value.where


def test_an_object_over_many_lines_is_not_taken_for_lines(tmp_path):
    with pytest.raises(PictusError, match="expected a list of rows, found an object"):
        list(read_rows(write(tmp_path / "f.json", json.dumps({"a": [1]}, indent=1).encode())))
