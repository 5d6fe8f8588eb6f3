import os
import sqlite3
import threading

import pytest

from pictus.ask.journal import Journal
from pictus.errors import PictusError
from pictus.prompt import Usage


def put_all(journal, rows):
    """Put rows, and wait until all of them are said to be safe."""
    seen, done = [], threading.Event()

    def committed(tokens):
        seen.extend(tokens)
        if len(seen) == len(rows):
            done.set()

    journal.committed = committed
    for key, reply, settings in rows:
        journal.put(key, reply, token=key, **settings)
    assert done.wait(10)
    return seen


def test_what_was_committed_is_there_for_whoever_opens_it_next(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    rows = [(bytes([n]), b"reply %d" % n, {"usage": Usage(prompt=10, completion=2), "cost": 0.5}) for n in range(9)]
    assert put_all(journal, rows) == [key for key, *_ in rows]
    other = Journal(tmp_path / "journal.sqlite")  # the first is still open, as after kill -9
    assert other.get(bytes([3])).reply == b"reply 3"
    assert other.get(b"none") is None
    assert other.totals().answers == 9
    assert (other.totals().prompt, other.totals().cost) == (90, 4.5)
    other.close()
    journal.close()


def test_the_first_answer_to_a_request_stays(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    put_all(journal, [(b"k", b"first", {}), (b"k", b"second", {})])
    assert journal.get(b"k").reply == b"first"
    journal.close()


def test_failures_are_kept_with_what_may_help_and_passing_ones_can_be_forgotten(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    failed = [
        (b"a", b"", {"failed": "refused", "remedy": "set_aside"}),
        (b"b", b"", {"failed": "500", "remedy": "retry"}),
    ]
    put_all(journal, failed)
    assert (journal.get(b"a").failed, journal.get(b"a").remedy) == ("refused", "set_aside")
    journal.forget_passing()
    assert journal.get(b"b") is None and journal.get(b"a") is not None
    assert journal.totals().answers == 0
    journal.close()


def test_answers_are_committed_in_groups_within_a_moment(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    groups, done = [], threading.Event()

    def committed(tokens):
        groups.append(len(tokens))
        if sum(groups) == 1000:
            done.set()

    journal.committed = committed
    for n in range(1000):
        journal.put(n.to_bytes(2), b"x", token=n)
    assert done.wait(10)
    assert max(groups) <= 256 and len(groups) < 500
    journal.close()


def test_a_file_that_is_no_journal_is_named(tmp_path):
    (tmp_path / "j").write_bytes(b"this is no database" * 100)
    with pytest.raises(PictusError, match="cannot be opened") as caught:
        Journal(tmp_path / "j")
    assert "damaged" in caught.value.mend


def test_a_journal_of_a_later_version_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "j") as other:
        other.execute("pragma user_version = 99")
    with pytest.raises(PictusError, match="version 99"):
        Journal(tmp_path / "j")


def test_a_journal_that_cannot_be_written_says_so(tmp_path):
    journal = Journal(tmp_path / "j")
    with sqlite3.connect(tmp_path / "j") as other:
        other.execute("drop table answer")
    told = threading.Event()
    journal.committed = lambda tokens: told.set()
    journal.put(b"k", b"x", token=1)
    assert told.wait(10)
    with pytest.raises(PictusError, match="cannot be written"):
        journal.put(b"l", b"x")
    with pytest.raises(PictusError, match="cannot be written"):
        journal.close()


def test_a_row_that_no_table_takes_ends_the_run_and_not_the_writer(tmp_path):
    journal, told = Journal(tmp_path / "j"), threading.Event()
    journal.committed = lambda tokens: told.set()
    journal.put(b"k", b"x", usage=Usage(prompt=10**30), token=1)
    assert told.wait(10)
    with pytest.raises(PictusError, match="cannot be written"):
        journal.put(b"l", b"x")
    with pytest.raises(PictusError, match="cannot be written"):
        journal.close()


def test_nobody_is_told_to_move_away_a_journal_that_is_whole(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    Journal(tmp_path / "held").close()
    with sqlite3.connect(tmp_path / "held") as other:
        other.execute("pragma journal_mode = delete")
    other.close()
    (tmp_path / "held").chmod(0o400)
    paths = [tmp_path / "file" / "j", tmp_path / "folder"]
    paths += [] if os.geteuid() == 0 else [tmp_path / "held"]  # root may write everything
    for path in paths:
        with pytest.raises(PictusError, match="cannot be opened") as caught:
            Journal(path)
        assert "nothing is lost" in caught.value.mend


def test_a_journal_that_is_damaged_in_the_middle_says_so(tmp_path):
    journal = Journal(tmp_path / "j")
    put_all(journal, [(b"k", b"x", {})])
    with sqlite3.connect(tmp_path / "j") as other:
        other.execute("update answer set reply = x'00'")
    with pytest.raises(PictusError, match="cannot be read") as caught:
        journal.get(b"k")
    assert "damaged" in caught.value.mend
    journal.close()
