"""Differences over several splits: how large they are, and how sure.

Each split gives one value, the mean over its seeds. The values are not independent, because the
training parts of splits overlap, so a plain t-test finds too much. Nadeau and Bengio (2003,
Inference for the Generalization Error, Machine Learning 52) correct the variance of the mean for
that: with J splits and n rows in each part it is ``(1/J + n_test/n_train)`` times the variance of
the differences, and the statistic has J - 1 degrees of freedom. The same distribution, read the
Bayesian way, is what is believed of the mean difference (Corani and Benavoli 2015, A Bayesian
Approach for Comparing Cross-validated Algorithms, Machine Learning 100; Benavoli et al. 2017, Time
for a Change, JMLR 18).

Several comparisons are corrected by Holm's method (1979, A Simple Sequentially Rejective Multiple
Test Procedure, Scandinavian Journal of Statistics 6): that any of them is significant by chance
alone has a probability of at most 5 %. With ten splits, corrections that use how pairs of models
depend on each other, by the largest of several t statistics, were tried and found too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lossbench.results.result import Array

LEVEL = 0.05
SAMPLES = 20_000
RANDOM_STATE = 0


@dataclass(frozen=True)
class Difference:
    """The mean over splits of a value, or of a difference of two.

    ``low`` and ``high`` are the ends of its 95 % interval. ``scale`` is its corrected standard
    error, ``freedom`` the degrees of freedom, and ``p`` the two-sided p-value of a mean of 0.
    """

    mean: float
    low: float
    high: float
    scale: float
    freedom: int
    p: float

    @property
    def above_zero(self) -> float:
        """The probability that it is above 0, the Bayesian way."""
        return 1 - self.p / 2 if self.mean > 0 else self.p / 2


def corrected(values: Array, ratio: float) -> Difference:
    """The mean of values of two splits or more, (splits,), with its corrected interval.

    ``ratio`` is the number of test rows by that of training rows.
    """
    from scipy.stats import t

    mean, scale, freedom = float(values.mean()), float(_scale(values, ratio)), len(values) - 1
    reach = float(t.ppf(1 - LEVEL / 2, freedom)) * scale
    p = float(_p_values(values, ratio))
    return Difference(mean, mean - reach, mean + reach, scale, freedom, p)


def _scale(values: Array, ratio: float) -> Array:
    """The corrected standard error of the mean of values, (…, splits)."""
    return np.asarray(np.sqrt((1 / values.shape[-1] + ratio) * values.var(axis=-1, ddof=1)))


def _p_values(values: Array, ratio: float) -> Array:
    """The two-sided p-values of means of 0, of values (…, splits)."""
    from scipy.stats import t

    distance = np.abs(values.mean(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = distance / _scale(values, ratio)
    # Values that never differ say nothing; those that always differ alike leave no doubt.
    return np.asarray(2 * t.sf(np.where(distance == 0, 0, statistic), values.shape[-1] - 1))


def holm(p_values: Sequence[float], number: int | None = None) -> list[float]:
    """The p-values corrected for their number: each is significant below LEVEL.

    A larger ``number`` is that of all comparisons, of which these are the most significant.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = (number or len(p_values)) - np.arange(len(p_values))
    corrected = np.minimum(1.0, np.maximum.accumulate(np.asarray(p_values)[order] * steps))
    found = np.empty(len(p_values))
    found[order] = corrected
    return [float(it) for it in found]


def of_pairs(gains: Array, ratio: float) -> dict[tuple[int, int], float]:
    """The p-value of each pair of rows of ``gains``, (models, splits), corrected for all pairs."""
    pairs = list(combinations(range(len(gains)), 2))
    if not pairs:
        return {}
    first, second = np.array(pairs).T
    p_values = _p_values(gains[first] - gains[second], ratio)
    return dict(zip(pairs, holm(p_values.tolist()), strict=True))


def probabilities_of_best(gains: Array, ratio: float) -> Array:
    """How probable it is of each row of ``gains``, (models, splits), that its mean is the largest.

    The means are drawn from what is believed of all of them together. Equal models share a draw.
    """
    if len(gains) == 1:
        return np.ones(1)
    draws = _draws(gains, ratio)
    values = gains.mean(axis=1) + draws
    # Equal models differ by rounding alone: what is nearly the largest shares the draw.
    best = values >= values.max(axis=1, keepdims=True) - 1e-5 * np.abs(draws).mean()
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))


def _draws(gains: Array, ratio: float) -> Array:
    """How far the means of ``gains``, (models, splits), may lie from the truth, (draws, models).

    They are drawn from a multivariate t distribution with the corrected covariance.
    """
    from scipy.stats import multivariate_t

    models, count = gains.shape
    covariance = (1 / count + ratio) * np.cov(gains)
    # Of models that are nearly the same, rounding can make the covariance no covariance.
    covariance += np.eye(models) * max(1e-12 * float(np.trace(covariance)), 1e-300)
    rng = np.random.default_rng(RANDOM_STATE)
    drawn = multivariate_t.rvs(
        np.zeros(models), covariance, df=count - 1, size=SAMPLES, random_state=rng
    )
    return np.asarray(drawn).reshape(SAMPLES, models)
