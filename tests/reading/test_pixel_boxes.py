"""A box stays inside its picture, whatever the pixels say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.pixel_boxes import box_of
from pictus.reading.rows import BadRow

NUMBERS = st.floats(-1e9, 1e9) | st.integers(-(10**12), 10**12)


@given(st.tuples(NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS), st.tuples(st.integers(1, 5000), st.integers(1, 5000)))
def test_a_box_lies_inside_its_picture_or_is_none(corner, sides, picture):
    box = box_of("mug", corner, sides, picture=picture)
    if box is None:
        x, y = corner
        gone = sides[0] <= 0 or sides[1] <= 0 or x >= picture[0] or y >= picture[1] or x + sides[0] <= 0
        assert gone or y + sides[1] <= 0 or min(sides) < 1e-3
    else:
        assert 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1


@pytest.mark.parametrize("wrong", [math.inf, math.nan])
def test_a_number_that_is_none_is_refused(wrong):
    with pytest.raises(BadRow, match="not finite"):
        box_of("mug", (0, 0), (wrong, 1), picture=(10, 10))
