"""What a model's eyes expect of a picture, and a picture of nothing for processes that have none to show."""

from dataclasses import dataclass, replace

import numpy as np

from pictus.learn.step import IGNORED, Row, Tokens


@dataclass(frozen=True, slots=True)
class Sight:
    """What a picture is to a model."""

    token: int  # stands in the text for each of its places
    places: int  # that a picture takes
    height: int  # pixels
    width: int
    mean: tuple[float, float, float]  # of brightness in 0..1, by colour
    std: tuple[float, float, float]


def with_picture(row: Row, sight: Sight) -> Row:
    """Add a picture of nothing to a row without pictures, as one more sample that nothing is learned from.

    Processes go through the eyes together, or wait for one another for ever; the ones beside it show a picture.
    """
    places = np.full((1, sight.places), sight.token, np.int64)
    pixels = np.zeros((1, 3, sight.height, sight.width), np.uint8)
    if row.mask is None:
        counted = np.arange(row.tokens.shape[1], dtype=np.int64)[None]
        positions = counted if row.positions is None else row.positions
        return replace(
            row,
            tokens=np.concatenate([row.tokens, places], axis=1),
            labels=np.concatenate([row.labels, np.full_like(places, IGNORED)], axis=1),
            positions=np.concatenate([positions, np.arange(sight.places, dtype=np.int64)[None]], axis=1),
            pictures=pixels,
        )
    length = max(row.tokens.shape[1], sight.places)
    padding = int(row.tokens[0, 0])  # any token but that of pictures, for the mask hides it
    return replace(
        row,
        tokens=_stacked(row.tokens, places, length, padding),
        labels=_stacked(row.labels, np.full_like(places, IGNORED), length, IGNORED),
        mask=_stacked(row.mask, np.ones_like(places), length, 0),
        pictures=pixels,
    )


def _stacked(rows: Tokens, last: Tokens, length: int, filling: int) -> Tokens:
    return np.concatenate(
        [np.pad(part, ((0, 0), (0, length - part.shape[1])), constant_values=filling) for part in (rows, last)]
    )
