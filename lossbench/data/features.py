"""The features of a network, from the columns of a table: filled in, scaled, encoded and cut.

A table may fill half of the memory, so a few columns at a time go through all of this.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.data.scaling import Scaling, robustly_scaled, standardized

TOO_LARGE = "that are too large for 32-bit floats"
BLOCK = 2**20  # numbers that are looked at together


def features_of(
    table: Table,
    parts: tuple[Any, Any],
    scaling: Scaling,
    missing: str | None = None,
    all_categories: bool = False,
) -> tuple[Array, Array, tuple[str, ...]]:
    """The features of both parts, (rows, features) in float32, and their names.

    They have no names where the columns have none. ``parts`` are the indices of the training rows
    and of the test rows. A category has a feature if a training row has it; or any row, with
    ``all_categories``. Raises DatasetError where a number becomes infinite.
    """
    if _are_plain(table, scaling):
        x_train, x_test = (_in_float32(table.numbers[rows]) for rows in parts)
        return x_train, x_test, ()
    train, _ = parts
    numbers = table.numbers.shape[1]
    encoders = _encoders(table, train, all_categories)
    kinds = [kind for name, it in encoders for kind in it.get_feature_names_out([name])]
    names = (*table.names[:numbers], *kinds)
    x_train, x_test = (
        np.empty((len(table.y[rows]), numbers + len(kinds)), np.float32) for rows in parts
    )
    at = 0
    of_columns = [it for _, it in encoders]
    for block in _blocks(table, train, scaling, missing, of_columns, all_categories):
        columns = slice(at, at + block.shape[1])
        _refuse_infinite(block, at, names)
        for x, rows in ((x_train, parts[0]), (x_test, parts[1])):
            x[:, columns] = block[rows]
        del block
        at = columns.stop
    return x_train, x_test, names


def _are_plain(table: Table, scaling: Scaling) -> bool:
    """Whether the features are an array of finite numbers, of which nothing is changed."""
    return table.row_shape is not None and scaling.features is None and not table.names


def _in_float32(x: Array) -> Array:
    """The array in float32, which is not copied if it has that type; raises DatasetError."""
    converted = np.asarray(x, np.float32)
    if x.dtype.kind == "f" and x.dtype.itemsize > converted.itemsize:
        _refuse_infinite(converted, 0, ())
    return converted


def _blocks(
    table: Table,
    train: Any,
    scaling: Scaling,
    missing: str | None,
    encoders: list[Any],
    all_categories: bool,
) -> Iterator[Array]:
    """The columns of all rows in float32, some at a time, in the order of the features."""
    scaled = robustly_scaled if scaling.method == "robust" else standardized
    for columns in _slices(*table.numbers.shape):
        filled = _filled(table.numbers[:, columns], train, missing)
        block = scaled(filled, train, scaling.features).astype(np.float32)
        del filled  # and the block, before others are made
        yield block
        del block
    for number, encoder in enumerate(encoders):
        assert table.categories is not None
        block = encoder.transform(table.categories[:, [number]])
        if all_categories:
            block[:, ~block[train].any(axis=0)] = 0  # of these categories nothing is learned
        yield block


def _slices(rows: int, columns: int) -> Iterator[slice]:
    """Slices of columns of about BLOCK numbers.

    None is of a single column unless there is no other: NumPy adds up a column alone in another
    order than those side by side, so that the last digits of its mean would differ.
    """
    count = max(1, min(rows * columns // BLOCK, columns // 2))
    ends = [columns * number // count for number in range(count + 1)]
    return map(slice, ends[:-1], ends[1:])


def _filled(numbers: Array, train: Any, missing: str | None) -> Array:
    """The numbers with what is missing filled in, as the training rows suggest."""
    if missing is None or not np.isnan(numbers).any():
        return numbers
    from sklearn.impute import SimpleImputer

    # A column that has no value in the training part is kept, filled with 0.
    imputer = SimpleImputer(strategy=missing, keep_empty_features=True)
    return np.asarray(imputer.fit(numbers[train]).transform(numbers))


def _encoders(table: Table, train: Any, all_categories: bool) -> list[tuple[str, Any]]:
    """For each column of categories its name, and what makes a column of 0 and 1 of each of them.

    Only the categories of the training rows count, unless all are asked for.
    """
    if table.categories is None:
        return []
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    found, numbers = [], table.numbers.shape[1]
    for number in range(table.categories.shape[1]):
        encoder = make_pipeline(
            SimpleImputer(strategy="most_frequent", keep_empty_features=True),
            OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32),
        )
        column = table.categories[:, [number]]
        if all_categories:
            known = encoder.fit(column)[-1].categories_
            encoder[-1].set_params(categories=known)
        encoder.fit(column[train])
        found.append((table.names[numbers + number], encoder))
    return found


def _refuse_infinite(block: Array, at: int, names: tuple[str, ...]) -> None:
    """Raise DatasetError where a number became infinite in float32; the block begins ``at``."""
    finite = np.isfinite(block).all(axis=0)
    if not finite.all():
        number = at + int(np.argmin(finite))
        name = f"{names[number]!r}" if names else str(number + 1)
        key = "file" if names else "generator"
        raise DatasetError(key, f"has values in feature {name} {TOO_LARGE}")
