"""Which rows of a corpus no stage learns from, so that a model can be measured on them.

It follows from the seed and the number of rows alone. So it is the same rows for each part of a recipe that takes some
of this corpus, in any stage, whichever stages are blended: what one stage is measured on no other one has learned.
"""

import numpy as np

from pictus.steps.blend.order import Integers, permuted, shuffles_of

REASON = "kept to measure by"


def held_rows(rows: int, count: int, seed: int) -> Integers:
    """Give the numbers of the rows that are held out of a corpus, the smallest first."""
    count = min(count, rows)
    zeros = np.zeros(count, np.int64)
    return np.sort(permuted(np.arange(count), zeros, zeros, shuffles_of([rows], seed, "held out")))
