"""What early stopping and ReduceLROnPlateau do with a course of figures, against Keras's own.

Keras's callbacks are told the same figures, epoch by epoch, for a model of one weight that is the
number of the epoch. So it is seen whose weights are restored, too.
"""

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from lossbench.config.sections.early_stopping import EarlyStopping
from lossbench.config.sections.reduce_lr_on_plateau import ReduceLROnPlateau
from lossbench.training.early_stopping import EarlyStoppingState
from lossbench.training.figures import LOSS
from lossbench.training.reduce_lr_on_plateau import PlateauState
from lossbench.training.watched import Watched

# Keras reads its own learning rate in a way that NumPy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# By the name that Keras has: what is watched, its direction, and what figure gives a value.
MONITORS = {"loss": (Watched("loss", LOSS), "min"), "accuracy": (Watched("accuracy", -1), "max")}
RATE = 0.5


def courses() -> Iterator[list[float]]:
    """Values that float32 holds, so that equal ones are equal, with ties and without."""
    rng = np.random.default_rng(8)
    for _ in range(12):
        yield (rng.integers(0, 6, 14) / 4).tolist()
    yield np.linspace(2, 0.5, 14, dtype=np.float32).tolist()
    yield np.linspace(0.5, 2, 14, dtype=np.float32).tolist()
    yield [1.0] * 14
    yield [np.nan, *[1.0] * 13]
    yield [np.inf, 1.0, np.nan, 0.5, *[0.5] * 10]


class Course(NamedTuple):
    """What came of it: the epochs, the best one, the epoch of the weights, the last rate."""

    epochs: int
    best_epoch: int
    weights_of: float
    rate: float


def weight_of(model: keras.Sequential, epoch: int) -> None:
    model.set_weights([np.full((1, 1), epoch, np.float32)])


def model_of_one_weight() -> keras.Sequential:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(RATE), "mse")
    return model


class Ours:
    """The states of one program, which trains one course after the other."""

    def __init__(self, monitor: str) -> None:
        self.model = model_of_one_weight()
        self.rate = self.model.optimizer._learning_rate
        watched, _ = MONITORS[monitor]
        self.stopping = EarlyStoppingState(self.model, watched, ties_by_loss=False)
        self.plateau = PlateauState(self.rate, watched)
        self.run = tf.function(self._run, jit_compile=True, autograph=False)

    def _run(self, values: tf.Tensor) -> None:
        (weight,) = self.model.weights

        def epoch(number: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            weight.assign(tf.fill([1, 1], tf.cast(number + 1, tf.float32)))
            figures = tf.repeat(values[number], 2)
            self.plateau.after_epoch(figures)
            return number + 1, self.stopping.after_epoch(figures)

        count = values.shape[0]
        tf.while_loop(lambda number, stopped: (number < count) & ~stopped, epoch, (0, False))

    def course(self, values: list[float], stopping: dict[str, Any], plateau: Any) -> Course:
        self.stopping.restart(EarlyStopping(**stopping))
        self.plateau.restart(ReduceLROnPlateau(**plateau))
        self.rate.assign(RATE)
        self.run(tf.constant(values))
        self.stopping.restore()
        last = self.model.get_weights()[0].item()
        return Course(
            self.stopping.epochs, self.stopping.best_epoch, last, float(self.rate.numpy())
        )


def course_of_keras(
    model: keras.Sequential, monitor: str, values: list[float], stopping: Any, plateau: Any
) -> Course:
    _, mode = MONITORS[monitor]
    stop = keras.callbacks.EarlyStopping(
        monitor, mode=mode, **{"restore_best_weights": True} | stopping
    )
    reduce = keras.callbacks.ReduceLROnPlateau(monitor, mode=mode, **plateau)
    model.optimizer.learning_rate = RATE
    model.stop_training = False
    for callback in (stop, reduce):
        callback.set_model(model)
        callback.on_train_begin()
    for epoch, value in enumerate(values):
        weight_of(model, epoch + 1)
        for callback in (stop, reduce):
            callback.on_epoch_end(epoch, {monitor: value})
        if model.stop_training:
            break
    stop.on_train_end()
    rate = float(model.optimizer.learning_rate.numpy())
    return Course(epoch + 1, stop.best_epoch + 1, model.get_weights()[0].item(), rate)


STOPPING = [
    {
        "patience": patience,
        "min_delta": delta,
        "start_from_epoch": start,
        "restore_best_weights": restore,
        **({} if baseline is None else {"baseline": baseline}),
    }
    for patience, delta, start, restore, baseline in product(
        (0, 1, 3), (0.0, 0.25), (0, 1, 5), (True, False), (None, 0.0, 0.5, 1.0)
    )
]
PLATEAU = [
    {"patience": patience, "min_delta": delta, "cooldown": cooldown, "min_lr": low, "factor": by}
    for patience, delta, cooldown, low, by in product(
        (0, 1, 3), (0.0, 0.25), (0, 1, 4), (0.0, 0.003, 0.7), (0.1, 0.7)
    )
]
NEVER = {"patience": 100}


# Both read the direction of what is watched in one way, so two of the four are for CI.
@pytest.mark.parametrize("monitor", [pytest.param("loss", marks=pytest.mark.thorough), "accuracy"])
def test_every_combination_of_keys_stops_where_keras_does(monitor: str) -> None:
    ours, theirs = Ours(monitor), model_of_one_weight()
    reached = set()
    for stopping, values in zip(STOPPING, cycle(courses()), strict=False):
        found = ours.course(values, stopping, NEVER)
        assert found == course_of_keras(theirs, monitor, values, stopping, NEVER), stopping
        reached.add((found.epochs < len(values), found.best_epoch == found.weights_of))
    # Trainings that go on to the end, and that stop with the best weights or with the last ones.
    assert reached >= {(False, True), (True, True), (True, False)}


@pytest.mark.parametrize("monitor", ["loss", pytest.param("accuracy", marks=pytest.mark.thorough)])
def test_every_combination_of_keys_reduces_the_rate_as_keras_does(monitor: str) -> None:
    ours, theirs = Ours(monitor), model_of_one_weight()
    rates = set()
    for plateau, values in zip(PLATEAU, cycle(courses()), strict=False):
        found = ours.course(values, NEVER, plateau)
        assert found == course_of_keras(theirs, monitor, values, NEVER, plateau), plateau
        rates.add(found.rate)
    assert len(rates) > 10


def test_the_defaults_are_those_of_keras() -> None:
    ours, theirs = ReduceLROnPlateau(), keras.callbacks.ReduceLROnPlateau()
    for key in ReduceLROnPlateau.model_fields.keys() - {"monitor"}:
        assert getattr(ours, key) == getattr(theirs, key)
    stopping, of_keras = EarlyStopping(), keras.callbacks.EarlyStopping()
    for key in ("min_delta", "start_from_epoch", "baseline"):
        assert getattr(stopping, key) == getattr(of_keras, key)
    assert stopping.restore_best_weights is not of_keras.restore_best_weights
