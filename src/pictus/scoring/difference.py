"""Whether two models differ on the same questions, by how much, and whether so little that nobody need care.

The size comes first. The tests that follow know that questions of a picture go together; McNemar's does not, and is
given because people ask for it.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

import numpy as np

from pictus.scoring.intervals import (
    LEVEL,
    Clusters,
    Interval,
    bootstrap_interval,
    clusters_of,
    quantile,
    standard_error,
    upper_tail,
)

_NOTHING = 1e-9  # a change of a score that rounding makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Two one-sided tests: is the difference smaller than the margin, whichever way it goes?"""

    margin: float
    interval: Interval  # of 90 %: within the margin if, and only if, p is below 0.05
    p: float
    is_equivalent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """B less A, over the items that both have."""

    items: int
    groups: int  # pictures; an item without one stands alone
    difference: float  # of the mean scores
    interval: Interval
    better: int  # items with a higher score in B
    worse: int
    p: float  # that there is no difference; pictures are independent, items of one are not
    mcnemar_p: float  # exact, as if all items were independent
    equivalence: Equivalence


def difference_of(
    before: Sequence[float], after: Sequence[float], pictures: Sequence[Hashable], *, margin: float, seed: int = 0
) -> Difference:
    """Compare the scores of two models on the same items."""
    changes = [new - old for old, new in zip(before, after, strict=True)]
    clusters = clusters_of(changes, pictures)
    better, worse = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    most = max(map(abs, changes))
    careful = _with_doubt(clusters, most)
    moved = np.any(clusters.sums != clusters.mean * clusters.sizes)
    return Difference(
        items=len(changes),
        groups=len(clusters.sums),
        difference=clusters.mean,
        # Drawing again from values that are all the same shows nothing of how they could have differed.
        interval=bootstrap_interval(clusters, seed=seed) if moved else _around(clusters.mean, careful, max(most, 1.0)),
        better=better,
        worse=worse,
        p=_two_sided(careful),
        mcnemar_p=mcnemar(better, worse),
        equivalence=_equivalence(clusters.mean, careful, margin),
    )


def mcnemar(better: int, worse: int) -> float:
    """Give the exact two-sided chance of a split at least as uneven, were both ways equally likely.

    For scores between right and wrong it is the sign test: how far an item moved does not count.
    """
    count, fewer = better + worse, min(better, worse)
    if 2 * fewer == count:
        return 1.0
    chances = (lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1) - count * log(2) for k in range(fewer + 1))
    return min(1.0, 2 * sum(map(exp, chances)))


@dataclass(frozen=True, slots=True)
class _Careful:
    """A mean that two more pictures were mixed into, and its error."""

    mean: float
    error: float
    freedom: int


def _with_doubt(clusters: Clusters, most: float) -> _Careful:
    """Add two pictures of the usual size, half a flip each way, as Agresti and Min do for pairs of items.

    So models that agreed on five pictures are not taken to agree on all.
    """
    usual = clusters.items / len(clusters.sums)
    step = (most if most > _NOTHING else 1.0) * usual * sqrt(0.5)
    more = Clusters(np.append(clusters.sums, (step, -step)), np.append(clusters.sizes, (usual, usual)))
    return _Careful(more.mean, standard_error(more), clusters.freedom)


def _two_sided(careful: _Careful) -> float:
    return min(1.0, 2 * upper_tail(abs(careful.mean) / careful.error, careful.freedom))


def _around(mean: float, careful: _Careful, most: float) -> Interval:
    half = quantile(LEVEL, careful.freedom) * careful.error
    low, high = careful.mean - half, careful.mean + half
    return Interval(mean=mean, low=max(min(low, mean), -most), high=min(max(high, mean), most))


def _equivalence(mean: float, careful: _Careful, margin: float) -> Equivalence:
    p = max(
        upper_tail((margin - careful.mean) / careful.error, careful.freedom),
        upper_tail((margin + careful.mean) / careful.error, careful.freedom),
    )
    half = quantile(0.9, careful.freedom) * careful.error
    interval = Interval(mean=mean, low=careful.mean - half, high=careful.mean + half, level=0.9)
    return Equivalence(margin=margin, interval=interval, p=p, is_equivalent=p < 0.05)
