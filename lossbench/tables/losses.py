"""The table of losses: what each one asks of the output layer and of the targets.

The loss owns the output layer. A row says which problem a loss is for, how the
targets are encoded, which activations its output layer may have and which metrics
judge it, so that a hinge loss on a sigmoid cannot be written by accident.

To add a loss, add a row. A row names a function of ``keras.losses``, or one in scores.py, that
returns one value per example; the tests compare each row's training with Keras's own ``fit``.
A person's own loss is a row that the config states (see ``own``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables import metrics
from lossbench.tables.parameters import Parameter, Parameters
from lossbench.tables.problems import Labels, Problem

Targets = Literal["any", "not negative", "not zero"]


@dataclass(frozen=True)
class Loss:
    """One row of the table.

    ``activations`` are those the output layer may have, the default first. Where ``logits`` is
    true, a linear output is of logits: the function is then called with ``from_logits``.
    ``targets`` says which real targets the loss has a sensible value for.
    """

    name: str
    problem: Problem
    labels: Labels
    activations: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    logits: bool = False
    targets: Targets = "any"

    @property
    def title(self) -> str:
        """The loss as text: "mean squared error"."""
        return self.name.replace("kl_", "KL_").replace("_", " ")

    @property
    def activation(self) -> str:
        """The output activation where the config names none."""
        return self.activations[0]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of every epoch; the first is the one that is printed."""
        return metrics.every_epoch(self.problem, self.labels)

    @property
    def final_metrics(self) -> tuple[str, ...]:
        """Further metrics, of the final weights, that a config may ask for."""
        return metrics.of_final_weights(self.problem)

    def units(self, classes: int) -> int:
        """Units of the output layer for a target of so many classes (0 for a real one)."""
        return classes if self.problem == "multi-class classification" else 1

    def fits(self, classes: int) -> bool:
        """Whether the loss can be trained on such a target: 0 classes means a real one."""
        if self.problem == "regression":
            return classes == 0
        return classes == 2 if self.problem == "binary classification" else classes >= 2


ANY_REAL = ("linear", "relu", "softplus", "exponential", "tanh", "sigmoid")
SMOOTHING = Parameter(0.0, high=1.0)
FOCUS = Parameter(2.0)
PROBABILITY = ("sigmoid", "linear")
PROBABILITIES = ("softmax", "linear")

LOSSES = {
    loss.name: loss
    for loss in (
        Loss("mean_squared_error", "regression", "real", ANY_REAL, ("mse",)),
        # Keras clips predictions and targets at 1e-7 before the logarithm, so the negative
        # half of a standardised target counts as 0. The article's experiment does just that.
        Loss("mean_squared_logarithmic_error", "regression", "real", ANY_REAL, ("msle",)),
        Loss("mean_absolute_error", "regression", "real", ANY_REAL, ("mae",)),
        Loss(
            "mean_absolute_percentage_error",
            "regression",
            "real",
            ANY_REAL,
            ("mape",),
            targets="not zero",
        ),
        Loss(
            "huber",
            "regression",
            "real",
            ANY_REAL,
            (),
            {"delta": Parameter(1.0, low_excluded=True)},
        ),
        Loss("log_cosh", "regression", "real", ANY_REAL, ("logcosh",)),
        # The pinball loss: its best answer is that quantile of the target (Koenker and Bassett
        # 1978, "Regression Quantiles", Econometrica 46).
        Loss(
            "quantile",
            "regression",
            "real",
            ANY_REAL,
            ("pinball",),
            {"quantile": Parameter(0.5, high=1.0, low_excluded=True, high_excluded=True)},
        ),
        # Of counts and rates: the output is the mean of a Poisson distribution.
        Loss(
            "poisson",
            "regression",
            "real",
            ("exponential", "softplus", "sigmoid", "relu"),
            targets="not negative",
        ),
        Loss(
            "binary_crossentropy",
            "binary classification",
            "0/1",
            PROBABILITY,
            ("bce",),
            {"label_smoothing": SMOOTHING},
            logits=True,
        ),
        Loss(
            "binary_focal_crossentropy",
            "binary classification",
            "0/1",
            PROBABILITY,
            (),
            {
                "gamma": FOCUS,
                "apply_class_balancing": Parameter(False),
                "alpha": Parameter(0.25, high=1.0),
                "label_smoothing": SMOOTHING,
            },
            logits=True,
        ),
        Loss("hinge", "binary classification", "-1/1", ("tanh", "linear")),
        Loss("squared_hinge", "binary classification", "-1/1", ("tanh", "linear")),
        Loss(
            "categorical_crossentropy",
            "multi-class classification",
            "one-hot",
            PROBABILITIES,
            (),
            {"label_smoothing": SMOOTHING},
            logits=True,
        ),
        Loss(
            "sparse_categorical_crossentropy",
            "multi-class classification",
            "integer",
            PROBABILITIES,
            logits=True,
        ),
        Loss(
            "kl_divergence",
            "multi-class classification",
            "one-hot",
            ("softmax",),
            ("kullback_leibler_divergence", "kld"),
        ),
        Loss(
            "categorical_focal_crossentropy",
            "multi-class classification",
            "one-hot",
            PROBABILITIES,
            (),
            {
                "gamma": FOCUS,
                "alpha": Parameter(0.25, one_or_many=True),
                "label_smoothing": SMOOTHING,
            },
            logits=True,
        ),
        # Between cross-entropy (q near 0) and the mean absolute error (q near 1).
        Loss(
            "categorical_generalized_cross_entropy",
            "multi-class classification",
            "integer",
            ("softmax",),
            (),
            {"q": Parameter(0.7, high=1.0, low_excluded=True, high_excluded=True)},
        ),
        Loss(
            "categorical_hinge",
            "multi-class classification",
            "one-hot",
            ("linear", "tanh"),
        ),
        Loss(
            "cosine_similarity",
            "multi-class classification",
            "one-hot",
            PROBABILITIES,
        ),
    )
}
# Losses of Keras that do not fit: of a whole batch or picture (dice, tversky), of sequences (ctc)
# and of embeddings (circle). The cosine of a single unit is its sign, so regression has none.
NOT_FITTING = ("circle", "ctc", "dice", "tversky")
NAMES = {alias: loss.name for loss in LOSSES.values() for alias in (loss.name, *loss.aliases)}
# Names that Keras had for some of them once; the other ones that it had are aliases.
FORMER = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
}


# What a person's own loss may have: the output activations for its labels, the default first. The
# decision boundary of each is where the unit is 0 before it; a linear one is of logits.
OWN_ACTIVATIONS: dict[Labels, tuple[str, ...]] = {
    "real": ANY_REAL,
    "0/1": PROBABILITY,
    "-1/1": ("tanh", "linear", "softsign"),
    "one-hot": PROBABILITIES,
    "integer": PROBABILITIES,
}


def own(name: str, labels: Labels, activation: str) -> Loss:
    """The row of a person's own loss; its labels tell the problem."""
    problem: Problem = "regression"
    if labels != "real":
        binary = labels in ("0/1", "-1/1")
        problem = "binary classification" if binary else "multi-class classification"
    return Loss(name, problem, labels, (activation,))


def unfit(targets: Targets, values: NDArray[Any]) -> str | None:
    """Why a loss for such targets does not fit these, shape (rows,); None where it does."""
    if targets == "not negative" and (values < 0).any():
        return f"needs a target that is not negative, and this one goes down to {values.min():g}"
    if targets == "not zero" and (values == 0).any():
        return "divides by the target, and this one is 0 in places"
    return None


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
