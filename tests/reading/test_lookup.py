"""Rows that wait are given back as they were, by key, once, however many there are."""

import sqlite3

import pytest

from pictus.errors import PictusError
from pictus.reading.lookup import Lookup


def test_rows_come_back_by_key_and_only_once():
    with Lookup() as lookup:
        assert lookup.put("a", [1, {"b": None}]) and lookup.put("b", "text")
        assert not lookup.put("a", "another") and len(lookup) == 2
        assert lookup.get("a") == lookup.get("a") == [1, {"b": None}]
        assert lookup.take("a") == [1, {"b": None}] and lookup.take("a") is None
        assert list(lookup.keys()) == ["b"] and len(lookup) == 1


def test_more_than_the_cache_holds_waits_on_disk():
    text = "x" * 100_000
    with Lookup() as lookup:
        for number in range(600):
            lookup.put(str(number), [number, text])
        assert [lookup.take(str(number)) for number in (599, 0)] == [[599, text], [0, text]]
        assert len(lookup) == 598


def test_a_full_disk_is_told(monkeypatch):
    class Full:
        def execute(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

        def close(self):
            pass

    with Lookup() as lookup:
        monkeypatch.setattr(lookup, "_database", Full())
        with pytest.raises(PictusError, match="no room for rows that wait for others: database or disk is full"):
            lookup.put("a", 1)
