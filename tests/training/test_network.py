"""Every kind of layer against fit."""

from collections.abc import Callable
from typing import Any

import pytest
from keras_fit import assert_equals_fit, split_of

from lossbench.config.experiment import Experiment

Make = Callable[..., Experiment]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "model",
    [
        {"hidden": [{"units": 6, "activation": "tanh", "l1": 0.01}, {"units": 5, "l2": 0.02}]},
        {"hidden": [6, {"units": 5, "activation": "elu"}], "batch_normalization": True},
        {"hidden": [6, {"units": 5, "dropout": 0}], "dropout": 0.4},
        {"hidden": [{"units": 6, "batch_normalization": True, "dropout": 0.3}, 5], "l2": 0.01},
    ],
    ids=["penalties", "batch normalisation", "dropout", "all"],
)
def test_every_kind_of_layer_has_the_figures_of_fit(
    experiment_of: Make, model: dict[str, Any]
) -> None:
    experiment = experiment_of("regression", "mse", model=model, epochs=2)
    # Compiled by XLA, fit draws the same numbers for its dropout.
    dropout = any(layer.dropout for layer in experiment.model.hidden_layers)
    assert_equals_fit(experiment, split_of("regression"), jit=dropout)
