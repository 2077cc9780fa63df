"""The probability that one loss beats another, and its interval."""

import numpy as np
import pytest
from made_up import NAN
from scipy import stats

from lossbench.evidence.probability import probabilities


def brute_force(first: list[float], second: list[float]) -> float:
    return float(np.mean([(a > b) + 0.5 * (a == b) for a in first for b in second]))


def test_probability_counts_pairs_and_half_of_ties() -> None:
    first, second = [0.8, 0.7, 0.6], [0.7, 0.5]
    # 0.8 beats both, 0.7 ties once and beats once, 0.6 beats one: 4.5 of 6.
    assert probabilities(np.array(first), np.array([second]), False)[0][0] == 0.75
    assert brute_force(first, second) == 0.75
    assert probabilities(np.array(first), np.array([second]), True)[0][0] == 0.25


def test_a_seed_that_diverged_loses_to_every_other_and_ties_with_diverged() -> None:
    first, second = np.array([NAN, 2.0]), np.array([[1.0, NAN]])
    for smaller, expected in ((False, 0.625), (True, 0.375)):
        # (nan, 1) lost, (nan, nan) tied, (2, 1) by size, (2, nan) won.
        assert probabilities(first, second, smaller)[0][0] == expected


def test_interval_is_that_of_a_plain_bootstrap_with_scipy() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.5, 1, 25), rng.normal(0, 1, 30)

    def plain(a: np.ndarray, b: np.ndarray, axis: int = -1) -> np.ndarray:
        pairs = a.shape[axis] * b.shape[axis]
        return (
            np.asarray(stats.mannwhitneyu(a, b, axis=axis, method="asymptotic").statistic) / pairs
        )

    options = {"n_resamples": 2000, "method": "percentile", "rng": np.random.default_rng(0)}
    plainly = stats.bootstrap((first, second), plain, **options)
    low, high = plainly.confidence_interval
    *found, p = [it[0] for it in probabilities(first, second[None], False)]
    assert p == pytest.approx(stats.mannwhitneyu(first, second, method="asymptotic").pvalue)
    assert found == pytest.approx([float(plain(first, second)), low, high], abs=1e-6)


def test_another_loss_in_the_comparison_changes_no_interval() -> None:
    rng = np.random.default_rng(3)
    first, others = rng.random(20), rng.random((3, 20))
    together = np.array(probabilities(first, others, False))
    alone = [np.array(probabilities(first, other[None], False))[:, 0] for other in others]
    np.testing.assert_array_equal(together.T, alone)


@pytest.mark.parametrize(("first", "second", "p"), [(1, 0, 1.0), (0, 1, 0.0), (1, 1, 0.5)])
def test_degenerate_cases_give_no_warning(first: float, second: float, p: float) -> None:
    *found, p_value = probabilities(np.full(30, first), np.full((1, 30), second), False)
    assert [it[0] for it in found] == [p, p, p]
    assert p_value[0] == 1 if first == second else p_value[0] < 1e-6


def test_single_seeds_have_no_interval() -> None:
    p, low, high, _ = probabilities(np.array([1.0]), np.array([[0.0]]), False)
    assert (p[0], np.isnan(low[0]), np.isnan(high[0])) == (1.0, True, True)


def test_paired_values_have_the_p_value_of_wilcoxon_and_a_joint_bootstrap() -> None:
    rng = np.random.default_rng(3)
    same = rng.normal(0, 1, 30)
    first, second = same + rng.normal(0.2, 0.3, 30), same + rng.normal(0, 0.3, 30)
    estimate, low, high, p = (it[0] for it in probabilities(first, second[None], False, True))
    expected = stats.wilcoxon(first, second, method="asymptotic").pvalue
    assert p == pytest.approx(expected)
    alone = [it[0] for it in probabilities(first, second[None], False)]
    assert estimate == alone[0]
    assert high - low < alone[2] - alone[1]
    assert p < alone[3]


def test_of_paired_seeds_that_both_diverged_none_is_ahead() -> None:
    values = np.array([NAN] * 30)
    assert probabilities(values, values[None], True, True)[3][0] == 1
    lost = probabilities(np.full(30, 0.5), values[None], True, True)
    assert lost[0][0] == 1
    assert lost[3][0] < 1e-5


def test_ranks_and_probability_that_disagree_show_nothing() -> None:
    """Ahead a little in most seeds, and behind by far in the others."""
    first = np.concatenate([np.full(17, 0.01), np.full(13, -9.0)])
    others = np.concatenate([np.full(17, 0.0), np.full(13, 5.0)])
    estimate, _, _, p = (it[0] for it in probabilities(first, others[None], False, True))
    assert (estimate > 0.5) == (p == 1)
