"""How far an answer agrees with what several people answered."""

from collections.abc import Sequence
from functools import lru_cache

_ENOUGH = 3  # of the other people: then the answer is as good as theirs


def agreement(given: Sequence[str], answer: str) -> float:
    """Give the mean, over the people, of how good an answer is by what the others gave."""
    if given.count(answer) > _ENOUGH:
        return 1.0
    return _agreement(tuple([text == answer for text in given]))


@lru_cache(1024)  # of ten people, three at most agree in 176 ways
def _agreement(agrees: tuple[bool, ...]) -> float:
    count = sum(agrees)
    return mean_of_people([count - one for one in agrees])


def mean_of_people(others: Sequence[int]) -> float:
    """Give the mean, over the people, of how good an answer is that so many of the others gave: three are enough.

    They are added up in the order of the people, which decides the last bit.
    """
    parts = [min(1, float(count) / _ENOUGH) for count in others]
    return float(sum(parts)) / len(parts)
