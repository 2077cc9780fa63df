"""Transforms of a target and their way back, against scikit-learn."""

from typing import get_args

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lossbench.data.target_transform import TargetTransform, TransformName

YEARS = np.random.default_rng(0).uniform(1900, 2100, 200)
PRICES = np.random.default_rng(0).lognormal(13, 1, 200)
NAMES = get_args(TransformName)


@pytest.mark.parametrize("y", [YEARS, PRICES], ids=["years", "prices"])
@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("standardize", FunctionTransformer()),
        ("log", FunctionTransformer(np.log, np.exp)),
        ("log1p", FunctionTransformer(np.log1p, np.expm1)),
    ],
)
def test_it_is_scikit_learns_pipeline(
    name: TransformName, before: FunctionTransformer, y: np.ndarray
) -> None:
    transform = TargetTransform.fitted(name, y[:150])
    theirs = make_pipeline(before, StandardScaler()).fit(y[:150, None])
    learned = transform.learned(y)
    np.testing.assert_allclose(learned, theirs.transform(y[:, None])[:, 0], rtol=1e-9, atol=1e-12)
    restored = theirs.inverse_transform(learned[:, None])[:, 0]
    np.testing.assert_allclose(transform.restored(learned), restored, rtol=1e-12)


def test_a_mean_keeps_the_sign() -> None:
    transform = TargetTransform.fitted("mean", np.array([1.0, 2.0, 9.0]))
    assert (transform.center, transform.scale) == (0, 4)
    np.testing.assert_array_equal(transform.learned(np.array([-2.0, 0.0, 8.0])), [-0.5, 0, 2])


@pytest.mark.parametrize("name", NAMES)
def test_the_way_back_gives_the_target_again(name: TransformName) -> None:
    transform = TargetTransform.fitted(name, PRICES)
    np.testing.assert_allclose(transform.restored(transform.learned(PRICES)), PRICES, rtol=1e-12)
    assert transform.logarithmic == (name in ("log", "log1p"))


@pytest.mark.parametrize("y", [YEARS, PRICES], ids=["years", "prices"])
@pytest.mark.parametrize("name", NAMES)
def test_slope_and_factor_give_the_errors_of_restored_predictions(
    name: TransformName, y: np.ndarray
) -> None:
    transform = TargetTransform.fitted(name, y)
    above = np.random.default_rng(1).normal(0, 0.3, len(y))
    slope, factor = transform.of_errors(y).T
    errors = factor * (np.expm1(slope * above) if transform.logarithmic else slope * above)
    expected = transform.restored(transform.learned(y) + above) - y
    np.testing.assert_allclose(errors, expected, rtol=1e-9, atol=1e-9)


def test_what_is_too_large_becomes_infinite_without_a_warning() -> None:
    transform = TargetTransform.fitted("log", PRICES)
    assert transform.restored(np.array([1e4], np.float32)).tolist() == [np.inf]
