"""A picture of nothing, for processes that have none to show while others look at theirs."""

from dataclasses import replace

import numpy as np

from pictus.learn.model.pictures import Pictures
from pictus.learn.step import IGNORED, Row, Tokens


def with_picture(row: Row, pictures: Pictures) -> Row:
    """Add a picture of nothing to a row without pictures, as one more sample that nothing is learned from.

    Processes go through the eyes together, or wait for one another for ever; the ones beside it show a picture.
    """
    places = np.full((1, pictures.tokens), pictures.image_id, np.int64)
    pixels = np.zeros((1, 3, pictures.side, pictures.side), np.uint8)
    if row.mask is None:
        counted = np.arange(row.tokens.shape[1], dtype=np.int64)[None]
        positions = counted if row.positions is None else row.positions
        return replace(
            row,
            tokens=np.concatenate([row.tokens, places], axis=1),
            labels=np.concatenate([row.labels, np.full_like(places, IGNORED)], axis=1),
            positions=np.concatenate([positions, np.arange(pictures.tokens, dtype=np.int64)[None]], axis=1),
            pictures=pixels,
        )
    length = max(row.tokens.shape[1], pictures.tokens)
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
