"""Tuning against trainings of each value by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from kept_programs import kept_program, kept_trainer
from keras_fit import split_of
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.config.sections.tune import at_edge, further_rates
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.training.answers import values
from lossbench.training.train import fitter, training
from lossbench.training.train import trainer as plain_trainer
from lossbench.training.tuning import _judged, trainer

Make = Callable[..., Experiment]
RATE = "optimizer.learning_rate"
RATES = [0.001, 0.01, 0.1]


def tuned(make: Make, problem: str, loss: str, metric: str, **changes: Any) -> Experiment:
    given: dict[str, Any] = {
        "epochs": 6,
        "early_stopping": {"patience": 2, "validation_size": 24},
        "tune": {"metric": metric, "grid": {RATE: RATES}},
        **changes,
    }
    return make(problem, loss, **given)


def held_back(experiment: Experiment, split: Split) -> tuple[np.ndarray, np.ndarray]:
    rows = experiment.fitted_rows(split)
    return split.x_train[rows:], split.measured[0][rows:]


@pytest.mark.parametrize(
    ("problem", "loss", "metric"),
    [
        ("regression", "mae", "r2"),
        pytest.param("binary classification", "hinge", "roc_auc", marks=pytest.mark.thorough),
    ],
)
def test_the_values_are_those_with_the_best_metric_on_the_rows_held_back(
    experiment_of: Make, problem: Any, loss: str, metric: str
) -> None:
    experiment = tuned(experiment_of, problem, loss, metric)
    split = split_of(problem)
    x, y = held_back(experiment, split)
    points = [with_point(experiment, {RATE: rate}) for rate in RATES]
    alone = [kept_trainer(it, split)(0) for it in points]
    found = [
        values([metric], it, of.weights, x, y)[metric] for it, of in zip(points, alone, strict=True)
    ]
    best = int(np.argmax(found))
    train = trainer(experiment, split, kept_program(experiment, split))
    (first, second) = train(experiment.seed), train(experiment.seed + 1)
    assert first.tuned == second.tuned
    assert first.tuned[RATE] in (RATES[best], *further(RATES[best]))
    chosen = with_point(experiment, first.tuned)
    assert same_bits(first, kept_trainer(chosen, split)(experiment.seed))
    assert same_bits(second, kept_trainer(chosen, split)(experiment.seed + 1))
    assert first.seconds > 0


def further(rate: float) -> list[float]:
    return further_rates(RATES, rate)


def test_a_list_goes_on_in_its_steps_at_the_end_where_the_best_value_lies() -> None:
    assert further(0.001) == [0.0001, 0.00001, 0.000001, 0.0000001]
    assert further(0.1) == [1, 10, 100, 1000]
    assert further(0.01) == []
    assert at_edge(RATES, 1000)
    assert not at_edge(RATES, 0.1)


def test_the_rate_goes_below_its_list_where_that_is_better(experiment_of: Make) -> None:
    tune = {"metric": "mse", "grid": {RATE: [10.0, 100.0]}}
    experiment = tuned(experiment_of, "regression", "mse", "mse", tune=tune)
    split = split_of("regression")
    training = trainer(experiment, split, kept_program(experiment, split))(0)
    assert training.tuned[RATE] in (1.0, 0.1, 0.01, 0.001)
    assert not training.diverged


@pytest.mark.parametrize("metric", ["mse", "rmse", "r2"])
def test_the_weights_that_are_kept_are_judged(experiment_of: Make, metric: str) -> None:
    """Those of the last epoch, if the best ones are not restored; whatever early stopping saw."""
    stopping = {"patience": 1, "validation_size": 24, "restore_best_weights": False}
    tune = {"metric": metric, "grid": {RATE: [0.02]}}
    experiment = tuned(
        experiment_of,
        "regression",
        "mse",
        metric,
        tune=tune,
        early_stopping=stopping,
        optimizer={"learning_rate": 0.02},
    )
    split = split_of("regression")
    fitted = fitter(experiment, split, kept_program(experiment, split))(0)
    assert fitted.best_epoch != fitted.kept_epoch == len(fitted.history.train)
    trained = training(experiment, 0, fitted)
    error, loss = _judged(experiment, metric, split, fitted, trained)
    x, y = held_back(experiment, split)
    found = values(["rmse", "r2"], experiment, trained.weights, x, y)
    wanted = {"mse": found["rmse"] ** 2, "rmse": found["rmse"], "r2": -found["r2"]}
    assert error == pytest.approx(wanted[metric], rel=1e-5)
    assert loss == pytest.approx(wanted["mse"], rel=1e-5)


@pytest.mark.thorough
def test_test_rows_decide_nothing(experiment_of: Make) -> None:
    experiment = tuned(experiment_of, "regression", "mse", "mae")
    split = split_of("regression")
    other = replace(split, x_test=split.x_test[::-1].copy(), y_test=split.y_test + 100)
    one, another = (trainer(experiment, it)(0) for it in (split, other))
    assert one.tuned == another.tuned
    assert one.best_epoch == another.best_epoch
    for a, b in zip(one.weights, another.weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.thorough
def test_classes_count_alike_in_a_balanced_accuracy_that_is_watched(experiment_of: Make) -> None:
    split = split_of("multi-class classification")
    stopping = {"patience": 3, "validation_size": 25, "monitor": "balanced_accuracy"}
    experiment = tuned(
        experiment_of,
        "multi-class classification",
        "categorical_crossentropy",
        "balanced_accuracy",
        early_stopping=stopping,
        tune={"metric": "balanced_accuracy", "grid": {RATE: [0.05]}},
    )
    training = trainer(experiment, split)(0)
    x, y = held_back(experiment, split)
    assert len(set(np.bincount(y))) > 1
    # Whatever the epochs before and after reached, the weights kept are the best ones.
    reached = [
        values(
            ["balanced_accuracy"],
            experiment,
            plain_trainer(
                with_point(experiment, training.tuned).model_copy(
                    update={"epochs": epochs, "early_stopping": None, "tune": None}
                ),
                replace(split, x_train=split.x_train[:-25], y_train=split.y_train[:-25]),
            )(0).weights,
            x,
            y,
        )["balanced_accuracy"]
        for epochs in range(1, (training.epochs or 0) + 1)
    ]
    kept = values(["balanced_accuracy"], experiment, training.weights, x, y)["balanced_accuracy"]
    assert kept == pytest.approx(max(reached))
