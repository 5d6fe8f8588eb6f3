"""CIDEr-D: how much a caption agrees with what several people said, where rare words count more than common ones."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pictus.benchmarks.coco_captions.grams import LONGEST, Grams, Numbers, Shared

Fractions: TypeAlias = NDArray[np.float64]
_TWICE_VARIANCE = 2 * 6.0**2  # of the difference of lengths that is forgiven


def cider(grams: list[Grams], common: list[Shared], picture_of: Numbers, pictures: int) -> Fractions:
    """Give the CIDEr of each picture, to the last digit as the official scorer does."""
    references = len(picture_of) - pictures
    of_reference = picture_of[:references]
    # What the official scorer takes for the length of a caption is the number of its pairs of words.
    lengths = np.bincount(grams[1].caption, grams[1].count, len(picture_of)).astype(np.int64)
    penalty = _penalty(lengths[references:][of_reference] - lengths[:references])
    scores = np.zeros((pictures, LONGEST))
    for place, (some, both) in enumerate(zip(grams, common, strict=True)):
        weight = some.count * _rarity(some, picture_of, pictures)[some.gram]
        norm = np.sqrt(_sums(some.caption, _squares(weight), len(picture_of)))
        product = np.minimum(weight[both.candidate], weight[both.reference]) * weight[both.reference]
        alike = _sums(some.caption[both.reference], product, references)
        norms = norm[references:][of_reference] * norm[:references]
        alike = np.divide(alike, norms, out=alike, where=norms != 0) * penalty
        scores[:, place] = _sums(of_reference, alike, pictures)
    found: Fractions = scores.mean(axis=1) / np.bincount(of_reference, minlength=pictures) * 10.0
    return found


def _sums(place: Numbers, values: Fractions, count: int) -> Fractions:
    """Add the values of each place, one after the other."""
    return np.bincount(place, values, count).astype(np.float64)  # of no values, numpy gives whole numbers


def _rarity(grams: Grams, picture_of: Numbers, pictures: int) -> Fractions:
    """Give the logarithm of how many times more pictures there are than pictures whose references have a run."""
    is_reference = grams.caption < len(picture_of) - pictures
    pairs = np.sort(picture_of[grams.caption[is_reference]] * grams.kinds + grams.gram[is_reference])
    once = pairs[np.diff(pairs, prepend=-1) != 0]  # the same as np.unique, which is slower without its extras
    with_it = np.bincount(once % max(grams.kinds, 1), minlength=grams.kinds)
    # Not math.log: its last digit differs from numpy's, which the official scorer takes.
    rarity: Fractions = np.log(float(pictures)) - np.log(np.maximum(1.0, with_it))
    return rarity


def _squares(weight: Fractions) -> Fractions:
    """Raise to the second power, whose last digit may differ from that of a product."""
    values, place = np.unique(weight, return_inverse=True)
    return np.array([value**2.0 for value in values.tolist()])[place]


def _penalty(difference: Numbers) -> Fractions:
    values, place = np.unique(difference, return_inverse=True)
    return np.array([math.e ** (-(float(value) ** 2) / _TWICE_VARIANCE) for value in values.tolist()])[place]
