"""The tables of losses, optimizers and schedules against the signatures of Keras."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import pytest

from lossbench.config.experiment import Experiment
from lossbench.tables.losses import LOSSES, NOT_FITTING
from lossbench.tables.metrics import METRICS
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES, SINCE
from lossbench.tables.parameters import Parameters
from lossbench.training import scores

# Of the whole network or of nothing that a person sets here.
LEFT_OUT = {"self", "name", "kwargs", "loss_scale_factor", "exclude_layers", "exclude_embeddings"}


def signature(of: Any) -> dict[str, Any]:
    parameters = inspect.signature(of).parameters
    return {name: it.default for name, it in parameters.items() if name not in LEFT_OUT}


def defaults(rows: Parameters) -> Mapping[str, Any]:
    return {
        name: inspect.Parameter.empty if row.needed else row.default for name, row in rows.items()
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_has_the_parameters_of_keras(name: str) -> None:
    if name in SINCE and tuple(map(int, keras.__version__.split(".")[:2])) < SINCE[name]:
        pytest.skip(f"this Keras is older than {name}")
    found = dict(defaults(OPTIMIZERS[name]))
    if name == "SGD":
        assert found.pop("momentum") == 0.9  # the articles'; Keras's is 0
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


def test_every_loss_of_keras_is_there_or_known_not_to_fit() -> None:
    functions = {name for name, it in vars(keras.losses).items() if inspect.isfunction(it)}
    functions -= {"deserialize", "get", "serialize"}
    aliases = {alias for loss in LOSSES.values() for alias in loss.aliases}
    assert functions - aliases - set(LOSSES) == set(NOT_FITTING)


@pytest.mark.parametrize("loss", [it for it in LOSSES.values() if it.name != "quantile"])
def test_a_loss_has_the_parameters_of_keras(loss: Any) -> None:
    found = signature(getattr(keras.losses, loss.name))
    assert loss.logits == ("from_logits" in found) or "from_logits" not in found
    for name in ("y_true", "y_pred", "from_logits", "axis", "ignore_class"):
        found.pop(name, None)
    own = dict(defaults(loss.parameters))
    if loss.name == "categorical_generalized_cross_entropy":
        assert found.pop("q") is inspect.Parameter.empty
        assert own.pop("q") == 0.7
    assert own == found


def test_every_metric_of_every_epoch_has_a_function() -> None:
    assert {it.name for it in METRICS.values() if it.every_epoch} == set(scores.METRICS)


def test_what_has_its_default_is_said_in_one_way() -> None:
    def hashed(**optimizer: Any) -> str:
        return Experiment.model_validate(
            {
                "name": "it",
                "dataset": {"generator": "make_circles"},
                "model": {"hidden": [5]},
                "loss": "hinge",
                "optimizer": optimizer,
                "epochs": 1,
            }
        ).config_hash

    assert hashed(nesterov=False, clipnorm=None) == hashed()
    assert hashed(nesterov=True) != hashed()
