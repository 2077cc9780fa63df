"""What a network learns of the target: its classes, its numbers, or those scaled or transformed."""

from typing import Any

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Original, Table
from lossbench.data.features import TOO_LARGE
from lossbench.data.scaling import Scaling, standardized
from lossbench.data.target_transform import TargetTransform, TransformName

KEY = "target_transform"


def learned_target(
    table: Table, parts: tuple[Any, Any], scaling: Scaling
) -> tuple[Array, Array, Original | None]:
    """The target of both parts as a Split has it, and what it was before a transform.

    Several targets are scaled each by itself. ``parts`` are the indices of the training rows and of
    the test rows. Raises DatasetError where the target does not allow the transform, or is too
    large.
    """
    train, test = parts
    if table.classes:
        if scaling.transform is not None:
            raise DatasetError(KEY, "is for a target of real numbers, and this one has classes")
        return table.y[train], table.y[test], None
    if scaling.transform is None:
        columns = table.y.reshape(len(table.y), -1)
        y = _in_float32(standardized(columns, train, scaling.target).reshape(table.y.shape))
        return y[train], y[test], None
    if table.targets:
        message = "is for one target; standardize: {target: train} scales each of several"
        raise DatasetError(KEY, message)
    y = table.y.astype(np.float64)
    _refuse_unfit(scaling.transform, y, y[train])
    transform = TargetTransform.fitted(scaling.transform, y[train])
    if transform.scale == 0:
        raise DatasetError("target", "is constant in the training part: there is nothing to learn")
    learned = _in_float32(transform.learned(y))
    return learned[train], learned[test], Original(transform, y[train], y[test])


def _refuse_unfit(name: TransformName, y: Array, train: Array) -> None:
    """Raise DatasetError where a target, (rows,), has no such transform, or metrics no value."""
    lowest = y.min()
    if name == "log" and lowest <= 0:
        message = f"needs a target above 0, and this one goes down to {lowest:g}"
        raise DatasetError(KEY, f"{message}; log1p takes 0, too, and standardize any number")
    if name == "log1p" and lowest < 0:
        message = f"needs a target of at least 0, and this one goes down to {lowest:g}"
        raise DatasetError(KEY, f"{message}; standardize takes any number")
    if name == "mean" and not train.mean() > 0:
        message = f"needs a mean above 0, and that of the training rows is {train.mean():g}"
        raise DatasetError(KEY, f"{message}; standardize takes any number")
    if not np.isfinite(np.float32(np.square(y - train.mean()).sum())):
        raise DatasetError("target", "is so large that its mse is too large for 32-bit floats")


def _in_float32(y: Array) -> Array:
    """The target in float32; raises DatasetError where a number becomes infinite."""
    converted = y.astype(np.float32)
    if not np.isfinite(converted).all():
        raise DatasetError("target", f"has values {TOO_LARGE}")
    return converted
