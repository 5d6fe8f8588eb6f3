"""How long to wait before a server is asked again that says nothing of it: longer each time."""

from collections.abc import Callable
from random import random

_LONGEST_SECONDS = 60.0


def backoff(failures: int, first_seconds: float, chance: Callable[[], float] = random) -> float:
    """Give a wait from none to twice the last one, by chance: those who failed together return apart."""
    return chance() * min(first_seconds * 2.0 ** min(failures - 1, 20), _LONGEST_SECONDS)
