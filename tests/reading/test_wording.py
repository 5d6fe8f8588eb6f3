"""Numbers are said with the word that fits them."""

import pytest

from pictus.reading.wording import count_of


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (1, ("record",), "1 record"),
        (0, ("record",), "0 records"),
        (2000, ("record",), "2,000 records"),
        (1, ("batch", "batches"), "1 batch"),
        (2, ("row was", "rows were"), "2 rows were"),
    ],
)
def test_one_is_said_as_one(count, words, said):
    assert count_of(count, *words) == said
