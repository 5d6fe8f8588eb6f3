"""How far a mean may lie from what other questions would have shown, where questions of one picture go together.

Items of a picture are right and wrong together, so that a thousand questions on a hundred pictures tell less than a
thousand pictures would. Every error here is worked out from the sums of whole pictures.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import expm1, log1p, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
RESAMPLES = 2_000
_DRAWS = 4_000_000  # pictures drawn at once: 32 MB of numbers
_NORMAL = NormalDist()
_MANY = 1_000_000  # degrees of freedom, of which nobody can tell Student's t from the normal distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean, and between what it lies with the certainty of `level`."""

    mean: float
    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Clusters:
    """Values summed by the picture that they are about."""

    sums: NDArray[np.float64]
    sizes: NDArray[np.float64]

    @property
    def items(self) -> float:
        """Count the values."""
        return float(self.sizes.sum())

    @property
    def mean(self) -> float:
        """Give the mean of the values, not of the pictures."""
        return float(self.sums.sum()) / self.items

    @property
    def freedom(self) -> int:
        """Give the degrees of freedom that the error is known with."""
        return max(len(self.sums) - 1, 1)


def clusters_of(values: Iterable[float], pictures: Iterable[Hashable]) -> Clusters:
    """Sum values by picture; an item without a picture, whose name is empty, stands alone."""
    kept = np.fromiter(values, np.float64)
    names: list[Hashable] = [(place,) if picture == "" else picture for place, picture in enumerate(pictures)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    where = np.fromiter(map(numbers.__getitem__, names), np.int64, len(names))
    sums, sizes = np.bincount(where, kept, len(numbers)), np.bincount(where, minlength=len(numbers))
    return Clusters(sums.astype(np.float64), sizes.astype(np.float64))


def standard_error(clusters: Clusters, *, mean: float | None = None) -> float:
    """Give the cluster-robust standard error of the mean; infinite for a single picture, of which nobody knows it."""
    count = len(clusters.sums)
    if count < 2:
        return float("inf")
    strays = clusters.sums - (clusters.mean if mean is None else mean) * clusters.sizes
    return sqrt(count / (count - 1) * float(strays @ strays)) / clusters.items


def mean_interval(clusters: Clusters, *, unbounded: bool = False, level: float = LEVEL) -> Interval:
    """Give the mean with its interval: Wilson's on the effective number of items, for values between 0 and 1.

    It stays between 0 and 1, and does not call a mean certain because a small sample was all right or all wrong: there
    each picture counts as one item. Unbounded values have the plain interval around the mean.
    """
    mean, error, times = clusters.mean, standard_error(clusters), quantile(level, clusters.freedom)
    if unbounded:
        return Interval(mean=mean, low=mean - times * error, high=mean + times * error, level=level)
    spread = mean * (1 - mean)
    if spread > 0 and 0 < error < float("inf"):
        count = spread / error**2
    else:  # there is no error to go by, and thus no doubt about it either
        count, times = float(len(clusters.sums)), quantile(level, _MANY)
    shrink = 1 + times**2 / count
    middle = (mean + times**2 / (2 * count)) / shrink
    half = times * sqrt(max(spread, 0.0) / count + times**2 / (4 * count**2)) / shrink
    return Interval(
        mean=mean, low=max(min(middle - half, mean), 0.0), high=min(max(middle + half, mean), 1.0), level=level
    )


def bootstrap_interval(clusters: Clusters, *, seed: int = 0, level: float = LEVEL) -> Interval:
    """Give the mean with the interval of its resampled likes: whole pictures are drawn, with repetition."""
    count, rng = len(clusters.sums), np.random.default_rng(seed)
    at_once = max(_DRAWS // count, 1)
    means: list[NDArray[np.float64]] = []
    for start in range(0, RESAMPLES, at_once):
        drawn = rng.integers(0, count, (min(at_once, RESAMPLES - start), count))
        means.append(clusters.sums[drawn].sum(axis=1) / clusters.sizes[drawn].sum(axis=1))
    low, high = np.quantile(np.concatenate(means), ((1 - level) / 2, (1 + level) / 2))
    return Interval(mean=clusters.mean, low=float(low), high=float(high), level=level)


def quantile(level: float, freedom: int) -> float:
    """Give how many standard errors hold a share of the middle, of Student's t by Wallace's approximation.

    It errs to the wide side where there are few degrees of freedom: by a hundredth at three, by nothing at ten.
    """
    normal = _NORMAL.inv_cdf((1 + level) / 2) * (8 * freedom + 3) / (8 * freedom + 1)
    return sqrt(freedom * expm1(normal**2 / freedom))


def upper_tail(errors: float, freedom: int) -> float:
    """Give the chance of so many standard errors or more, by the same approximation."""
    normal = (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log1p(errors**2 / freedom))
    return _NORMAL.cdf(-normal if errors >= 0 else normal)
