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

from lossbench.tables.problems import Problem

Array = NDArray[Any]

# "one" is a number, or the side of a boundary; "thresholds" are of classes in their order, where
# unit number k, before its sigmoid, tells whether the class is above k if it is at least k.
Outputs = Literal["one", "of each class", "mean and variance", "thresholds"]

# How many units there are for so many classes (0: a real target), and how a table says so.
UNITS: dict[Outputs, tuple[Callable[[int], int], str]] = {
    "one": (lambda _: 1, "1"),
    "of each class": (lambda classes: classes, "N"),
    "mean and variance": (lambda _: 2, "2"),
    "thresholds": (lambda classes: max(classes - 1, 0), "N-1"),
}


def usual(problem: Problem) -> Outputs:
    """What the units mean where a loss does not say: one number, or one for each class."""
    return "of each class" if problem == "multi-class classification" else "one"


def value(outputs: Array) -> Array:
    """The predicted value of a real target: the first unit, (…, 1) of (…, units)."""
    return outputs[..., :1]


def margins(meaning: Outputs, units: Array) -> Array:
    """By how much units, before their activation, prefer a class; 0 on a decision boundary.

    ``units`` and the result have shape (…, units). With a unit of each class the margin of a class
    is positive where its unit is the largest. Otherwise margin k is positive where the class is
    above k: for every activation that a loss with one unit allows, that is where the unit is.
    """
    if meaning == "thresholds":
        return np.asarray(np.cumsum(_log_sigmoid(units), axis=-1) + np.log(2))
    if meaning == "one":
        return units
    others = np.where(np.eye(units.shape[-1], dtype=bool), -np.inf, units[..., None, :])
    return np.asarray(units - others.max(axis=-1))


def classes(meaning: Outputs, margins: Array) -> Array:
    """The numbers of the predicted classes, (…), of ``margins``, (…, units)."""
    if meaning == "of each class":
        return np.asarray(margins.argmax(axis=-1))
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
