"""Find which of many pictures look like those of a test set, by their perceptual hashes and details.

All are compared with all, in blocks, by counting the bits in which two hashes differ: 64 bits with a radius of ten have
no band that must be equal, and a core compares some hundreds of millions a second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pictus.scoring.overlap.prints import Print, details_differ

PROBABLE, CANDIDATE = 4, 10  # bits of 64 in which two hashes differ, at most
UNLIKE = 20  # bits; from here on two pictures have nothing in common, whatever they are called
_AT_ONCE = 4_000_000  # comparisons: 32 MB of numbers


@dataclass(frozen=True, slots=True)
class _Agreement:
    """How far the details of two pictures may lie apart."""

    fields: int  # of 240
    colour: float  # of 255

    def holds(self, one: bytes, others: Sequence[bytes]) -> npt.NDArray[np.bool_]:
        fields, colours = details_differ(one, others)
        agrees: npt.NDArray[np.bool_] = (fields <= self.fields) & (colours <= self.colour)
        return agrees


# What is near already must not be contradicted: pages and charts. What is a candidate must be confirmed.
_NOT_CONTRADICTED, _CONFIRMED = _Agreement(60, 12.0), _Agreement(44, 4.0)


class Lookalikes:
    """The pictures of a test set, each also as its mirror image."""

    def __init__(self, prints: Sequence[tuple[Print, Print] | None]) -> None:
        both = [(number, one) for number, ways in enumerate(prints) for one in ways or () if one.near is not None]
        self._numbers = [number for number, _ in both]
        self._details = [one.detail for _, one in both]
        self._hashes = np.array([one.near for _, one in both], np.uint64)

    def like(self, prints: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, int]]:
        """Give pairs: the place of a hash with its detail, and the number of a picture that looks like it."""
        if not prints or not len(self._hashes):
            return
        hashes = np.array([near for near, _ in prints], np.uint64)
        step = max(_AT_ONCE // len(self._hashes), 1)
        for start in range(0, len(hashes), step):
            bits = np.bitwise_count(hashes[start : start + step, None] ^ self._hashes[None, :])
            places, columns = np.nonzero(bits <= CANDIDATE)
            firsts = np.flatnonzero(np.diff(places, prepend=-1))
            for place, mine in zip(places[firsts].tolist(), np.split(columns, firsts[1:]), strict=False):
                agreeing = self._agreeing(prints[start + place][1], mine, bits[place])
                yield from ((start + place, number) for number in agreeing)

    def _agreeing(self, detail: bytes, columns: npt.NDArray[np.intp], bits: npt.NDArray[np.uint8]) -> Iterator[int]:
        details = [self._details[column] for column in columns.tolist()]
        is_probable = bits[columns] <= PROBABLE
        agrees = np.where(is_probable, _NOT_CONTRADICTED.holds(detail, details), _CONFIRMED.holds(detail, details))
        yield from dict.fromkeys(self._numbers[column] for column in columns[agrees].tolist())


def are_unlike(one: Print, ways: tuple[Print, Print]) -> bool:
    """Say whether two pictures surely differ; nobody knows it of a picture that is plain all over."""
    nears = [way.near for way in ways if way.near is not None]
    return one.near is not None and all((one.near ^ near).bit_count() > UNLIKE for near in nears) and bool(nears)
