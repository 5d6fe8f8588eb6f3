"""Samples as the one array that a model takes: one behind the other, or one below the other."""

from collections.abc import Sequence

import numpy as np

from pictus.learn.step import IGNORED, Pixels, Row, Sample, Tokens


def packed(samples: Sequence[Sample]) -> Row:
    """Lay samples one behind the other: positions begin again with each, by which the model keeps them apart.

    There is no mask on purpose: with one, even all of ones, transformers looks for no samples in a row, and each sees
    those before it.
    """
    assert samples
    return Row(
        tokens=np.concatenate([sample.tokens for sample in samples])[None],
        labels=np.concatenate([_labels(sample) for sample in samples])[None],
        positions=np.concatenate([np.arange(len(sample.tokens)) for sample in samples])[None],
        pictures=_pictures(samples),
        samples=tuple(sample.id for sample in samples),
    )


def padded(samples: Sequence[Sample], pad: int) -> Row:
    """Lay samples one below the other, filled up on the right to the longest."""
    assert samples
    shape = len(samples), max(len(sample.tokens) for sample in samples)
    tokens, labels, mask = np.full(shape, pad, np.int64), np.full(shape, IGNORED, np.int64), np.zeros(shape, np.int64)
    for row, sample in enumerate(samples):
        count = len(sample.tokens)
        tokens[row, :count], labels[row, :count], mask[row, :count] = sample.tokens, _labels(sample), 1
    return Row(
        tokens=tokens,
        labels=labels,
        mask=mask,
        pictures=_pictures(samples),
        samples=tuple(sample.id for sample in samples),
    )


def _labels(sample: Sample) -> Tokens:
    """Ignore the first label: nothing of its own sample foretells it, and what stands before it is another one."""
    labels = sample.labels.copy()
    labels[:1] = IGNORED
    return labels


def _pictures(samples: Sequence[Sample]) -> Pixels:
    pictures = [picture for sample in samples for picture in sample.pictures]
    return np.stack(pictures) if pictures else np.zeros((0, 3, 0, 0), np.uint8)
