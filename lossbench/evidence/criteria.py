"""The statistics by which claims are judged.

An answer is True or False only where the seeds show it, and None where they do not decide:

- ``most``: a condition holds for more than half of the seeds, and the whole exact 95 % interval of
  that share lies above one half (Clopper and Pearson 1934, by ``scipy.stats.binomtest``). Of 30
  seeds these are at least 21.
- ``ahead``: the whole interval of the probability of being better lies above one half, as in
  ``probability``.
- ``above``: the whole 95 % interval of a difference lies above a bound. That of one split is the
  bootstrap over seeds, of medians or of standard deviations; that of several is of the mean over
  splits, as in ``over_splits``.
- ``inside``: that whole interval lies between two bounds.

Where both experiments have the same seeds, these may be resampled together, as in ``probability``.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lossbench.evidence.over_splits import corrected
from lossbench.evidence.probability import bootstrap_interval, probabilities
from lossbench.results.result import Array, Part, Result
from lossbench.tables.metrics import METRICS
from lossbench.text import percent


class Interval(NamedTuple):
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def above(self, bound: float) -> bool | None:
        """Whether it is above a bound."""
        if self.low > bound:
            return True
        return False if self.high <= bound else None

    def inside(self, reach: float) -> bool | None:
        """Whether it is nearer to 0 than a bound."""
        if self.low > -reach and self.high < reach:
            return True
        return False if self.low >= reach or self.high <= -reach else None


def most(condition: Array) -> bool | None:
    """Whether a condition, shape (seeds,), holds for most seeds."""
    from scipy.stats import binomtest

    share = binomtest(int(condition.sum()), len(condition)).proportion_ci(0.95, "exact")
    if share.low > 0.5:
        return True
    return False if share.high < 0.5 else None


def ahead(
    first: Array, second: Array, smaller_is_better: bool, paired: bool = False
) -> tuple[str, bool | None]:
    """In which share of the pairs of seeds the first is better, and whether it is better."""
    figures = probabilities(first, second[None], smaller_is_better, paired)
    share, low, high, _ = (it[0] for it in figures)
    text = f"{percent(share)} [{percent(low)}, {percent(high)}]"
    return text, True if low > 0.5 else (False if high < 0.5 else None)


def same_seeds(results: Sequence[Result]) -> bool:
    """Whether results have the same seeds, in the same order."""
    return len({tuple(it.seed for it in result.trainings) for result in results}) == 1


def gains(result: Result, part: Part, metric: str) -> Array:
    """A metric, of which more is better: of each seed, or the mean of each of several splits.

    A training that diverged counts as the best constant, NaN where that is not known.
    """
    if result.experiment.splits > 1:
        known = result.split_means(part, metric)
    else:
        values = result.final(part, metric)
        known = np.where(np.isfinite(values), values, result.constant(part, metric))
    return np.asarray(-known if METRICS[metric].smaller_is_better else known)


def difference(first: Result, second: Result, part: Part, metric: str, paired: bool) -> Interval:
    """By how much the first is better: of one split in the median, of several in the mean."""
    samples = gains(first, part, metric), gains(second, part, metric)
    if first.experiment.splits > 1:
        return _over_splits(first, samples[0] - samples[1])

    def statistic(a: Array, b: Array, axis: int = -1) -> Array:
        return np.asarray(np.median(a, axis=axis) - np.median(b, axis=axis))

    return _bootstrapped(samples, statistic, paired and same_seeds((first, second)))


def difference_of_falls(results: Sequence[Result], part: Part, metric: str) -> Interval:
    """By how much less the second is worse than the first, than the fourth than the third."""
    samples = [gains(it, part, metric) for it in results]
    if results[0].experiment.splits > 1:
        a, b, c, d = samples
        return _over_splits(results[0], (c - d) - (a - b))

    def statistic(a: Array, b: Array, c: Array, d: Array, axis: int = -1) -> Array:
        of_a, of_b, of_c, of_d = (np.median(it, axis=axis) for it in (a, b, c, d))
        return np.asarray((of_c - of_d) - (of_a - of_b))

    return _bootstrapped(samples, statistic, same_seeds(results))


def difference_of_spreads(first: Result, second: Result, part: Part, metric: str) -> Interval:
    """By how much the standard deviation over seeds is smaller with the first."""
    pair = first, second

    def statistic(a: Array, b: Array, axis: int = -1) -> Array:
        return np.asarray(b.std(axis=axis, ddof=1) - a.std(axis=axis, ddof=1))

    samples = [gains(it, part, metric) for it in pair]
    return _bootstrapped(samples, statistic, same_seeds(pair))


def _over_splits(result: Result, values: Array) -> Interval:
    """The mean of values of each split, (splits,)."""
    train, test = result.rows or (1, 1)
    found = corrected(values, test / train)
    return Interval(found.mean, found.low, found.high)


def _bootstrapped(
    samples: Sequence[Array], statistic: Callable[..., Array], paired: bool
) -> Interval:
    if not all(np.isfinite(it).all() for it in samples):
        return Interval(np.nan, np.nan, np.nan)
    low, high = bootstrap_interval(tuple(samples), statistic, paired)
    return Interval(float(statistic(*samples)), float(low), float(high))


def relative_variation(curves: Sequence[Array]) -> Array:
    """The total variation of each curve divided by its range: 1 if it only falls or only rises.

    Each curve has shape (epochs,). That of a seed that diverged has NaN.
    """
    found = []
    for curve in curves:
        extent, variation = np.ptp(curve), np.abs(np.diff(curve)).sum()
        whole = np.isfinite(curve).all()
        found.append(variation / (extent if extent > 0 else 1) if whole else np.nan)
    return np.array(found)
