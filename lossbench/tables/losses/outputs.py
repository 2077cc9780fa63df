"""What the units of the output layer mean, and what follows from that.

A loss says what the units of its output layer mean. How many there are, which of them is the
predicted value, and which class and which probabilities they stand for, all follow from that. So a
new meaning is a row in each table here, and one in ``training/scores.py`` where accuracy is taken
of it in another way.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.targets import TargetShape
from lossbench.tables.problems import MULTI_LABEL, SOFT_LABEL, Problem

Array = NDArray[Any]

# "one" is the side of a boundary; "of each target" are the numbers that are predicted, or the sides
# of the boundaries of labels. "mean and variance" are the means of all targets, and then the
# variances. "thresholds" are of classes in their order, where unit number k, before its sigmoid,
# tells whether the class is above k if it is at least k.
Outputs = Literal["one", "of each target", "of each class", "mean and variance", "thresholds"]

# How many units there are for a target of some shape, and how a table says so, for one column.
UNITS: dict[Outputs, tuple[Callable[[TargetShape], int], str]] = {
    "one": (lambda _: 1, "1"),
    "of each target": (lambda target: target.columns, "1"),
    "of each class": (lambda target: target.classes or target.columns, "N"),
    "mean and variance": (lambda target: 2 * target.columns, "2"),
    "thresholds": (lambda target: max(target.classes - 1, 0), "N-1"),
}
USUAL: dict[Problem, Outputs] = {
    "regression": "of each target",
    "binary classification": "one",
    "multi-class classification": "of each class",
    MULTI_LABEL: "of each target",
    SOFT_LABEL: "of each class",
}


def values(meaning: Outputs, outputs: Array) -> Array:
    """The predicted values of real targets, (…, targets), of outputs, (…, units)."""
    return outputs[..., : outputs.shape[-1] // 2] if meaning == "mean and variance" else outputs


def margins(meaning: Outputs, units: Array) -> Array:
    """By how much units, before their activation, prefer a class; 0 on a decision boundary.

    ``units`` and the result have shape (…, units). With a unit of each class the margin of a class
    is positive where its unit is the largest. Of labels it is positive where a row has the label.
    Otherwise margin k is positive where the class is above k: for every activation that a loss with
    one unit allows, that is where the unit is.
    """
    if meaning == "thresholds":
        return np.asarray(np.cumsum(_log_sigmoid(units), axis=-1) + np.log(2))
    if meaning in ("one", "of each target"):
        return units
    others = np.where(np.eye(units.shape[-1], dtype=bool), -np.inf, units[..., None, :])
    return np.asarray(units - others.max(axis=-1))


def classes(meaning: Outputs, margins: Array) -> Array:
    """The numbers of the predicted classes, (…), of ``margins``, (…, units); labels are alike.

    Of labels it has shape (…, units), with 1 for those that a row has.
    """
    if meaning == "of each class":
        return np.asarray(margins.argmax(axis=-1))
    if meaning == "of each target":
        return np.asarray((margins > 0).astype(int))
    return np.asarray((margins > 0).sum(axis=-1))


def of_classes(meaning: Outputs, outputs: Array) -> Array:
    """What the outputs of a network, (…, units), say of each class, as metrics take it.

    Thresholds become the probabilities of the classes, (…, classes). Other outputs stay: one unit
    tells of class 1 alone.
    """
    if meaning != "thresholds":
        return outputs
    units = outputs.astype(np.float64)
    none = np.zeros((*units.shape[:-1], 1))
    # The logarithms of being at least class k, and of then not being above it.
    at_least = np.concatenate([none, np.cumsum(_log_sigmoid(units), axis=-1)], axis=-1)
    not_above = np.concatenate([_log_sigmoid(-units), none], axis=-1)
    return np.asarray(np.exp(at_least + not_above))


def _log_sigmoid(units: Array) -> Array:
    return -np.logaddexp(0, -units)
