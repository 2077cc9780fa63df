"""From a Table to a Split: cut into two parts, missing values filled in, encoded and scaled.

scikit-learn does this, and is imported only for what a config asks for. Whatever is fitted to the
data is fitted to the training rows only, except for a scaler that is told to see all rows.
"""

from math import prod

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Split, Table
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
) -> Split:
    """Split a table into parts, and make its columns the features of a network.

    ``scaling`` says what is scaled; categories stay 0 and 1. ``missing`` is the strategy of the
    ``SimpleImputer`` for numbers; missing categories become the most frequent one. ``one_of_many``
    says that there are other splits, which have the same features: a category that no training row
    has is 0 in all rows then, and else has no column.

    Raises DatasetError where a number is too large.
    """
    train, rows = parts.train, (parts.train, parts.test)
    with np.errstate(all="ignore"):  # what overflows is refused
        x_train, x_test, names = features_of(table, rows, scaling, missing, one_of_many)
        if table.row_shape is not None:
            x_train, x_test = (_shaped(x, table.row_shape) for x in (x_train, x_test))
        y_train, y_test, original = learned_target(table, rows, scaling)
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
    )


def _shaped(x: Array, shape: tuple[int, ...]) -> Array:
    """Features, (rows, features), with rows of another shape; raises DatasetError."""
    if prod(shape) != x.shape[1]:
        message = f"has {prod(shape)} numbers, and a row has {x.shape[1]} features"
        raise DatasetError("shape", message)
    return x.reshape(len(x), *shape)
