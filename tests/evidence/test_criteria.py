"""The criteria by which claims are judged."""

import numpy as np

from lossbench.evidence.criteria import all_of, comparable, most, relative_variation


def test_most_is_decided_by_the_exact_interval() -> None:
    # scipy.stats.binomtest(21, 30): [0.506, 0.853]; (20, 30): [0.472, 0.827].
    counts = {count: most(np.arange(30) < count) for count in (9, 10, 20, 21)}
    assert counts == {9: False, 10: None, 20: None, 21: True}


def test_one_failure_outweighs_what_is_undecided() -> None:
    assert all_of(True, None, False) == "does not hold"
    assert all_of(True, None) == "not judged"


def test_comparable_needs_the_whole_interval() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 30)
    assert comparable(np.full(30, 0.5), np.full(30, 0.51))[1] is True
    assert comparable(np.full(30, 0.5), np.full(30, 0.53))[1] is False
    assert comparable(0.5 + noise, 0.5 - noise)[1] is None


def test_relative_variation_is_the_total_variation_over_the_range() -> None:
    assert relative_variation(np.array([[3.0, 2, 1], [0, 2, 0], [0, np.inf, 0]])).tolist() == [
        1.0,
        2.0,
    ]
