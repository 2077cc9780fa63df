"""Experiments that differ in nothing but numbers share a compiled program, to the last bit."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras_fit import split_of
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.training.network import build
from lossbench.training.optimizer import RestartableOptimizer
from lossbench.training.program import compile_program
from lossbench.training.seeding import initial_weights
from lossbench.training.sharing import program_key
from lossbench.training.train import trainer

BINARY = "binary classification"
Make = Callable[..., Experiment]


CIRCLES = {"generator": "make_circles", "n_samples": 1000, "random_state": 1}
SHARING: dict[str, Any] = {
    "optimizer": {"learning_rate": 0.05, "momentum": 1.0},
    "dataset": {**CIRCLES, "noise": 0.2, "random_state": 7},
    "epochs": 12,
    "seed": 5,
    "repeats": 2,
}
OWN: list[dict[str, Any]] = [
    {"optimizer": {"momentum": 0.0}},
    {"model": {"hidden": [24]}},
    {"model": {"hidden": [25], "activation": "tanh"}},
    {"loss": "squared_hinge"},
    {"batch_size": 50},
    {"optimizer": {"nesterov": True}},
    {
        "optimizer": {
            "learning_rate": {
                "schedule": "CosineDecay",
                "initial_learning_rate": 0.01,
                "decay_steps": 9,
            }
        }
    },
    {"optimizer": {"clipnorm": 1.5}},
    {"model": {"hidden": [25], "dropout": 0.5}},
    {"model": {"hidden": [{"units": 25, "l2": 0.5}]}},
    {"class_weight": "balanced"},
    {"early_stopping": {"patience": 3}},
    {"dataset": {**CIRCLES, "noise": 0.1, "n_samples": 900}},
    {"dataset": {**CIRCLES, "noise": 0.1, "train_size": 400}},
    {"published": {"rounded_accuracy": {"train": 0.8}}},  # reported first
]


def test_experiments_that_differ_in_values_share_a_program_and_train_to_the_same_bits(
    experiment_of: Make,
) -> None:
    first = experiment_of(BINARY, "hinge")
    split = first.dataset.load()
    program = compile_program(first, split)
    experiment = experiment_of(BINARY, "hinge", **SHARING)
    data = experiment.dataset.load()
    assert program_key(experiment, data) == program_key(first, split)
    within = trainer(experiment, data, program)(3)
    alone = trainer(experiment, data)(3)
    assert same_bits(within, alone)


def test_whole_numbers_become_floats_on_which_keras_insists(experiment_of: Make) -> None:
    experiment = experiment_of(BINARY, "hinge", optimizer={"momentum": 0, "learning_rate": 1})
    assert experiment == experiment_of(
        BINARY, "hinge", optimizer={"momentum": 0.0, "learning_rate": 1.0}
    )
    RestartableOptimizer(experiment.optimizer, build(experiment, (2,), 1))


@pytest.mark.parametrize("changes", OWN, ids=str)
def test_experiments_that_differ_in_more_than_values_have_programs_of_their_own(
    experiment_of: Make, changes: dict[str, Any]
) -> None:
    first = experiment_of(BINARY, "hinge")
    other = Experiment.model_validate(first.model_dump() | {"published": {}} | changes)
    keys = {program_key(it, it.dataset.load()) for it in (first, other)}
    assert len(keys) == 2


def test_rows_that_are_held_back_are_no_number_but_a_shape(experiment_of: Make) -> None:
    split = experiment_of(BINARY, "hinge").dataset.load()
    keys = {
        program_key(experiment_of(BINARY, "hinge", early_stopping=stopping), split)
        for stopping in (
            {"patience": 3, "validation_size": 0.2},
            {"patience": 4, "validation_size": 100},
            {"patience": 3, "validation_size": 101},
        )
    }
    assert len(keys) == 2


def test_the_layers_of_a_model_count_and_not_how_they_are_written(experiment_of: Make) -> None:
    split = experiment_of(BINARY, "hinge").dataset.load()
    keys = {
        program_key(experiment_of(BINARY, "hinge", model=model), split)
        for model in (
            {"hidden": [9, 9], "dropout": 0.1, "activation": "elu"},
            {
                "hidden": [{"units": 9, "dropout": 0.2}, {"units": 9, "dropout": 0.3}],
                "activation": "elu",
                "output_activation": "tanh",
            },
            {"hidden": [{"units": 9, "dropout": 0.3, "activation": "elu"}] * 2},
        )
    }
    assert len(keys) == 1


def test_a_shared_program_trains_as_fit_does(experiment_of: Make) -> None:
    """Its learning rate is its own, and not that of the experiment that it was compiled for."""
    first, second = (
        experiment_of("regression", "mse", optimizer={"learning_rate": rate}, epochs=2)
        for rate in (0.001, 0.02)
    )
    split = split_of("regression")
    program = compile_program(first, split)
    ours = trainer(second, split, program)(4)

    # The weights and row orders that the seed 4 gives, as trainer draws them.
    order_stream, *streams = np.random.SeedSequence(4).spawn(3)
    shuffle = np.random.default_rng(order_stream)
    model = build(second, (4,), 1)
    model.set_weights(initial_weights(model, streams))
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.02, momentum=0.9), run_eagerly=True)
    for epoch in range(2):
        order = shuffle.permutation(90)
        figures = model.fit(
            split.x_train[order],
            split.y_train[order, None],
            validation_data=(split.x_test, split.y_test[:, None]),
            shuffle=False,
            verbose=0,
        ).history
        assert ours.history["train_loss"][epoch] == pytest.approx(figures["loss"][0], rel=1e-5)
        assert ours.history["test_loss"][epoch] == pytest.approx(figures["val_loss"][0], rel=1e-5)
