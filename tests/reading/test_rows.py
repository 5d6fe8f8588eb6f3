"""Rows: what a file looks like is told from its beginning."""

from pictus.reading import rows


def test_an_array_on_one_long_line_is_not_read_to_see_that_it_is_no_json_lines(tmp_path, monkeypatch):
    path = tmp_path / "some.json"
    path.write_text(' \n[{"a": 1}]')
    monkeypatch.setattr(rows, "read_lines", lambda path: 1 / 0)
    assert not rows.looks_like(path, lambda row: True, lines=True)


def test_lines_may_begin_with_a_mark_of_utf_8_and_blank_ones(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\n \n{"a": 1}\n')
    assert rows.looks_like(path, lambda row: row == {"a": 1}, lines=True)
