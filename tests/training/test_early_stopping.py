"""Early stopping against fit."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras_fit import assert_equals_fit, sgd, split_of

from lossbench.config.experiment import Experiment
from lossbench.tables.problems import Problem
from lossbench.training.train import trainer

Make = Callable[..., Experiment]


@pytest.mark.parametrize(
    ("patience", "min_delta", "optimizer"),
    [
        (1, 0, {"learning_rate": 0.1}),
        pytest.param(2, 0.3, {"learning_rate": 0.02}, marks=pytest.mark.thorough),
        pytest.param(0, 0, {"learning_rate": 0.1, "use_ema": True}, marks=pytest.mark.thorough),
        pytest.param(20, 0, {"learning_rate": 0.01}, marks=pytest.mark.thorough),
    ],
)
def test_early_stopping_ends_in_the_epoch_and_with_the_weights_of_fit(
    experiment_of: Make, patience: int, min_delta: float, optimizer: dict[str, Any]
) -> None:
    stopping = {"patience": patience, "min_delta": min_delta, "validation_size": 0.25}
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=9,
        model={"hidden": [6], "batch_normalization": True},
        early_stopping=stopping,
        optimizer=optimizer,
    )
    callback = keras.callbacks.EarlyStopping(
        patience=patience, min_delta=min_delta, restore_best_weights=True
    )
    theirs = sgd(**optimizer)
    assert_equals_fit(experiment, split_of("regression"), theirs, callbacks=[callback])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("problem", "loss", "monitor"),
    [("regression", "mse", "mae"), ("binary classification", "hinge", "accuracy")],
)
def test_a_metric_that_is_watched_ends_training_as_in_fit(
    experiment_of: Make, problem: Problem, loss: str, monitor: str
) -> None:
    experiment = experiment_of(
        problem,
        loss,
        epochs=9,
        early_stopping={"patience": 1, "validation_size": 0.25, "monitor": monitor},
        optimizer={"learning_rate": 0.1},
    )
    callback = keras.callbacks.EarlyStopping(
        monitor=f"val_{monitor}",
        mode="min" if monitor == "mae" else "max",
        patience=1,
        restore_best_weights=True,
    )
    theirs = sgd(learning_rate=0.1)
    assert_equals_fit(experiment, split_of(problem), theirs, callbacks=[callback])


@pytest.mark.thorough
def test_dropout_and_early_stopping_are_the_same_bits_whatever_was_trained_before(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=8,
        model={"hidden": [6], "dropout": 0.3},
        optimizer={"name": "Nadam", "learning_rate": 0.5},
        early_stopping={"patience": 1, "validation_size": 30},
    )
    split = split_of("regression")
    train = trainer(experiment, split)
    zero, one = train(0), train(1)
    assert {zero.epochs, one.epochs} != {8}
    assert zero.epochs != one.epochs
    for training in (zero, one):
        assert training.best_epoch == training.epochs - 1
        curve = training.history["validation_loss"]
        assert len(curve) == training.epochs
        assert np.argmin(curve) + 1 == training.best_epoch
    monkeypatch.setattr("lossbench.training.program.ROWS_PER_CALL", 60)  # an epoch at a time
    again = trainer(experiment, split)(1)
    assert (again.train, again.test, again.epochs) == (one.train, one.test, one.epochs)
    for key, figures in one.history.items():
        np.testing.assert_array_equal(again.history[key], figures)
