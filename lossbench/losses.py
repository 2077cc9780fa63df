"""The table of losses: what each one asks of the output layer and of the targets.

The loss owns the output layer. A row says which problem a loss is for, how the
targets are encoded, which activations its output layer may have and which metrics
judge it, so that a hinge loss on a sigmoid cannot be written by accident.

To add a loss, add a row. Every row names a function of ``keras.losses`` that returns
one value per example; the tests compare each row's training with Keras's own ``fit``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.parameters import Parameter, Parameters

Problem = Literal["regression", "binary classification", "multi-class classification"]
Labels = Literal["real", "0/1", "-1/1", "one-hot", "integer"]


@dataclass(frozen=True)
class Loss:
    """One row of the table.

    ``activations`` are those the output layer may have, the default first; ``metrics``
    are reported besides the loss, and the first is the one that is printed.
    """

    name: str
    problem: Problem
    labels: Labels
    activations: tuple[str, ...]
    metrics: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)

    @property
    def activation(self) -> str:
        """The output activation where the config names none."""
        return self.activations[0]

    def units(self, classes: int) -> int:
        """Units of the output layer for a target of so many classes (0 for a real one)."""
        return classes if self.problem == "multi-class classification" else 1

    def fits(self, classes: int) -> bool:
        """Whether the loss can be trained on such a target: 0 classes means a real one."""
        if self.problem == "regression":
            return classes == 0
        return classes == 2 if self.problem == "binary classification" else classes >= 2


ANY_REAL = ("linear", "relu", "softplus", "exponential", "tanh", "sigmoid")
ERRORS = ("mse", "mae")
ACCURACY = ("accuracy",)
MARGINS = ("accuracy", "rounded_accuracy")
SMOOTHING = Parameter(0.0, high=1.0)

LOSSES = {
    loss.name: loss
    for loss in (
        Loss("mean_squared_error", "regression", "real", ANY_REAL, ERRORS, ("mse",)),
        # Keras clips predictions and targets at 1e-7 before the logarithm, so the negative
        # half of a standardised target counts as 0. The article's experiment does just that.
        Loss("mean_squared_logarithmic_error", "regression", "real", ANY_REAL, ERRORS, ("msle",)),
        Loss("mean_absolute_error", "regression", "real", ANY_REAL, ERRORS, ("mae",)),
        Loss(
            "binary_crossentropy",
            "binary classification",
            "0/1",
            ("sigmoid",),
            ACCURACY,
            ("bce",),
            {"label_smoothing": SMOOTHING},
        ),
        Loss("hinge", "binary classification", "-1/1", ("tanh", "linear"), MARGINS),
        Loss("squared_hinge", "binary classification", "-1/1", ("tanh", "linear"), MARGINS),
        Loss(
            "categorical_crossentropy",
            "multi-class classification",
            "one-hot",
            ("softmax",),
            ACCURACY,
            (),
            {"label_smoothing": SMOOTHING},
        ),
        Loss(
            "sparse_categorical_crossentropy",
            "multi-class classification",
            "integer",
            ("softmax",),
            ACCURACY,
        ),
        Loss(
            "kl_divergence",
            "multi-class classification",
            "one-hot",
            ("softmax",),
            ACCURACY,
            ("kullback_leibler_divergence", "kld"),
        ),
    )
}
NAMES = {alias: loss.name for loss in LOSSES.values() for alias in (loss.name, *loss.aliases)}


def fitting(classes: int) -> list[str]:
    """Names of the losses that can be trained on a target of so many classes (0: a real one)."""
    return [loss.name for loss in LOSSES.values() if loss.fits(classes)]


def encode(labels: Labels, target: NDArray[Any], classes: int) -> NDArray[Any]:
    """The target as the loss expects it.

    ``target`` has one value per row: real numbers, or class numbers from 0. The result has
    shape (rows, 1), or (rows, classes) for one-hot labels, in float32 (int32 for "integer").
    """
    encoders: dict[Labels, Callable[[], NDArray[Any]]] = {
        "real": lambda: target[:, None].astype(np.float32),
        "0/1": lambda: target[:, None].astype(np.float32),
        "-1/1": lambda: (2 * target[:, None] - 1).astype(np.float32),
        "one-hot": lambda: np.eye(classes, dtype=np.float32)[target],
        "integer": lambda: target[:, None].astype(np.int32),
    }
    return encoders[labels]()
