"""The figures that describe data."""

import numpy as np
import pytest
from scipy.stats import skew

from lossbench.data.arrays import Table
from lossbench.starters.description import describe


def test_description_has_the_figures_of_scipy_and_numpy() -> None:
    y = np.exp(np.random.default_rng(0).normal(size=500))
    target = describe(Table(np.ones((500, 2)), y)).target
    assert target
    first, third = np.quantile(y, (0.25, 0.75))
    far = (y < first - 1.5 * (third - first)) | (y > third + 1.5 * (third - first))
    assert (target.low, target.high) == (y.min(), y.max())
    assert target.median == pytest.approx(np.median(y))
    assert target.skewness == pytest.approx(skew(y))
    assert target.outliers == pytest.approx(far.mean())
    assert target.misleads_mse


@pytest.mark.parametrize(("scale", "misleads"), [(0.01, False), (1, True)])
def test_only_skew_and_outliers_mislead_the_mse(scale: float, misleads: bool) -> None:
    y = np.exp(scale * np.random.default_rng(0).normal(size=500))
    target = describe(Table(np.ones((500, 2)), y)).target
    assert target
    assert target.misleads_mse is misleads
