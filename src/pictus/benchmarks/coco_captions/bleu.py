"""BLEU: which share of a caption's words, pairs of words and so on its references have as well."""

import math
from collections.abc import Sequence

import numpy as np

from pictus.benchmarks.coco_captions.grams import LONGEST, Grams, Numbers, Shared

# They keep the official scorer from dividing by nothing, and are part of every figure.
_SMALL = 1e-9
_TINY = 1e-15


def bleu(
    grams: list[Grams], common: list[Shared], picture_of: Numbers, lengths: Sequence[int], pictures: int
) -> tuple[list[list[float]], list[float]]:
    """Give BLEU of one to four words, of each picture and of all together."""
    references = len(picture_of) - pictures
    right = np.stack([_right(*one, picture_of, pictures) for one in zip(grams, common, strict=True)], axis=1).tolist()
    said = lengths[references:]
    meant = _closest(picture_of[:references].tolist(), lengths[:references], said)
    each = [_bleu(*one) for one in zip(right, map(_runs, said), said, meant, strict=True)]
    together = [sum(column) for column in zip(*right, strict=True)]
    runs = [sum(column) for column in zip(*map(_runs, said), strict=True)]
    return each, _bleu(together, runs, sum(said), sum(meant))


def _right(grams: Grams, common: Shared, picture_of: Numbers, pictures: int) -> Numbers:
    """Count the runs of each candidate that a reference has; as often as the one that has them most often."""
    most = np.zeros(len(grams.count), np.int64)
    both = np.minimum(grams.count[common.candidate], grams.count[common.reference])
    np.maximum.at(most, common.candidate, both)
    right: Numbers = np.bincount(picture_of[grams.caption], most, pictures).astype(np.int64)
    return right


def _closest(picture_of: Sequence[int], references: Sequence[int], said: Sequence[int]) -> list[int]:
    """Choose for each picture the length of a reference that is closest to the candidate's, the shorter of two."""
    found: dict[int, tuple[int, int]] = {}
    for picture, length in zip(picture_of, references, strict=True):
        far = (abs(length - said[picture]), length)
        found[picture] = min(far, found.get(picture, far))
    return [found[picture][1] for picture in range(len(said))]


def _runs(words: int) -> list[int]:
    return [max(0, words - place) for place in range(LONGEST)]


def _bleu(right: Sequence[int], runs: Sequence[int], said: int, meant: int) -> list[float]:
    ratio = (said + _TINY) / (meant + _SMALL)
    short = math.exp(1 - 1 / ratio) if ratio < 1 else 1.0
    figures, product = [], 1.0
    for place in range(LONGEST):
        product *= (right[place] + _TINY) / (runs[place] + _SMALL)
        figures.append(product ** (1.0 / (place + 1)) * short)
    return figures
