"""A folder that is there whole, or not at all."""

import pytest

from pictus.errors import PictusError
from pictus.store.whole_folder import whole_folder


def test_it_appears_when_it_is_whole(tmp_path):
    with whole_folder(tmp_path / "out") as folder:
        (folder / "a").mkdir()
        (folder / "a/b").write_text("x")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out/a/b").read_text() == "x"


def test_an_error_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out") as folder:
        (folder / "b").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_mixed_or_replaced_but_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    with whole_folder(tmp_path / "out") as folder:
        (folder / "b").write_text("x")
    for _ in range(2):
        with pytest.raises(PictusError, match="there already"), whole_folder(tmp_path / "out"):
            pass
    assert (tmp_path / "out/b").read_text() == "x"
