"""A JSON file that stops too early is told at once, whatever stands at its end; a whole one passes."""

import gzip

import pytest

from pictus.errors import PictusError
from pictus.reading.cut_short import refuse_cut_short


@pytest.mark.parametrize("text", ['{"a": 1}', "[1, 2]\n\n", " " * 20 + "{}" + " " * 90])
def test_a_whole_file_passes(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    assert refuse_cut_short(path) == path


@pytest.mark.parametrize("text", ["", '{"a": "b', "[1, 2,", '{"a": {"b": "c"}, ' * 300])
def test_one_that_stops_too_early_is_told_with_its_size(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(PictusError, match=f"after {len(text):,} bytes it stops") as caught:
        refuse_cut_short(path)
    assert caught.value.where == str(path)


def test_a_packed_file_is_left_to_its_own_reader(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(gzip.compress(b'{"a": 1}'))
    assert refuse_cut_short(path) == path


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(PictusError, match="cannot read the file"):
        refuse_cut_short(tmp_path / "a.json")
