"""How probable it is that one loss beats another: Mann and Whitney's U with a bootstrap interval.

Two losses are compared by the probability that a seed of the first has a better value than a seed
of the second, where a tie counts half. The estimate is Mann and Whitney's U divided by the number
of pairs of seeds (1947, "On a test of whether one of two random variables is stochastically larger
than the other", Annals of Mathematical Statistics 18). This is the common-language effect size
(McGraw and Wong 1992, Psychological Bulletin 111) in the form of Vargha and Delaney (2000, Journal
of Educational and Behavioral Statistics 25). It needs no normal distribution. A seed that diverged
counts, too: it loses against every seed that did not, and ties with others that diverged.

Where both have the same seeds, these may start from the same weights and see the rows in the same
order. Then the test and the interval pair them: the p-value is that of Wilcoxon's signed-rank test
(1945, "Individual comparisons by ranking methods", Biometrics Bulletin 1), and the bootstrap draws
both values of a seed together. Pairs of seeds that have nothing in common do no harm to either.

The interval is the 95 % percentile bootstrap (Efron and Tibshirani 1993, "An Introduction to the
Bootstrap", chapter 13). Its random numbers have a fixed seed, so that it is always the same.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lossbench.results.result import Array

RESAMPLES = 2000
RANDOM_STATE = 0
AT_ONCE = 2_000_000  # values that are resampled at once: bounds the memory of very many seeds


def probabilities(
    first: Array, others: Array, smaller_is_better: bool, paired: bool = False
) -> tuple[Array, Array, Array, Array]:
    """The probability that ``first`` beats each of the others, the ends of its interval, and p.

    ``first`` has shape (n,), a value for each seed, and ``others`` (k, m); a seed that diverged
    has NaN. The four results have shape (k,). The ends are NaN where n or m is 1. The p-value is
    that of Mann and Whitney's test, or of Wilcoxon's where the values are ``paired`` by seed.
    """
    # It takes half a second to import, and many commands compare nothing.
    from scipy.stats import mannwhitneyu

    own, against = (to_maximize(values, smaller_is_better) for values in (first, others))
    n, m = len(own), against.shape[-1]
    with np.errstate(invalid="ignore"):  # where all values are equal
        test = mannwhitneyu(
            np.broadcast_to(own, (len(against), n)), against, axis=-1, method="asymptotic"
        )
    estimate = np.asarray(test.statistic) / (n * m)
    p = _of_pairs(own, against, estimate) if paired else _known(test.pvalue)
    if min(n, m) < 2:
        return estimate, np.full_like(estimate, np.nan), np.full_like(estimate, np.nan), p
    # Sort the values of ``first``. A value of the others beats the lowest ``below`` of them, loses
    # to those from index ``upto`` on, and ties with those between.
    order = np.argsort(own)
    below, upto = (np.searchsorted(own[order], against, side) for side in ("left", "right"))

    # SciPy resamples the numbers of the seeds. Count how often a resample has each seed of
    # ``first``. The running sum of the counts, in sorted order, says how many seeds a value of the
    # others beats.
    def statistic(rows: Array, columns: Array, axis: int = -1) -> Array:  # noqa: ARG001
        a, b = _counts(rows, n)[:, order], _counts(columns, m).T
        beaten = np.pad(np.cumsum(a, axis=1), ((0, 0), (1, 0))).T
        lost = [
            np.einsum("mr,mr->r", beaten[low] + beaten[high], b) / 2
            for low, high in zip(below, upto, strict=True)
        ]
        return np.asarray(1 - np.array(lost) / (n * m))

    return estimate, *bootstrap_interval((np.arange(n), np.arange(m)), statistic, paired), p


def _of_pairs(own: Array, against: Array, estimate: Array) -> Array:
    """The p-values of Wilcoxon's test of values that are paired by seed.

    Where its ranks and the probability ``estimate`` do not say the same side, nothing is seen.
    """
    from scipy.stats import wilcoxon

    # Of two seeds that diverged none is ahead.
    with np.errstate(invalid="ignore"):
        differences = np.nan_to_num(own - against, nan=0.0, posinf=np.inf, neginf=-np.inf)
    options: dict[str, Any] = {"zero_method": "zsplit", "method": "asymptotic", "axis": -1}
    with np.errstate(invalid="ignore"):  # where all differences are 0
        ahead = _known(wilcoxon(differences, alternative="greater", **options).pvalue)
        p = _known(wilcoxon(differences, **options).pvalue)
    agree = np.where(estimate == 0.5, False, (ahead < 0.5) == (estimate > 0.5))
    return np.where(agree, p, 1.0)


def _known(p_values: object) -> Array:
    """P-values, 1 where the values say nothing."""
    found: Array = np.nan_to_num(np.asarray(p_values), nan=1.0)
    return found


def bootstrap_interval(
    samples: tuple[Array, ...], statistic: Callable[..., Array], paired: bool = False
) -> tuple[Array, Array]:
    """The ends of the 95 % percentile bootstrap interval of a statistic of samples.

    ``statistic`` takes resamples of all, and the axis along which their values lie. Samples that
    are ``paired`` are resampled together.
    """
    from scipy.stats import bootstrap

    interval = bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        batch=min(RESAMPLES, max(1, AT_ONCE // max(map(len, samples)))),
        method="percentile",
        vectorized=True,
        paired=paired,
        rng=np.random.default_rng(RANDOM_STATE),
    ).confidence_interval
    return np.asarray(interval.low), np.asarray(interval.high)


def to_maximize(values: Array, smaller_is_better: bool) -> Array:
    """Values of which the larger one is better; minus infinity for a seed that diverged."""
    return np.where(np.isfinite(values), -values if smaller_is_better else values, -np.inf)


def _counts(numbers: Array, size: int) -> Array:
    """How often each number below ``size`` is in each row of numbers, shape (rows, size)."""
    rows = numbers.reshape(-1, numbers.shape[-1]).astype(np.intp)
    flat = (rows + size * np.arange(len(rows))[:, None]).ravel()
    counts = np.bincount(flat, minlength=len(rows) * size).astype(np.float32)
    return counts.reshape(*numbers.shape[:-1], size)
