"""How far an answer agrees with what several people answered."""

from functools import lru_cache

_ENOUGH = 3  # of the other people: then the answer is as good as theirs


@lru_cache(4096)  # ten people can agree with an answer in 1,024 ways
def agreement(matches: tuple[bool, ...]) -> float:
    """Give the mean, over the people, of how many of the others an answer matches: three are enough.

    Args:
        matches: for each of the people, in their order, whether the answer is theirs. The order decides the last bit
            of the sum.
    """
    total = sum(matches)
    return mean_of_people([total - own for own in matches])


def mean_of_people(others: list[int]) -> float:
    """Give the mean, over the people, of how good an answer is that so many of the others gave."""
    parts = [min(1, float(count) / _ENOUGH) for count in others]
    return float(sum(parts)) / len(parts)
