"""A learning rate that is reduced on a plateau, against fit."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from kept_programs import kept_program, kept_trainer
from keras_fit import assert_equals_fit, sgd, split_of
from same_bits import same_bits
from sklearn import metrics

from lossbench.config.experiment import Experiment
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.tables.problems import Problem
from lossbench.training.batching import program_inputs
from lossbench.training.program import compile_program
from lossbench.training.seeding import draw
from lossbench.training.sharing import program_key
from lossbench.training.train import fit_function, trainer
from lossbench.training.tuning import trainer as tuning_trainer

# Keras reads its own learning rate in a way that NumPy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Make = Callable[..., Experiment]
STOPPING = {"patience": 5, "validation_size": 0.25}


def equals_fit(
    experiment: Experiment,
    problem: Problem,
    callbacks: list[keras.callbacks.Callback],
    optimizer: keras.optimizers.Optimizer,
) -> None:
    """Beside the figures and weights of each epoch, the rate at the end, which was reduced."""
    split = split_of(problem)
    program = kept_program(experiment, split)
    assert_equals_fit(experiment, split, optimizer, callbacks=callbacks, program=program)
    ours, theirs = program.optimizer.learning_rate.numpy(), optimizer.learning_rate.numpy()
    assert ours == theirs < experiment.optimizer.parameters["learning_rate"]


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"patience": 1, "factor": 0.3}, marks=pytest.mark.thorough),
        pytest.param({"patience": 0, "factor": 0.5, "cooldown": 2}, marks=pytest.mark.thorough),
        {"patience": 1, "factor": 0.2, "cooldown": 1, "min_lr": 0.003, "min_delta": 0.2},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "stopping",
    [
        pytest.param(None, id="training rows"),
        pytest.param(STOPPING, id="rows held back", marks=pytest.mark.thorough),
    ],
)
def test_the_loss_that_is_watched_reduces_the_rate_as_in_fit(
    experiment_of: Make, stopping: dict[str, Any] | None, keys: dict[str, Any]
) -> None:
    given = {"min_delta": 0.01, **keys}
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=8,
        early_stopping=stopping,
        reduce_lr_on_plateau=given,
        optimizer={"learning_rate": 0.02},
    )
    part = "val_" if stopping else ""
    callbacks = [keras.callbacks.ReduceLROnPlateau(f"{part}loss", **given)]
    if stopping:
        callbacks.append(keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True))
    equals_fit(experiment, "regression", callbacks, sgd(learning_rate=0.02))


@pytest.mark.thorough
@pytest.mark.parametrize("stopping", [None, {**STOPPING, "monitor": "accuracy"}], ids=str)
@pytest.mark.parametrize(
    "optimizer",
    [
        {"name": "Adam", "learning_rate": 0.3},
        {"name": "Nadam", "learning_rate": 0.3},
        {"name": "SGD", "learning_rate": 0.1, "momentum": 0.9, "use_ema": True},
        {"name": "AdamW", "learning_rate": 0.3, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_a_metric_that_is_watched_reduces_the_rate_of_other_optimizers_as_in_fit(
    experiment_of: Make, stopping: dict[str, Any] | None, optimizer: dict[str, Any]
) -> None:
    given = {"patience": 1, "factor": 0.4, "min_delta": 0.02}
    experiment = experiment_of(
        "binary classification",
        "bce",
        epochs=8,
        early_stopping=stopping,
        reduce_lr_on_plateau={"monitor": "accuracy", **given},
        optimizer=optimizer,
        class_weight={"0": 1, "1": 3},
    )
    part = "val_" if stopping else ""
    callbacks = [keras.callbacks.ReduceLROnPlateau(f"{part}accuracy", mode="max", **given)]
    if stopping:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                "val_accuracy", mode="max", patience=5, restore_best_weights=True
            )
        )
    parameters = {key: value for key, value in optimizer.items() if key != "name"}
    theirs = getattr(keras.optimizers, optimizer["name"])(**parameters)
    split = split_of("binary classification")
    assert_equals_fit(experiment, split, theirs, callbacks=callbacks, class_weight={0: 1, 1: 3})


def watched_of_one_epoch(experiment: Experiment, split: Split) -> tuple[float, np.ndarray]:
    """The figure that is watched, and what the network says that has hardly been trained."""
    program = compile_program(experiment, split)
    fit = fit_function(experiment, program, program_inputs(experiment, split))
    fitted = fit(draw(3, program.model, 90, [1]))
    return float(fitted.history.train[0, -1]), program.model.predict(split.x_train, verbose=0)


@pytest.mark.thorough
def test_classes_count_alike_and_errors_by_the_variance_on_training_rows_too(
    experiment_of: Make,
) -> None:
    given: dict[str, Any] = {"epochs": 1, "optimizer": {"learning_rate": 1e-12}}
    split = split_of("multi-class classification")
    reduced = {"reduce_lr_on_plateau": {"monitor": "balanced_accuracy"}}
    loss = "sparse_categorical_crossentropy"
    experiment = experiment_of("multi-class classification", loss, **given, **reduced)
    found, said = watched_of_one_epoch(experiment, split)
    wanted = metrics.balanced_accuracy_score(split.y_train, said.argmax(axis=1))
    assert found == pytest.approx(wanted, abs=1e-6)
    assert wanted != pytest.approx(np.mean(split.y_train == said.argmax(axis=1)), abs=1e-3)
    split = split_of("regression")
    reduced = {"reduce_lr_on_plateau": {"monitor": "r2"}}
    found, said = watched_of_one_epoch(
        experiment_of("regression", "mae", **given, **reduced), split
    )
    assert 1 - found == pytest.approx(metrics.r2_score(split.y_train, said[:, 0]), abs=1e-5)


@pytest.mark.thorough
def test_a_sweep_of_its_numbers_shares_a_program_and_no_rate_is_left_to_the_next_seed(
    experiment_of: Make,
) -> None:
    split = split_of("regression")
    experiments = [
        experiment_of(
            "regression",
            "mse",
            epochs=8,
            optimizer={"learning_rate": rate},
            reduce_lr_on_plateau=keys,
        )
        for rate, keys in (
            (0.02, {"patience": 0, "factor": 0.1, "min_delta": 10}),
            (0.01, {"patience": 1, "cooldown": 2, "min_lr": 0.002, "min_delta": 0.5}),
        )
    ]
    program = compile_program(experiments[0], split)
    for it in experiments:
        assert program_key(it, split) == program_key(experiments[0], split)
        train = trainer(it, split, program)
        train(4)
        assert same_bits(train(3), trainer(it, split)(3))


def test_what_is_watched_and_whether_anything_is_make_another_program(experiment_of: Make) -> None:
    split = split_of("regression")
    keys = {
        program_key(experiment_of("regression", "mse", reduce_lr_on_plateau=it), split)
        for it in (None, {"patience": 3}, {"patience": 4}, {"monitor": "mae"}, {"monitor": "rmse"})
    }
    assert len(keys) == 4


@pytest.mark.thorough
def test_tuned_rates_are_reduced_each_from_its_own_start(experiment_of: Make) -> None:
    split = split_of("regression")
    rates = [0.001, 0.02, 5.0]
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=8,
        early_stopping={"patience": 8, "validation_size": 24},
        reduce_lr_on_plateau={"patience": 0, "factor": 0.1, "min_delta": 10},
        tune={"metric": "mse", "grid": {"optimizer.learning_rate": rates}},
    )
    train = tuning_trainer(experiment, split)
    first, second = train(0), train(1)
    chosen = with_point(experiment, first.tuned)
    assert same_bits(second, kept_trainer(chosen, split)(1))
    without = chosen.model_copy(update={"reduce_lr_on_plateau": None})
    assert not same_bits(second, kept_trainer(without, split)(1))
