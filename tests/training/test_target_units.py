"""Metrics of a transformed target: in its own units, in every epoch, and to many digits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import tensorflow as tf
from kept_programs import kept_trainer
from same_bits import same_bits
from sklearn import metrics
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split, Table
from lossbench.data.parts import parts
from lossbench.data.scaling import Scaling
from lossbench.data.splitting import split as split_table
from lossbench.data.target_transform import TransformName
from lossbench.results.result import Result, Training
from lossbench.training.final_metrics import complete
from lossbench.training.predict import predictions
from lossbench.training.program import compile_program
from lossbench.training.scores import scores
from lossbench.training.sharing import program_key
from lossbench.training.train import trainer

Make = Callable[..., Experiment]
NAMES = get_args(TransformName)
PART = 150  # of each part; the batches of 32 leave a rest
X = np.random.default_rng(0).normal(size=(2 * PART, 4))
SIGNAL = X @ np.array([1, -0.5, 0.3, 0]) + np.random.default_rng(1).normal(0, 0.2, 2 * PART)
TARGETS = {
    "years": 2000 + 30 * SIGNAL,
    # Float32 tells years apart by 0.0001, so a difference of two of them would have two digits.
    "moments": 2000 + 0.03 * SIGNAL,
    "prices": 1e6 * np.exp(0.7 * SIGNAL),
}


def split_of(y: np.ndarray, transform: TransformName | None, **scaling: Any) -> Split:
    table = Table(X, y)
    return split_table(table, parts(table, PART)[0], Scaling(transform=transform, **scaling))


def experiment_with(make: Make, transform: TransformName | None, **changes: Any) -> Experiment:
    data = {"generator": "make_regression", "target_transform": transform}
    model = {"hidden": [8]}
    given = {"model": model, "dataset": data, "epochs": 20, "optimizer": "adam", **changes}
    return make("regression", given.pop("loss", "mse"), **given)


def restored(name: TransformName, y: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """The way back, written down again."""
    f, back = {"log": (np.log, np.exp), "log1p": (np.log1p, np.expm1)}.get(
        name, (np.asarray, np.asarray)
    )
    values = f(y[:PART])
    center, scale = (0, values.mean()) if name == "mean" else (values.mean(), values.std())
    return back(center + scale * learned.astype(np.float64))


@pytest.mark.parametrize(
    ("name", "of", "loss"),
    [
        *((name, of, "mse") for name in NAMES for of in TARGETS),
        pytest.param("log", "prices", "gaussian_nll", marks=pytest.mark.thorough),
    ],
)
def test_metrics_are_those_of_restored_predictions_in_float64(
    experiment_of: Make, name: TransformName, of: str, loss: str
) -> None:
    y = TARGETS[of]
    wanted = ["r2", "median_absolute_error", "mape"]
    experiment = experiment_with(experiment_of, name, metrics=wanted, loss=loss)
    split = split_of(y, name)
    (training,) = complete(experiment, (split,), [kept_trainer(experiment, split)(0)]).trainings
    assert not training.diverged
    for part, x, truth in (("train", split.x_train, y[:PART]), ("test", split.x_test, y[PART:])):
        answer = restored(name, y, predictions(experiment, training.weights, x)[:, 0])
        expected = {
            "mse": metrics.mean_squared_error(truth, answer),
            "mae": metrics.mean_absolute_error(truth, answer),
            "r2": metrics.r2_score(truth, answer),
            "median_absolute_error": metrics.median_absolute_error(truth, answer),
            "mape": metrics.mean_absolute_percentage_error(truth, answer),
        }
        found = training.final(part)
        assert {it: found[it] for it in expected} == pytest.approx(expected, rel=1e-5), part
    for metric in ("mse", "mae"):
        last = training.history[f"test_{metric}"][-1]
        assert last == pytest.approx(training.test[metric], rel=1e-6)


class Trained(RegressorMixin, BaseEstimator):
    """A network of lossbench as a regressor of scikit-learn; it keeps what it was fitted to."""

    def __init__(self, experiment: Experiment, split: Split, training: Training) -> None:
        self.experiment, self.split, self.training = experiment, split, training

    def fit(self, _: np.ndarray, y: np.ndarray) -> "Trained":
        self.learned_ = y
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return predictions(self.experiment, self.training.weights, x)[:, 0].astype(np.float64)


def test_it_is_scikit_learns_regressor_of_a_transformed_target(experiment_of: Make) -> None:
    experiment, y = experiment_with(experiment_of, "log"), TARGETS["prices"]
    split = split_of(y, "log")
    training = kept_trainer(experiment, split)(0)
    center, scale = np.log(y[:PART]).mean(), np.log(y[:PART]).std()
    theirs = TransformedTargetRegressor(
        Trained(experiment, split, training),
        func=lambda it: (np.log(it) - center) / scale,
        inverse_func=lambda it: np.exp(center + scale * it),
    ).fit(split.x_train, y[:PART])
    np.testing.assert_allclose(split.y_train, theirs.regressor_.learned_, rtol=1e-5, atol=1e-7)
    answer = theirs.predict(split.x_test)
    expected = metrics.mean_squared_error(y[PART:], answer)
    assert training.test["mse"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.thorough
def test_the_loss_is_of_what_is_learned(experiment_of: Make) -> None:
    """The network is the one that standardize makes; its metrics alone have another unit."""
    y, rate = TARGETS["prices"], {"name": "Adam", "learning_rate": 0.05}
    stopping = {"patience": 2, "min_delta": 0.01}
    changes = {"early_stopping": stopping, "loss": "huber", "epochs": 40, "optimizer": rate}
    (old, before), (new, after) = (
        (experiment_with(experiment_of, transform, **changes), split_of(y, transform, **scaling))
        for transform, scaling in ((None, {"target": "train"}), ("standardize", {}))
    )
    np.testing.assert_array_equal(before.y_train, after.y_train)
    one, other = trainer(old, before)(3), trainer(new, after)(3)
    assert one.epochs == other.epochs
    assert one.best_epoch == other.best_epoch < 40
    for name in ("train_loss", "test_loss", "validation_loss"):
        np.testing.assert_allclose(one.history[name], other.history[name], rtol=1e-5)
    scale = y[:PART].std()
    assert other.test["mse"] == pytest.approx(one.test["mse"] * scale**2, rel=1e-4)
    assert other.train["mae"] == pytest.approx(one.train["mae"] * scale, rel=1e-4)
    assert other.train["loss"] < 1


def test_a_loss_of_ones_own_gets_what_is_learned(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "ownunits.py").write_text(
        "def squared(y, p):\n    assert y.shape[1] == 1\n    return (y - p) ** 2\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    split = split_of(TARGETS["years"], "standardize")
    keras_own = experiment_with(experiment_of, "standardize")
    loss = {"function": "ownunits:squared", "labels": "real"}
    own = Experiment.model_validate(keras_own.model_dump() | {"loss": loss})
    one, other = (kept_trainer(it, split)(0) for it in (own, keras_own))
    assert one.test == pytest.approx(other.test, rel=1e-4)


@pytest.mark.thorough
@pytest.mark.parametrize(("first", "second"), [("standardize", "mean"), ("log1p", "log")])
def test_data_that_differ_in_their_scale_share_a_program_and_have_their_own_figures(
    experiment_of: Make, first: TransformName, second: TransformName
) -> None:
    experiments = [experiment_with(experiment_of, it, epochs=3) for it in (first, first, second)]
    splits = [
        split_of(TARGETS["prices"], first),
        split_of(7 + TARGETS["prices"] / 1000, first),
        split_of(TARGETS["years"], second),
    ]
    keys = {program_key(it, split) for it, split in zip(experiments, splits, strict=True)}
    assert len(keys) == 1
    program = compile_program(experiments[0], splits[0])
    for experiment, split in zip(experiments, splits, strict=True):
        within, alone = trainer(experiment, split, program)(1), trainer(experiment, split)(1)
        assert same_bits(within, alone)
        said = predictions(experiment, within.weights, split.x_test)[:, 0]
        assert split.original
        errors = split.original.transform.restored(said) - split.original.test
        assert within.test["mse"] == pytest.approx(np.square(errors).mean(), rel=1e-5)


def test_what_is_computed_otherwise_has_a_program_of_its_own(experiment_of: Make) -> None:
    keys = {
        program_key(experiment_with(experiment_of, name), split_of(TARGETS["years"], name))
        for name in (None, *NAMES)
    }
    assert len(keys) == 3  # none, a multiple, a logarithm


def test_an_infinite_metric_is_a_divergence_and_leaves_the_weights_alone(
    experiment_of: Make,
) -> None:
    """A prediction of thousands is nothing bad for the loss, but its exponential is infinite."""
    y = TARGETS["prices"]
    plain = split_of(y, "log")
    split = replace(plain, x_train=1e5 * plain.x_train, x_test=1e5 * plain.x_test)
    experiment = experiment_with(
        experiment_of, "log", loss="mae", metrics=["r2"], early_stopping={"patience": 9}
    )
    training = trainer(experiment, split)(0)
    assert training.diverged
    assert all(np.isnan(it) for it in (*training.train.values(), *training.test.values()))
    assert np.isinf(training.history["train_mse"][0])
    assert np.isfinite(training.history["train_loss"]).all()
    assert np.isfinite(training.history["validation_loss"]).all()
    assert all(np.isfinite(it).all() for it in training.weights)
    result: Result = complete(experiment, (split,), [training])
    assert result.diverged == 1
    assert np.isnan(result.final("test", "r2")).all()
    assert result.median_training is None


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_prediction_has_no_error(experiment_of: Make, name: TransformName) -> None:
    split = split_of(TARGETS["years"], name)
    assert split.original
    y = np.column_stack([split.y_train, split.original.transform.of_errors(split.original.train)])
    of = scores(experiment_with(experiment_of, name), split.original.transform)
    prediction = tf.constant(split.y_train[:, None])
    for score in of:
        assert not score(tf.constant(y, tf.float32), prediction).numpy().any()
