"""Rows: what a file looks like is told from its beginning."""

from pictus.reading import rows
from pictus.reading.json import read_rows
from pictus.record import Origin, make_record


def test_an_array_on_one_long_line_is_not_read_whole_to_see_its_first_row(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b' \n[{"a": 1}, {"b": "' + b"b" * 2**22)  # and there it was cut short
    assert rows.looks_like(path, lambda row: row == {"a": 1})


def test_lines_may_begin_with_a_mark_of_utf_8_and_blank_ones(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\n \n{"a": 1}\n')
    assert rows.looks_like(path, lambda row: row == {"a": 1})


def test_an_id_is_text_to_its_last_digit_or_its_row_is_set_aside(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_text('{"id": 9007199254740993}\n{"id": "0012"}\n{"id": 123456789012345678901234}\n{"id": 1.5}\n')

    def record(row, where):
        return make_record(Origin(dataset="d", key=rows.key_of(row, where)))

    first, second, third, fourth = rows.record_rows(read_rows(path), record)
    assert [one.origin.key for one in (first, second, fourth)] == ["9007199254740993", "0012", "1.5"]
    assert "some are lost" in third.reasons[0] and third.where == "some.jsonl, line 3"
