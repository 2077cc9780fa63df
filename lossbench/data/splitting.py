"""From a Table to a Split: cut into two parts, missing values filled in, encoded and scaled.

scikit-learn does this, and is imported only for what a config asks for. Whatever is fitted to the
data is fitted to the training rows only, except for a scaler that is told to see all rows.
"""

from math import prod
from typing import Any

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Original, Split, Table
from lossbench.data.disturbance import KEY, Disturbance, disturbed
from lossbench.data.features import features_of
from lossbench.data.learned_target import learned_target
from lossbench.data.parts import Parts
from lossbench.data.scaling import Scaling


def split(
    table: Table,
    parts: Parts,
    scaling: Scaling,
    missing: str | None = None,
    one_of_many: bool = False,
    disturbance: Disturbance | None = None,
) -> Split:
    """Split a table into parts, and make its columns the features of a network.

    ``scaling`` says what is scaled; categories stay 0 and 1. ``missing`` is the strategy of the
    ``SimpleImputer`` for numbers; missing categories become the most frequent one. ``one_of_many``
    says that there are other splits, which have the same features: a category that no training row
    has is 0 in all rows then, and else has no column. ``disturbance`` says what becomes of the
    target of the training rows; whatever is fitted to them is fitted to that.

    Raises DatasetError where a number is too large.
    """
    train, rows = parts.train, (parts.train, parts.test)
    with np.errstate(all="ignore"):  # what overflows is refused
        x_train, x_test, names = features_of(table, rows, scaling, missing, one_of_many)
        if table.row_shape is not None:
            x_train, x_test = (_shaped(x, table.row_shape) for x in (x_train, x_test))
        y_train, y_test, original = _learned(table, rows, scaling, disturbance)
    weights = None if table.weights is None else table.weights[train].astype(np.float32)
    if weights is not None and not weights.any():
        raise DatasetError("sample_weight", "is 0 in every training row")
    return Split(
        x_train,
        y_train,
        x_test,
        y_test,
        table.classes,
        names,
        weights,
        original,
        parts.held_back,
        None if disturbance is None else table.y[train],
        table.targets,
    )


def _shaped(x: Array, shape: tuple[int, ...]) -> Array:
    """Features, (rows, features), with rows of another shape; raises DatasetError."""
    if prod(shape) != x.shape[1]:
        message = f"has {prod(shape)} numbers, and a row has {x.shape[1]} features"
        raise DatasetError("shape", message)
    return x.reshape(len(x), *shape)


def _learned(
    table: Table, rows: tuple[Any, Any], scaling: Scaling, disturbance: Disturbance | None
) -> tuple[Array, Array, Original | None]:
    """What ``learned_target`` gives, of the training rows as they are once they are disturbed."""
    if disturbance is None:
        return learned_target(table, rows, scaling)
    try:
        return learned_target(disturbed(table, rows[0], disturbance), rows, scaling)
    except DatasetError as error:
        if error.key == KEY:
            raise
        # What the data themselves do not allow is said of them.
        learned_target(table, rows, scaling)
        if error.key == "target":
            message = f"gives a target that {error}; take a smaller scale"
            raise DatasetError(KEY, message) from None
        raise DatasetError(error.key, f"{error}; that comes of the outliers of disturb") from None
