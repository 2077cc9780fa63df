"""From a Table to a Split: cut into two parts, missing values filled in, encoded and scaled.

scikit-learn does this, and is imported only for what a config asks for. Whatever is fitted to the
data is fitted to the training rows only, except for a scaler that is told to see all rows.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossbench.data.arrays import DatasetError, Split, Table
from lossbench.data.features import features_of
from lossbench.data.learned_target import learned_target
from lossbench.data.scaling import Scaling
from lossbench.text import message_of

Parts = tuple[Any, Any]  # the indices of the training rows, and of the test rows


def split(table: Table, parts: Parts, scaling: Scaling, missing: str | None = None) -> Split:
    """Split a table into parts, and make its columns the features of a network.

    ``scaling`` says what is scaled; categories stay 0 and 1. ``missing`` is the strategy of the
    ``SimpleImputer`` for numbers; missing categories become the most frequent one.

    Raises DatasetError where a number is too large.
    """
    train, _ = parts
    with np.errstate(all="ignore"):  # what overflows is refused
        x_train, x_test, names = features_of(table, parts, scaling, missing)
        y_train, y_test, original = learned_target(table, parts, scaling)
    weights = None if table.weights is None else table.weights[train].astype(np.float32)
    if weights is not None and not weights.any():
        raise DatasetError("sample_weight", "is 0 in every training row")
    return Split(x_train, y_train, x_test, y_test, table.classes, names, weights, original)


def parts(table: Table, train_size: float, options: Mapping[str, Any] | None = None) -> Parts:
    """The rows to train on, and those to test on.

    ``train_size`` is a number of rows, or a share between 0 and 1. ``options`` are ``shuffle``,
    ``stratify`` (by the target, or not) and ``random_state`` as in ``train_test_split``; without
    them the first rows are the training rows.

    Raises DatasetError where a part would be empty, or where the target has nothing to learn.
    """
    count = len(table.y)
    train_rows = int(train_size) if train_size >= 1 else round(count * train_size)
    if not 0 < train_rows < count:
        message = f"must leave rows for both parts, but takes {train_rows} of {count} to train on"
        raise DatasetError("train_size", message)
    found = _parts(table, train_rows, options or {"shuffle": False})
    _check_target(table, found[0], shuffled=bool(options and options["shuffle"]))
    return found


def _parts(table: Table, train_rows: int, options: Mapping[str, Any]) -> Parts:
    """The indices of the training rows and of the test rows."""
    if not options["shuffle"]:
        return slice(train_rows), slice(train_rows, None)
    from sklearn.model_selection import train_test_split

    if options["stratify"]:
        if not table.classes:
            raise DatasetError("split", "cannot stratify by a real target, only by classes")
        sizes = np.bincount(table.y)
        if sizes.min() < 2:
            name = table.classes[int(sizes.argmin())]
            raise DatasetError("split", f"cannot stratify: class {name!r} has a single row")
    try:
        train, test = train_test_split(
            np.arange(len(table.y)),
            train_size=train_rows,
            random_state=options["random_state"],
            stratify=table.y if options["stratify"] else None,
        )
    except ValueError as error:
        raise DatasetError("split", f"cannot stratify: {message_of(error)}") from error
    return train, test


def _check_target(table: Table, train: Any, shuffled: bool) -> None:
    """Raise DatasetError where the target of the training rows has nothing to learn."""
    found = np.unique(table.y[train])
    if not table.classes:
        if len(found) == 1:
            where = "" if len(np.unique(table.y)) == 1 else " in the training part"
            raise DatasetError("target", f"is constant{where}: there is nothing to learn")
        return
    count, rows = len(table.classes), len(table.y[train])
    if count == 1:
        message = f"has only one class, {table.classes[0]!r}: there is nothing to tell apart"
        raise DatasetError("target", message)
    if count > rows:
        raise DatasetError("target", f"has more classes than training rows: {count} and {rows}")
    absent = [name for number, name in enumerate(table.classes) if number not in found]
    if absent:
        names = ", ".join(map(repr, absent[:5]))
        hint = "" if shuffled else "; split: {shuffle: true} shuffles the rows"
        message = f"has classes without a row in the training part: {names}{hint}"
        raise DatasetError("target", message)
