"""Robust scaling of features, against scikit-learn, and when it gives way to another."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_configs import complaints, split_of, write_config
from sklearn.preprocessing import RobustScaler, StandardScaler

from lossbench.config.load import load
from lossbench.data.scaling import FURTHEST, Rows, robustly_scaled

RNG = np.random.default_rng(0)
TAIL = RNG.lognormal(0, 2, (200, 3))
TRAIN = slice(120)


@pytest.mark.parametrize("rows", ["train", "all"])
def test_it_is_scikit_learns_robust_scaler_and_clipped(rows: Rows) -> None:
    fitted = TAIL[TRAIN] if rows == "train" else TAIL
    theirs = RobustScaler(unit_variance=True).fit(fitted).transform(TAIL)
    found = robustly_scaled(TAIL, TRAIN, rows)
    assert (theirs > FURTHEST).any()
    np.testing.assert_array_equal(found, np.clip(theirs, -FURTHEST, FURTHEST))


def test_a_normal_column_gets_deviation_one_and_loses_next_to_nothing() -> None:
    column = RNG.normal(1e3, 30, (100_000, 1))
    scaled = robustly_scaled(column, slice(None), "all")
    assert scaled.std() == pytest.approx(1, abs=0.01)
    assert (np.abs(scaled) == FURTHEST).mean() < 1e-4


def test_a_column_of_mostly_one_value_is_standardized() -> None:
    column = np.where(RNG.random((200, 1)) < 0.8, 3.0, RNG.uniform(4, 9, (200, 1)))
    theirs = StandardScaler().fit(column[TRAIN]).transform(column)
    assert (theirs != 0).all()
    np.testing.assert_allclose(
        robustly_scaled(column, TRAIN, "train"), np.clip(theirs, -FURTHEST, FURTHEST)
    )


@pytest.mark.parametrize("share", [0.01, 0.4, 0.9])
def test_zeros_and_ones_stay_as_they_are(share: float) -> None:
    column = (RNG.random((200, 1)) < share).astype(float)
    column[:2] = [[0], [1]]
    np.testing.assert_array_equal(robustly_scaled(column, TRAIN, "train"), column)


def test_a_constant_column_becomes_zero() -> None:
    assert not robustly_scaled(np.full((200, 1), 7.0), TRAIN, "train").any()


def test_a_config_asks_for_it_by_the_method(tmp_path: Path) -> None:
    frame = pd.DataFrame(TAIL, columns=["a", "b", "c"])
    frame.assign(kind=np.array(["u", "v"] * 100), y=TAIL.sum(axis=1)).to_csv(
        tmp_path / "d.csv", index=False
    )
    dataset = "file: d.csv, target: y, train_size: 120, standardize: {features: train, method: "
    split = split_of(tmp_path, f"{dataset}robust}}", "mse")
    expected = robustly_scaled(TAIL, TRAIN, "train").astype(np.float32)
    np.testing.assert_array_equal(split.x_train[:, :3], expected[:120])
    np.testing.assert_array_equal(split.x_test[:, :3], expected[120:])
    assert split.features == ("a", "b", "c", "kind_u", "kind_v")
    np.testing.assert_array_equal(split.x_test[:2, 3:], [[1, 0], [0, 1]])


def test_the_standard_method_is_not_written_down_and_the_other_is(tmp_path: Path) -> None:
    dataset = "generator: load_diabetes, standardize: {features: train, target: all"
    plain, standard, robust = (
        load(write_config(tmp_path, f"{dataset}{more}}}", "mse"))
        for more in ("", ", method: standard", ", method: robust")
    )
    assert plain.config_hash == standard.config_hash != robust.config_hash
    scaled = {"features": "train", "target": "all"}
    assert plain.resolved()["dataset"]["standardize"] == scaled
    assert robust.resolved()["dataset"]["standardize"] == scaled | {"method": "robust"}
    assert "target_transform" not in plain.resolved()["dataset"]


@pytest.mark.parametrize(
    ("scaled", "said"),
    [
        ("{target: all, method: robust}", "'robust' scales features: name the rows, such as feat"),
        ("{features: all, method: minmax}", "'minmax' is not a known name; allowed: robust, sta"),
    ],
)
def test_a_method_without_features_or_of_another_name_is_refused(
    scaled: str, said: str, tmp_path: Path
) -> None:
    (line,) = complaints(tmp_path, f"generator: load_diabetes, standardize: {scaled}", "mse")
    assert line.startswith(f"1: dataset.standardize.method: {said}")
