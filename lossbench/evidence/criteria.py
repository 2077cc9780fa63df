"""The criteria by which claims are judged.

A criterion is True or False only where the seeds show it, and None where they do not decide:

- ``most``: a condition holds for more than half of the seeds, and the whole exact 95 % interval of
  that share lies above one half (Clopper and Pearson 1934, by ``scipy.stats.binomtest``). Of 30
  seeds these are at least 21.
- ``ahead``: the whole interval of the probability of being better lies above one half, as in
  ``probability``.
- ``comparable``: the whole 95 % bootstrap interval of the difference of two medians lies within two
  percentage points, which is about one standard error of an accuracy on 500 rows.
"""

from typing import Literal

import numpy as np

from lossbench.evidence.probability import bootstrap_interval, probabilities
from lossbench.results.result import Array
from lossbench.text import percent

Verdict = Literal["holds", "does not hold", "holds only because of the metric", "not judged"]
ABOUT = 0.02  # two percentage points


def most(condition: Array) -> bool | None:
    """Whether a condition, shape (seeds,), holds for most seeds."""
    from scipy.stats import binomtest

    share = binomtest(int(condition.sum()), len(condition)).proportion_ci(0.95, "exact")
    if share.low > 0.5:
        return True
    return False if share.high < 0.5 else None


def ahead(first: Array, second: Array, smaller_is_better: bool) -> tuple[str, bool | None]:
    """In which share of the pairs of seeds the first is better, and whether it is better."""
    share, low, high, _ = (it[0] for it in probabilities(first, second[None], smaller_is_better))
    text = f"{percent(share)} [{percent(low)}, {percent(high)}]"
    return text, True if low > 0.5 else (False if high < 0.5 else None)


def comparable(first: Array, second: Array) -> tuple[str, bool | None]:
    """The difference of the medians of two shares, and whether it is at most two points."""
    first, second = (values[np.isfinite(values)] for values in (first, second))

    def difference(a: Array, b: Array, axis: int = -1) -> Array:
        return np.asarray(np.median(a, axis=axis) - np.median(b, axis=axis))

    low, high = map(float, bootstrap_interval((first, second), difference))
    text = f"{100 * difference(first, second):+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"
    if low > -ABOUT and high < ABOUT:
        return text, True
    return text, False if low >= ABOUT or high <= -ABOUT else None


def all_of(*answers: bool | None) -> Verdict:
    """The verdict on a claim with several criteria.

    It does not hold if one of them is False, even where others are undecided.
    """
    if any(answer is False for answer in answers):
        return "does not hold"
    return "not judged" if any(answer is None for answer in answers) else "holds"


def relative_variation(curves: Array) -> Array:
    """The total variation of each curve divided by its range: 1 if it only falls or only rises.

    ``curves`` has shape (curves, epochs). Those of seeds that diverged are left out.
    """
    curves = curves[np.isfinite(curves).all(axis=-1)]
    ranges = np.ptp(curves, axis=-1)
    variations = np.abs(np.diff(curves, axis=-1)).sum(axis=-1)
    return np.asarray(variations / np.where(ranges > 0, ranges, 1))
