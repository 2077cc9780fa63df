"""Statistics over splits, against formulas, SciPy and draws whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from lossbench.evidence.over_splits import (
    corrected,
    holm,
    of_pairs,
    probabilities_of_best,
)

RATIO = 0.25


def test_without_overlap_it_is_the_t_test_of_scipy() -> None:
    values = np.random.default_rng(0).normal(1, 2, 12)
    theirs = stats.ttest_1samp(values, 0)
    found = corrected(values, ratio=0)
    assert (found.mean, found.p) == pytest.approx((values.mean(), theirs.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)))


def test_it_is_nadeau_and_bengios_test() -> None:
    """The figures of the formula, of 10 splits with 90 and 10 rows."""
    values = np.array([0.02, 0.01, 0.03, -0.01, 0.02, 0.04, 0.00, 0.01, 0.02, 0.03])
    found = corrected(values, ratio=1 / 9)
    statistic = values.mean() / np.sqrt((1 / 10 + 1 / 9) * values.var(ddof=1))
    assert found.p == pytest.approx(2 * stats.t.sf(statistic, 9))
    assert found.above_zero == pytest.approx(stats.t.cdf(statistic, 9))
    assert corrected(-values, 1 / 9).above_zero == pytest.approx(stats.t.cdf(-statistic, 9))


def test_values_that_are_all_alike_have_no_interval() -> None:
    assert corrected(np.zeros(5), RATIO).p == 1
    always = corrected(np.full(5, 0.25), RATIO)
    assert (always.low, always.high, always.p) == (0.25, 0.25, 0)


def test_holms_correction_is_that_of_its_paper() -> None:
    """Also in the order of the p-values, and never above 1."""
    assert holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


def gains(rng: np.random.Generator, models: int, ahead: float = 0) -> np.ndarray:
    """Splits that share most of their rows: a fifth of the variance is the same in all of them."""
    same = np.sqrt(0.2) * rng.normal(size=(models, 1))
    own = np.sqrt(0.8) * rng.normal(size=(models, 10))
    found: np.ndarray = 3 * rng.normal(size=10) + same + own
    found[0] += ahead
    return found


@pytest.mark.parametrize("models", [2, 9])
def test_equal_models_are_rarely_told_apart(models: int) -> None:
    """At most 5 % in truth, so of 400 at most 7 % but for one case in fifty."""
    rng = np.random.default_rng(models)
    false = [min(of_pairs(gains(rng, models), RATIO).values()) < 0.05 for _ in range(400)]
    assert np.mean(false) <= 0.07


def test_a_model_that_is_far_ahead_is_found() -> None:
    rng = np.random.default_rng(0)
    found = [of_pairs(gains(rng, 4, ahead=4), RATIO)[0, 1] < 0.05 for _ in range(100)]
    assert np.mean(found) > 0.8


def test_the_best_is_as_probable_as_the_draws_of_a_pair_say() -> None:
    rng = np.random.default_rng(1)
    pair = gains(rng, 2, ahead=1)
    expected = corrected(pair[0] - pair[1], RATIO).above_zero
    assert probabilities_of_best(pair, RATIO) == pytest.approx([expected, 1 - expected], abs=0.02)
    equal = np.vstack([pair[0], pair[0], pair[0]])
    assert probabilities_of_best(equal, RATIO) == pytest.approx([1 / 3] * 3, abs=0.02)
    assert probabilities_of_best(pair[:1], RATIO) == [1]
