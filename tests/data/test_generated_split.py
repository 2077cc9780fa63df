"""Data of generators, split and scaled, against scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.datasets
import yaml
from dataset_configs import split_of
from sklearn.preprocessing import StandardScaler

from lossbench.data.generators import GENERATORS, is_toy_dataset


@pytest.mark.parametrize(
    ("generator", "parameters", "loss"),
    [
        ("make_circles", {"n_samples": 60, "noise": 0.1, "random_state": 1}, "hinge"),
        ("make_moons", {"n_samples": [30, 31]}, "bce"),
        ("make_blobs", {"n_samples": 60, "centers": 3, "cluster_std": 2, "random_state": 2}, "kld"),
        ("make_regression", {"n_samples": 60, "n_features": 20, "noise": 0.1}, "mse"),
        ("make_regression", {"n_samples": 60, "n_targets": 3}, "mse"),
        *(
            (name, {}, "kld" if kind == "classes" else "mae")
            for name, kind in GENERATORS.items()
            if not is_toy_dataset(name)
        ),
    ],
)
def test_data_are_scikit_learns_own(
    tmp_path: Path, generator: str, parameters: dict[str, Any], loss: str
) -> None:
    written = yaml.safe_dump({"generator": generator} | parameters, default_flow_style=True)
    split = split_of(tmp_path, written.strip()[1:-1], loss)
    arguments = {"random_state": 0} | {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    x, y = getattr(sklearn.datasets, generator)(**arguments)[:2]
    part = round(len(x) / 2)
    np.testing.assert_array_equal(split.x_train, x[:part].astype(np.float32))
    np.testing.assert_array_equal(split.x_test, x[part:].astype(np.float32))
    if split.classes:
        y = np.searchsorted(np.unique(y), y)
    np.testing.assert_array_equal(split.y_train, y[:part].astype(split.y_train.dtype))
    np.testing.assert_array_equal(split.y_test, y[part:].astype(split.y_test.dtype))


@pytest.mark.parametrize(("train_size", "rows"), [("0.25", 25), ("30", 30), ("99", 99), ("2", 2)])
def test_train_size_is_a_share_or_a_number_of_rows(
    tmp_path: Path, train_size: str, rows: int
) -> None:
    dataset = f"generator: make_regression, train_size: {train_size}"
    split = split_of(tmp_path, dataset, "mae")
    assert (len(split.x_train), len(split.x_test)) == (rows, 100 - rows)


@pytest.mark.parametrize("rows", ["all", "train"])
def test_scalers_are_fitted_on_the_rows_that_are_named(tmp_path: Path, rows: str) -> None:
    dataset = "generator: make_regression, n_samples: 60, n_features: 3, n_informative: 2"
    scaled = f"{dataset}, standardize: {{features: {rows}, target: {rows}}}"
    split = split_of(tmp_path, scaled, "mse")
    x, y = sklearn.datasets.make_regression(60, 3, n_informative=2, random_state=0)
    fitted_on = slice(None) if rows == "all" else slice(30)
    x = StandardScaler().fit(x[fitted_on]).transform(x)
    y = StandardScaler().fit(y[fitted_on, None]).transform(y[:, None])[:, 0]
    found = np.concatenate([split.x_train, split.x_test])
    np.testing.assert_allclose(found, x, rtol=1e-6, atol=1e-7)
    found = np.concatenate([split.y_train, split.y_test])
    np.testing.assert_allclose(found, y, rtol=1e-6, atol=1e-7)


def test_each_of_several_targets_is_scaled_by_itself(tmp_path: Path) -> None:
    dataset = "generator: make_regression, n_samples: 60, n_targets: 3"
    split = split_of(tmp_path, f"{dataset}, standardize: {{target: train}}", "mse")
    _, y = sklearn.datasets.make_regression(60, n_targets=3, random_state=0)
    y = StandardScaler().fit(y[:30]).transform(y)
    np.testing.assert_allclose(split.y_train, y[:30], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(split.y_test, y[30:], rtol=1e-6, atol=1e-6)
    assert split.targets == ("target_1", "target_2", "target_3")
