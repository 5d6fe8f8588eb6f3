"""How far an answer agrees with what several people answered."""

from collections.abc import Sequence

_ENOUGH = 3  # of the other people: then the answer is as good as theirs


def agreement(given: Sequence[str], answer: str) -> float:
    """Give the mean, over the people, of how good an answer is by what the others gave."""
    count = given.count(answer)
    if not count:
        return 0.0
    if count > _ENOUGH:
        return 1.0
    return mean_of_people([count - (text == answer) for text in given])


def mean_of_people(others: Sequence[int]) -> float:
    """Give the mean, over the people, of how good an answer is that so many of the others gave: three are enough.

    They are added up in the order of the people, which decides the last bit.
    """
    parts = [min(1, float(count) / _ENOUGH) for count in others]
    return float(sum(parts)) / len(parts)
