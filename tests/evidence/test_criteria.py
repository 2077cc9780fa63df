"""The statistics by which claims are judged."""

import numpy as np
import pytest

from lossbench.evidence.criteria import Interval, most, relative_variation


def test_most_is_decided_by_the_exact_interval() -> None:
    # scipy.stats.binomtest(21, 30): [0.506, 0.853]; (20, 30): [0.472, 0.827].
    counts = {count: most(np.arange(30) < count) for count in (9, 10, 20, 21)}
    assert counts == {9: False, 10: None, 20: None, 21: True}


@pytest.mark.parametrize(
    ("low", "high", "above", "inside"),
    [
        (0.01, 0.02, True, True),
        (-0.01, 0.02, None, True),
        (-0.02, 0.0, False, True),
        (0.01, 0.03, True, None),
        (-0.04, -0.03, False, False),
        (0.03, 0.04, True, False),
        (np.nan, np.nan, None, None),
    ],
)
def test_an_interval_decides_only_as_a_whole(
    low: float, high: float, above: bool | None, inside: bool | None
) -> None:
    it = Interval((low + high) / 2, low, high)
    assert (it.above(0), it.inside(0.025)) == (above, inside)


def test_relative_variation_is_the_total_variation_over_the_range() -> None:
    curves = [np.array([3.0, 2, 1]), np.array([0, 2, 0, 2.0]), np.array([0, np.inf, 0])]
    assert relative_variation(curves).tolist() == pytest.approx([1, 3, np.nan], nan_ok=True)
