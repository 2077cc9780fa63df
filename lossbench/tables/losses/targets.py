"""Targets as a loss expects them, and targets for which it has no sensible value."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.problems import Labels

Targets = Literal["any", "not negative", "positive", "not zero"]


def unfit(targets: Targets, values: NDArray[Any]) -> str | None:
    """Why a loss for such targets does not fit these, shape (rows,); None where it does."""
    if targets == "not negative" and (values < 0).any():
        return f"needs a target that is not negative, and this one goes down to {values.min():g}"
    if targets == "positive" and (values <= 0).any():
        return f"needs a target above 0, and this one goes down to {values.min():g}"
    if targets == "not zero" and (values == 0).any():
        return "divides by the target, and this one is 0 in places"
    return None


def class_shares(target: NDArray[Any], classes: int) -> NDArray[Any]:
    """The share of each class, (classes,) in float32, among class numbers from 0, (rows,)."""
    counts = np.bincount(target, minlength=classes)
    return (counts / max(1, len(target))).astype(np.float32)


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
