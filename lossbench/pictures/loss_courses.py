"""How a loss and its gradient run over an error, an output, a margin or a probability.

All numbers are those of the formula in the table, so nothing here needs Keras.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses import Loss
from lossbench.tables.losses.explanation import Over
from lossbench.tables.losses.formula import in_formula, value

Array = NDArray[np.float64]

POINTS = 201
STEP = 1e-4  # of the numeric gradient, by differences on both sides
CLASSES = 3  # where there are several: the right one comes first, and the others are alike
RARE = 0.1  # the share of the right class, where a loss needs shares
REACH = 3.0  # how far an error or a margin goes, unless a parameter is about larger ones
OUTPUTS = (0.2, 4.0)  # of a real target of some 1


class Setting(NamedTuple):
    """What a loss is drawn with: its parameters, a real target, and a variance if it learns one."""

    parameters: Mapping[str, Any]
    target: float = 1.0
    variance: float = 1.0


class Course(NamedTuple):
    """A loss and its gradient over ``x``, each of shape (points,).

    The gradient is that by the unit of the output layer, before its default activation: by the
    output where that is linear, else by a logit, or by the logarithm of the output.
    """

    x: Array
    loss: Array
    gradient: Array


def defaults(loss: Loss) -> dict[str, Any]:
    """The default of each parameter."""
    return {name: row.default for name, row in loss.parameters.items()}


def over_of(loss: Loss) -> Over | None:
    """What a loss is drawn over; None for a loss that cannot be drawn.

    Such are a person's own loss, a sum, and a loss that compares the directions of real numbers.
    """
    if loss.explained is None:
        return None
    over = loss.explained.over
    if over == "error" and loss.labels == "one-hot":
        return "probability" if loss.activation == "softmax" else "margin"
    if loss.labels == "real" and over == "probability" and loss.activation == "linear":
        return None
    return over


def can_be_drawn(loss: Loss, parameters: Mapping[str, Any]) -> bool:
    """Whether the formula is the whole loss with these parameters.

    It does not speak of some, such as label smoothing, which change it; nor is there one course
    where a parameter has a number for each class.
    """
    silent = loss.parameters.keys() - in_formula(loss)
    as_default = all(parameters[it] == loss.parameters[it].default for it in silent)
    many = any(isinstance(it, list | tuple) for it in parameters.values())
    return over_of(loss) is not None and as_default and not many


def places(over: Over, reach: float) -> Array:
    """Where a course has its points, (points,)."""
    ends = {"probability": (0.01, 0.99), "output": OUTPUTS}.get(over, (-reach, reach))
    return np.linspace(*ends, POINTS)


def course(loss: Loss, over: Over, setting: Setting, reach: float = REACH) -> Course:
    """The loss and its gradient with these parameters, at ``places``."""
    x = places(over, reach)
    if over in ("error", "output"):
        target = setting.target if over == "output" else 0.0
        units = np.log(x) if loss.activation == "exponential" else x
        return _course(x, units, lambda unit: _of_real(loss, target, unit, setting))
    others = CLASSES - 1 if loss.outputs == "of each class" else 1
    units = np.log(others * x / (1 - x)) if over == "probability" else x
    return _course(x, units, lambda unit: _of_class(loss, unit, setting.parameters))


def _course(x: Array, units: Array, function: Callable[[float], float]) -> Course:
    below, at, above = (
        np.array([function(float(unit) + step) for unit in units]) for step in (-STEP, 0, STEP)
    )
    return Course(x, at, (above - below) / (2 * STEP))


def _of_real(loss: Loss, target: float, unit: float, setting: Setting) -> float:
    if loss.outputs != "mean and variance":
        output = np.exp(unit) if loss.activation == "exponential" else unit
        return value(loss, target, output, setting.parameters)
    of_variance = np.log(np.expm1(setting.variance))  # of which softplus makes the variance
    return value(loss, target, np.array([unit, of_variance]), setting.parameters)


def _of_class(loss: Loss, unit: float, parameters: Mapping[str, Any]) -> float:
    """The loss of a row, whose class has this unit before its activation; all others have 0."""
    if loss.outputs == "thresholds":  # it is the first class, below all thresholds
        return value(loss, 0, np.array([-unit, 0.0]), parameters)
    if loss.outputs in ("one", "of each target"):
        sigmoid = loss.activation == "sigmoid"
        return value(loss, 1.0, 1 / (1 + np.exp(-unit)) if sigmoid else unit, parameters)
    outputs = np.eye(CLASSES)[0] * unit
    if loss.activation == "softmax":
        outputs = np.exp(outputs) / np.exp(outputs).sum()
    labels = np.eye(CLASSES)[0]
    if loss.explained and loss.explained.over == "error":  # it compares one-hot labels
        each = [value(loss, *pair, parameters) for pair in zip(labels, outputs, strict=True)]
        return float(np.mean(each))
    if loss.class_shares:
        rest = (1 - RARE) / (CLASSES - 1)
        parameters = {**parameters, "share": np.array([RARE, *[rest] * (CLASSES - 1)])}
    return value(loss, labels if loss.labels == "one-hot" else 0, outputs, parameters)
