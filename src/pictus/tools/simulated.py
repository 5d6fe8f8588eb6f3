"""Simulations of the outside world: prices, weather, shops. Nothing here is true; all of it comes again the same.

What a function would fetch from a service is drawn from a hash of what it was asked, so that a conversation can be
executed again, years later and without a network, with the same result.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def fraction(*about: object) -> float:
    """Draw a number from 0 up to 1 that depends on nothing but what it is about."""
    return int.from_bytes(_digest(about)[:6]) / 2**48


def whole(low: int, high: int, *about: object) -> int:
    """Draw a whole number between two bounds, both included."""
    return low + int(fraction(*about) * (high - low + 1))


def one_of(options: Sequence[T], *about: object) -> T:
    """Draw one of several."""
    return options[int(fraction(*about) * len(options))]


def several(options: Sequence[T], count: int, *about: object) -> list[T]:
    """Draw several different ones, in an order that is drawn too."""
    left = list(options)
    return [left.pop(int(fraction(place, *about) * len(left))) for place in range(min(count, len(left)))]


def key(*about: object) -> str:
    """Make a short name for what a service would have made: a file, an order, an entry."""
    return _digest(about)[:4].hex()


def _digest(about: tuple[object, ...]) -> bytes:
    text = "\0".join(" ".join(str(one).lower().split()) for one in about)
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
