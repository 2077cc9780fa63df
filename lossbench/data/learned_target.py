"""What a network learns of the target: its classes, or its numbers, perhaps scaled."""

from typing import Any

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.data.features import TOO_LARGE
from lossbench.data.scaling import Scaling, standardized


def learned_target(table: Table, parts: tuple[Any, Any], scaling: Scaling) -> tuple[Array, Array]:
    """The target of both parts as a Split has it.

    ``parts`` are the indices of the training rows and of the test rows. Raises DatasetError where
    the target is too large.
    """
    train, test = parts
    if table.classes:
        return table.y[train], table.y[test]
    y = standardized(table.y[:, None], train, scaling.target)[:, 0].astype(np.float32)
    if not np.isfinite(y).all():
        raise DatasetError("target", f"has values {TOO_LARGE}")
    return y[train], y[test]
