"""Early stopping against fit."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from kept_programs import kept_program, kept_trainer
from keras_fit import assert_equals_fit, sgd, split_of
from same_bits import same_bits

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


# test_callbacks.py has every combination of keys, without a training.
@pytest.mark.thorough
@pytest.mark.parametrize(
    "keys",
    [
        {"start_from_epoch": 4},
        {"restore_best_weights": False, "patience": 3},
        {"baseline": 1, "patience": 5},
        {"baseline": 0.5, "start_from_epoch": 2, "restore_best_weights": False, "patience": 4},
    ],
    ids=str,
)
def test_further_keys_do_what_they_do_in_fit(experiment_of: Make, keys: dict[str, Any]) -> None:
    given = {"patience": 1, **keys}
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=9,
        early_stopping={"validation_size": 0.25, **given},
        optimizer={"learning_rate": 0.02},
    )
    split = split_of("regression")
    callback = keras.callbacks.EarlyStopping(**{"restore_best_weights": True} | given)
    assert_equals_fit(
        experiment,
        split,
        sgd(learning_rate=0.02),
        callbacks=[callback],
        program=kept_program(experiment, split),
    )
    assert callback.stopped_epoch > 0


@pytest.mark.parametrize(
    ("problem", "loss", "monitor", "keys"),
    [
        ("regression", "mae", "rmse", {"min_delta": 0.05, "baseline": 0.3}),
        pytest.param(
            "regression",
            "mae",
            "r2",
            {"min_delta": 0.02, "baseline": 0.9},
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_min_delta_and_baseline_are_in_the_units_of_the_metric(
    experiment_of: Make, problem: Problem, loss: str, monitor: str, keys: dict[str, float]
) -> None:
    """Though what the program takes the mean of is another one: the squared error."""
    experiment = experiment_of(
        problem,
        loss,
        epochs=12,
        early_stopping={"patience": 2, "validation_size": 0.25, "monitor": monitor, **keys},
        optimizer={"learning_rate": 0.03},
    )
    metric = {
        "rmse": keras.metrics.RootMeanSquaredError(name="rmse"),
        "r2": keras.metrics.R2Score(name="r2"),
    }[monitor]
    callback = keras.callbacks.EarlyStopping(
        monitor=f"val_{monitor}",
        mode="min" if monitor == "rmse" else "max",
        patience=2,
        restore_best_weights=True,
        **keys,
    )
    assert_equals_fit(
        experiment,
        split_of(problem),
        sgd(learning_rate=0.03),
        callbacks=[callback],
        watched=[metric],
    )
    assert callback.stopped_epoch > 0


def test_without_restored_weights_they_are_those_of_the_last_epoch_and_the_best_is_told(
    experiment_of: Make,
) -> None:
    split = split_of("regression")
    best, last = (
        kept_trainer(
            experiment_of(
                "regression",
                "mse",
                epochs=9,
                early_stopping={"patience": 2, "restore_best_weights": kept},
                optimizer={"learning_rate": 0.02},
            ),
            split,
        )(0)
        for kept in (True, False)
    )
    assert (best.epochs, best.best_epoch) == (last.epochs, last.best_epoch)
    assert last.best_epoch is not None
    assert last.epochs == last.best_epoch + 2
    curve = last.history["validation_loss"]
    assert np.argmin(curve) + 1 == last.best_epoch
    assert last.test["loss"] == pytest.approx(last.history["test_loss"][-1], rel=1e-5)
    assert best.test["loss"] == pytest.approx(
        last.history["test_loss"][last.best_epoch - 1], rel=1e-5
    )


@pytest.mark.thorough
def test_all_keys_are_read_by_one_program_and_forgotten_by_the_next_training(
    experiment_of: Make,
) -> None:
    split = split_of("regression")
    experiments = [
        experiment_of(
            "regression",
            "mse",
            epochs=9,
            early_stopping={"patience": 1, **keys},
            optimizer={"learning_rate": 0.02},
        )
        for keys in (
            {"start_from_epoch": 5},
            {},
            {"baseline": 0.01, "restore_best_weights": False, "min_delta": 0.1},
        )
    ]
    alone = [trainer(it, split)(3) for it in experiments]
    assert len({it.epochs for it in alone}) > 1
    program = kept_program(experiments[0], split)
    for it, expected in zip(experiments, alone, strict=True):
        assert kept_program(it, split) is program
        train = trainer(it, split, program)
        train(4)
        assert same_bits(train(3), expected)


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
