import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.scoring.edit_distance import edit_distance


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("é", "e\u0301", 2), ("ab", "ba", 2)],
)
def test_edits_are_counted_by_hand(one, other, edits):
    assert edit_distance(one, other) == edit_distance(other, one) == edits


@given(st.text("abc", max_size=90), st.text("abc", max_size=90))
def test_bits_count_as_the_table_does(one, other):
    row = list(range(len(other) + 1))
    for number, sign in enumerate(one, 1):
        before, row = row, [number]
        for place, there in enumerate(other):
            row.append(min(row[-1] + 1, before[place + 1] + 1, before[place] + (sign != there)))
    assert edit_distance(one, other) == row[-1]
