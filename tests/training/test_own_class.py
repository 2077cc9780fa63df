"""A class derived from keras.losses.Loss as a loss: as fit with an object of it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keras_fit import assert_equals_fit, split_of

from lossbench.config.experiment import Experiment

pytestmark = pytest.mark.slow

CODE = """\
import keras
from keras import ops


class Far(keras.losses.Loss):
    def __init__(self, delta=1.0, name=None):
        super().__init__(name=name)
        self.delta = delta
        self.scale = keras.Variable(delta)  # which a program may not make while it is traced

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return self.scale * ops.softplus(ops.abs(error) - self.delta)


class Right(keras.losses.Loss):
    # The labels are floats, as Keras gives them, also where they are numbers of classes.
    def call(self, y_true, y_pred):
        assert y_true.dtype == y_pred.dtype
        right = ops.one_hot(ops.cast(y_true[:, 0], "int32"), y_pred.shape[1])
        return ops.sum(ops.square(right - y_pred) * (1 + y_true), axis=1)


class Twice(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return 2 * keras.losses.binary_crossentropy(y_true, y_pred)
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("problem", "loss"),
    [
        ("regression", {"function": "losses_of_hers:Far", "labels": "real", "delta": 0.5}),
        ("binary classification", {"function": "losses_of_hers:Far", "labels": "-1/1"}),
        ("multi-class classification", {"function": "losses_of_hers:Right", "labels": "integer"}),
        # Keras looks behind the sigmoid and the softmax of these, for the logits.
        ("binary classification", {"function": "losses_of_hers:Twice", "labels": "0/1"}),
        (
            "multi-class classification",
            {
                "function": "keras.losses:CategoricalCrossentropy",
                "labels": "one-hot",
                "label_smoothing": 0.2,
            },
        ),
    ],
)
def test_a_class_has_the_figures_of_fit(
    experiment_of: Callable[..., Experiment],
    problem: Any,
    loss: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "losses_of_hers.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "losses_of_hers", raising=False)
    experiment = experiment_of(problem, {"name": "own", **loss}, model={"hidden": [6]}, epochs=2)
    assert_equals_fit(experiment, split_of(problem))
