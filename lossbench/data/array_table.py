"""From arrays of any rank to a Table."""

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.data.columns.column import Column
from lossbench.data.columns.typed import LARGEST_WHOLE
from lossbench.data.target import OF_SEVERAL, Problem, encode_classes, read_target, several

MOST_VALUES = 2**29  # of the features: what a small machine can hold twice in its memory
BLOCK = 2**22  # values that are looked at together


def table_of_arrays(
    x: Array, y: Array, weights: Array | None = None, problem: Problem | None = None
) -> Table:
    """The table of features, (rows, …), and targets, (rows,) or (rows, …); raises DatasetError.

    Several columns of targets are real numbers, or 0 and 1. ``weights``, (rows,), are how much each
    row counts. A row of several axes, such as an image, keeps its shape.
    """
    _check_features(x)
    target, classes = _target(y, len(x), problem)
    if weights is not None:
        weights = _column(weights, "sample_weight", len(x))
        if weights.dtype.kind not in "biuf" or not (weights >= 0).all():
            raise DatasetError("sample_weight", "must be numbers of at least 0")
    table = Table(
        x.reshape(len(x), -1), target, classes, weights=weights, row_shape=x.shape[1:] or (1,)
    )
    return several(table)


def _check_features(x: Array) -> None:
    """Raise DatasetError unless these are rows of finite numbers."""
    if x.dtype.kind not in "biuf":
        raise DatasetError("features", f"must be numbers, and the array has {x.dtype}")
    if x.ndim == 0 or not x.size:
        lacking = "numbers in a row" if x.ndim and len(x) else "rows"
        raise DatasetError("features", f"has the shape {x.shape}, and no {lacking}")
    if x.size > MOST_VALUES:
        raise DatasetError("features", f"has {x.size} values; at most {MOST_VALUES} are allowed")
    if x.dtype.kind in "iu" and x.dtype.itemsize == 8:
        largest = max(int(x.max()), -int(x.min()))
        if largest > LARGEST_WHOLE:
            message = f"has the whole number {largest}, too large to be told from its neighbours"
            raise DatasetError("features", message)
    if x.dtype.kind != "f":
        return
    step = max(1, BLOCK * len(x) // x.size)
    for start in range(0, len(x), step):
        finite = np.isfinite(x[start : start + step])
        if not finite.all():
            row = start + int(np.argmin(finite.reshape(len(finite), -1).all(axis=1)))
            message = f"has a value in row {row} (from 0) that is not finite"
            raise DatasetError("features", f"{message}; fill in what is missing")


def _column(values: Array, key: str, rows: int) -> Array:
    """Values of shape (rows,)."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        needed = "one value, or one for each target" if key == "target" else "one value"
        raise DatasetError(key, f"has the shape {values.shape}; each row needs {needed}")
    _check_rows(values, key, rows)
    return np.asarray(values)


def _check_rows(values: Array, key: str, rows: int) -> None:
    if len(values) != rows:
        raise DatasetError(key, f"has {len(values)} values for {rows} rows")


def _finite(values: Array) -> Array:
    """Numbers in float64; raises DatasetError where one is not finite."""
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise DatasetError("target", "has values that are not finite")
    return numbers


def _targets(values: Array, rows: int, problem: Problem | None) -> Array:
    """Several targets, (rows, targets) in float64; raises DatasetError."""
    _check_rows(values, "target", rows)
    if problem == "classification":
        raise DatasetError("problem", OF_SEVERAL)
    if values.dtype.kind not in "biuf":
        raise DatasetError("target", f"must be numbers, and the array has {values.dtype}")
    return _finite(values)


def _target(values: Array, rows: int, problem: Problem | None) -> tuple[Array, tuple[str, ...]]:
    """The target and its classes, as those of a file are understood; several have no classes."""
    if values.ndim == 2 and values.shape[1] > 1:
        return _targets(values, rows, problem), ()
    values = _column(values, "target", rows)
    kind = values.dtype.kind
    if kind in "iuf":
        column = Column("target", "numbers", _finite(values))
        return read_target(column, np.arange(rows), problem)
    if kind not in "bUS" or problem == "regression":
        raise DatasetError("target", f"must be numbers or texts, and the array has {values.dtype}")
    return encode_classes(values.astype(str) if kind == "S" else values)
