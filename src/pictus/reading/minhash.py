"""Texts that are nearly the same, found among millions: MinHash signatures of word shingles, compared within bands.

The share of equal places in two signatures estimates the Jaccard similarity of the texts' shingles. Texts meet only
where a whole band of their signatures is equal, so nobody compares all pairs. With 16 bands of 8 places, two texts
whose similarity is 0.8 meet with a chance of 95 %, at 0.9 surely, at 0.5 in 6 %.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

Words: TypeAlias = Sequence[str]
Signatures: TypeAlias = npt.NDArray[np.uint16]
Hashes: TypeAlias = npt.NDArray[np.uint64]

BANDS, ROWS = 16, 8
PLACES = BANDS * ROWS
_SHINGLE = 3  # words
_ROUNDS = 16  # looks at one band: each takes the first of those that are left for the original
_random = np.random.default_rng(20240)
_FACTORS = _random.integers(1, 2**63, PLACES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _random.integers(0, 2**63, PLACES, dtype=np.uint64)
_WEIGHTS = _random.integers(1, 2**63, _SHINGLE, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def signatures(texts: Sequence[Words]) -> Signatures:
    """Make the signature of each text: 256 bytes, whatever its length."""
    if not texts:
        return np.zeros((0, PLACES), np.uint16)
    hashes = [_shingles(words) for words in texts]
    starts = np.cumsum([0, *map(len, hashes[:-1])])
    every = np.concatenate(hashes)
    made = np.empty((len(texts), PLACES), np.uint16)
    for place in range(PLACES):
        mixed = (every * _FACTORS[place] + _OFFSETS[place]) >> np.uint64(24)
        # Sixteen bits of each minimum tell as much: two that differ agree in them once in 65,536.
        made[:, place] = np.minimum.reduceat(mixed, starts).astype(np.uint16)
    return made


def near_pairs(made: Signatures, groups: Hashes, *, least: float) -> Iterator[tuple[int, int]]:
    """Give pairs of a text and an earlier one of its group that are at least so similar; one may come again."""
    for band in range(BANDS):
        part = np.ascontiguousarray(made[:, band * ROWS : (band + 1) * ROWS]).view(np.uint64)
        keys = _mix(_mix(part[:, 0]) + _mix(part[:, 1] ^ _WEIGHTS[0]) + groups * _WEIGHTS[1])
        left = np.argsort(keys, kind="stable")
        for _ in range(_ROUNDS):
            left, originals = _runs(keys, left)
            if not len(left):
                break
            equal = (made[left] == made[originals]).mean(axis=1) >= least
            yield from zip(originals[equal].tolist(), left[equal].tolist(), strict=True)
            left = left[~equal]


def _runs(keys: Hashes, order: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Take runs of equal keys apart into their first, and the rest beside its first."""
    sorted_keys = keys[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = sorted_keys[1:] != sorted_keys[:-1]
    firsts = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))] if len(order) else order
    return order[~is_first], firsts[~is_first]


def _shingles(words: Words) -> Hashes:
    codes = np.array([crc32(word.encode("utf-8", "surrogatepass")) for word in words] or [0], np.uint64)
    if len(codes) < _SHINGLE:
        codes = np.concatenate([codes, np.zeros(_SHINGLE - len(codes), np.uint64)])
    count = len(codes) - _SHINGLE + 1
    summed = codes[:count] * _WEIGHTS[0] + codes[1 : count + 1] * _WEIGHTS[1] + codes[2 : count + 2] * _WEIGHTS[2]
    return _mix(summed)


def _mix(values: Hashes) -> Hashes:
    """Spread differences over all bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
