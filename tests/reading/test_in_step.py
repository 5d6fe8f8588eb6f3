"""A second file is followed beside a first in any order, and each of its rows is given once or told at the end."""

from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.in_step import Partner
from pictus.record import Reject

KEYS = st.lists(st.integers(0, 9))


def follow(asked, rows):
    """Ask for keys one after the other; give what came back, and what was told."""
    placed = [(f"b, row {number}", {"key": key, "number": number}) for number, key in enumerate(rows)]
    found, told = [], []

    def drain(generator):
        while True:
            try:
                told.append(next(generator))
            except StopIteration as end:
                return end.value

    with Partner("b", placed, lambda row, _: str(row["key"])) as partner:
        found = [drain(partner.row_of(str(key))) for key in asked]
        drain(partner.rest("a"))
    return found, told


@given(KEYS, KEYS)
def test_each_key_gets_a_row_of_its_own_and_no_row_is_lost(asked, rows):
    found, told = follow(asked, rows)
    given_rows = [row for row in found if row is not None]
    assert [row[1]["key"] for row in given_rows] == [key for key, row in zip(asked, found, strict=True) if row]
    numbers = [row[1]["number"] for row in given_rows]
    assert len(set(numbers)) == len(numbers)
    for key in set(asked):
        assert (key in rows) == any(row is not None and row[1]["key"] == key for row in found)
    doubled = sum(reject.reasons == ("its id stands twice in the file",) for reject in told)
    left = sum(int(reject.row.split(" in all")[0]) for reject in told if reject.where == "b")
    assert len(given_rows) + doubled + left == len(rows)


def test_files_in_step_are_read_no_further_than_needed():
    read = []

    def rows():
        for key in range(100):
            read.append(key)
            yield f"row {key}", {"key": key}

    with Partner("b", rows(), lambda row, _: str(row["key"])) as partner:
        for key in range(10):
            assert list(partner.row_of(str(key))) == []
    assert read == list(range(10))


def test_rows_without_a_key_or_with_too_many_brackets_are_told_and_the_others_stay():
    deep = []
    for _ in range(600):
        deep = [deep]
    placed = [("row 1", {}), Reject(where="row 2", reasons=("not JSON",)), ("row 3", {"key": 3, "deep": deep})]
    with Partner("b", [*placed, ("row 4", {"key": 4})], lambda row, _: str(row["key"])) as partner:
        told = list(partner.row_of("4"))
    assert [(reject.where, reject.reasons[0]) for reject in told] == [
        ("row 1", "it has no 'key'"),
        ("row 2", "not JSON"),
        ("row 3", "brackets inside brackets, too many to use"),
    ]
