"""The tables of optimizers and schedules against the signatures of Keras."""

import inspect
from typing import Any

import keras
import pytest
from keras_signatures import defaults, signature

from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES, SINCE


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_has_the_parameters_of_keras(name: str) -> None:
    if name in SINCE and tuple(map(int, keras.__version__.split(".")[:2])) < SINCE[name]:
        pytest.skip(f"this Keras is older than {name}")
    found = dict(defaults(OPTIMIZERS[name]))
    if name == "SGD":
        assert found.pop("momentum") == 0.9  # the tutorial's; Keras's is 0
        found["momentum"] = 0.0
    assert found == signature(getattr(keras.optimizers, name).__init__)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_the_parameters_of_keras(name: str) -> None:
    of = getattr(keras.optimizers.schedules, name).__init__
    assert defaults(SCHEDULES[name]) == signature(of)


def test_every_optimizer_and_schedule_of_keras_is_there() -> None:
    def named(module: Any, base: type) -> set[str]:
        classes = [it for it in vars(module).values() if inspect.isclass(it)]
        return {it.__name__ for it in classes if issubclass(it, base) and it is not base}

    # They are made of other optimizers, or are the same by another name.
    composed = {"LossScaleOptimizer", "MultiOptimizer"}
    optimizers = named(keras.optimizers, keras.optimizers.Optimizer)
    assert optimizers - composed <= set(OPTIMIZERS)
    schedules = keras.optimizers.schedules
    assert named(schedules, schedules.LearningRateSchedule) == set(SCHEDULES)
