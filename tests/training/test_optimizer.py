"""Every optimizer and every schedule against fit."""

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras_fit import assert_equals_fit, split_of
from keras_version import skip_what_keras_lacks

from lossbench.config.experiment import Experiment
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

Make = Callable[..., Experiment]

# Two epochs are six steps of 32 rows at most.


OPTIMIZER_SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"learning_rate": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.9, "clipnorm": 0.5}),
    ("SGD", {"momentum": 0.9, "clipvalue": 0.1, "use_ema": True, "ema_momentum": 0.8}),
    (
        "SGD",
        {
            "momentum": 0.9,
            "global_clipnorm": 0.3,
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_overwrite_frequency": 4,
        },
    ),
    ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.8}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8}),
    ("AdamW", {"weight_decay": 0.1}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9}),
    ("Adafactor", {"learning_rate": 0.01, "relative_step": False, "clip_threshold": 0.8}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.2}),
    ("Adamax", {"beta_2": 0.99}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "l1_regularization_strength": 0.01,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.1,
        },
    ),
    ("Lamb", {"weight_decay": 0.01}),
    ("Lion", {"beta_2": 0.9}),
    ("Muon", {"momentum": 0.9, "ns_steps": 4}),
    ("Nadam", {"beta_1": 0.8}),
    ("ScheduleFreeAdamW", {"warmup_steps": 3}),
]


@pytest.mark.parametrize(
    ("name", "settings"),
    OPTIMIZER_SETTINGS,
    ids=[f"{name} {' '.join(settings)}" for name, settings in OPTIMIZER_SETTINGS],
)
def test_every_optimizer_has_the_figures_of_fit(
    experiment_of: Make, name: str, settings: dict[str, Any]
) -> None:
    skip_what_keras_lacks(name)
    optimizer = {"name": name, **settings}
    model = {"hidden": [6]}
    experiment = experiment_of("regression", "mse", optimizer=optimizer, model=model, epochs=2)
    theirs = getattr(keras.optimizers, name)(**settings)
    assert_equals_fit(experiment, split_of("regression"), theirs)


def test_every_optimizer_is_compared_with_fit() -> None:
    assert {name for name, _ in OPTIMIZER_SETTINGS} == set(OPTIMIZERS)


SCHEDULE_SETTINGS: dict[str, dict[str, Any]] = {
    "ExponentialDecay": {"decay_steps": 2, "decay_rate": 0.7, "staircase": True},
    "InverseTimeDecay": {"decay_steps": 2, "decay_rate": 0.7},
    "PolynomialDecay": {"decay_steps": 3, "power": 2.0, "cycle": True},
    "PiecewiseConstantDecay": {"boundaries": [1, 3], "values": [0.05, 0.02, 0.01]},
    "CosineDecay": {"decay_steps": 3, "alpha": 0.1, "warmup_target": 0.05, "warmup_steps": 2},
    "CosineDecayRestarts": {"first_decay_steps": 2, "t_mul": 1.5, "m_mul": 0.9},
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_has_the_figures_of_fit(experiment_of: Make, name: str) -> None:
    settings = SCHEDULE_SETTINGS[name]
    if "values" not in settings:
        settings = {"initial_learning_rate": 0.04, **settings}
    rate = {"schedule": name, **settings}
    optimizer = {"name": "SGD", "momentum": 0.5, "learning_rate": rate}
    model = {"hidden": [6]}
    experiment = experiment_of("regression", "mse", optimizer=optimizer, model=model, epochs=2)
    theirs = keras.optimizers.SGD(getattr(keras.optimizers.schedules, name)(**settings), 0.5)
    assert_equals_fit(experiment, split_of("regression"), theirs)
