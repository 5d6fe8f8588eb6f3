"""Marks are kept whole, in one place of the person, and none is lost."""

import subprocess
import sys

import pytest

from pictus.errors import PictusError
from pictus.store.marks import mark, read_marks, state_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PICTUS_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_marks_are_kept_and_taken_back(folder):
    assert read_marks() == frozenset() and not folder.exists()
    assert mark(["b", "a"], read=True) == {"a", "b"} == read_marks()
    assert (folder / "marks.json").read_text() == '{\n  "read": [\n    "a",\n    "b"\n  ]\n}\n'
    assert mark(["a", "never"], read=False) == {"b"} == read_marks()


def test_the_folder_is_where_xdg_says_unless_it_is_named(monkeypatch, tmp_path):
    for name in ("PICTUS_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local/state/pictus"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == tmp_path / ".local/state/pictus"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "x"))
    assert state_folder() == tmp_path / "x/pictus"
    monkeypatch.setenv("PICTUS_STATE", str(tmp_path / "own"))
    assert state_folder() == tmp_path / "own"


@pytest.mark.parametrize("text", ["", "[]", '{"read": null}', '{"read": "coco"}', '{"unread": []}', "\x00"])
def test_a_damaged_file_is_told_and_never_overwritten(folder, text):
    folder.mkdir()
    (folder / "marks.json").write_text(text)
    with pytest.raises(PictusError, match="cannot be read") as told:
        mark(["a"], read=True)
    assert told.value.where == str(folder / "marks.json")
    assert (folder / "marks.json").read_text() == text


@pytest.mark.serial
def test_processes_that_mark_at_once_lose_nothing(folder):
    code = "import sys; from pictus.store.marks import mark\nfor n in range(40): mark([f'{sys.argv[1]}{n}'], read=True)"
    running = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert read_marks() == {f"{name}{number}" for name in "abc" for number in range(40)}
    assert not list(folder.glob(".*.part"))
