"""Targets as a loss expects them, and targets for which it has no sensible value."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.problems import Labels

Targets = Literal[
    "any",
    "not negative",
    "positive",
    "not zero",
    "several numbers",
    "0 and 1",
    "shares",
    "between 0 and 1",
]
# What a loss takes real numbers for, where it is not a loss of real numbers: "numbers" as they
# are, "rates" between 0 and 1, "labels" that a row has or has not, in a column each, or "shares",
# which are the probabilities of classes.
TakenFor = Literal["numbers", "labels", "shares", "rates"]
# By how much shares may miss a sum of 1, as three that are rounded to 0.333 do.
ROUNDED = 2e-3


class TargetShape(NamedTuple):
    """How many classes a target has, 0 if it is real numbers, and how many columns."""

    classes: int = 0
    columns: int = 1


def unfit(targets: Targets, values: NDArray[Any]) -> str | None:
    """Why a loss for such targets does not fit these, (rows,) or (rows, columns); else None."""
    low, high = values.min(), values.max()
    if targets == "not negative" and low < 0:
        return f"needs a target that is not negative, and this one goes down to {low:g}"
    if targets == "positive" and low <= 0:
        return f"needs a target above 0, and this one goes down to {low:g}"
    if targets == "not zero" and (values == 0).any():
        return "divides by the target, and this one is 0 in places"
    if targets == "several numbers" and values.ndim == 1:
        return "compares directions, and needs a target of several columns"
    if targets == "0 and 1" and (other := values[(values != 0) & (values != 1)]).size:
        return f"needs a column of 0 and 1 for each label, and the target has {other[0]:g} in one"
    if targets in ("shares", "between 0 and 1") and not 0 <= low <= high <= 1:
        return f"needs a target between 0 and 1, and this one goes from {low:g} to {high:g}"
    if targets == "shares":
        total = values.sum(axis=-1)
        worst = int(np.abs(total - 1).argmax())
        if abs(total[worst] - 1) > ROUNDED:
            found = f"and those of a row add up to {total[worst]:g}"
            return f"needs shares that add up to 1, {found}; divide each row by its sum"
    return None


def class_shares(target: NDArray[Any], classes: int) -> NDArray[Any]:
    """The share of each class, (classes,) in float32, among class numbers from 0, (rows,)."""
    counts = np.bincount(target, minlength=classes)
    return (counts / max(1, len(target))).astype(np.float32)


def encode(labels: Labels, target: NDArray[Any], classes: int) -> NDArray[Any]:
    """The target as the loss expects it.

    ``target`` has one value per row, (rows,): real numbers, or class numbers from 0. Or it has
    several real numbers, labels of 0 and 1, or shares, (rows, columns). The result has shape
    (rows, 1), or (rows, columns), or (rows, classes) for one-hot labels, in float32 (int32 for
    "integer").
    """
    columns = target if target.ndim == 2 else target[:, None]
    encoders: dict[Labels, Callable[[], NDArray[Any]]] = {
        "real": lambda: columns.astype(np.float32),
        "0/1": lambda: columns.astype(np.float32),
        "-1/1": lambda: (2 * columns - 1).astype(np.float32),
        "one-hot": lambda: (
            columns.astype(np.float32)
            if target.ndim == 2
            else np.eye(classes, dtype=np.float32)[target]
        ),
        "integer": lambda: columns.astype(np.int32),
    }
    return encoders[labels]()
