"""From a Table to a Split: cut into two parts, missing values filled in, encoded and scaled.

scikit-learn does this, and is imported only for what a config asks for. Whatever is fitted to the
data is fitted to the training rows only, except for a scaler that is told to see all rows.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Split, Table
from lossbench.text import message_of

Rows = Literal["all", "train"]
TOO_LARGE = "that are too large for 32-bit floats"


def split(
    table: Table,
    train_size: float,
    standardize: Mapping[str, Rows],
    options: Mapping[str, Any] | None = None,
    missing: str | None = None,
) -> Split:
    """Split a table, and make its columns the features of a network.

    ``train_size`` is a number of rows, or a share between 0 and 1. ``options`` are ``shuffle``,
    ``stratify`` (by the target, or not) and ``random_state`` as in ``train_test_split``; without
    them the first rows are the training rows. ``standardize`` maps "features" and "target" to the
    rows that their scaler is fitted to; categories stay 0 and 1. ``missing`` is the strategy of the
    ``SimpleImputer`` for numbers; missing categories become the most frequent one.

    Raises DatasetError where a part would be empty, or where the target has nothing to learn.
    """
    count = len(table.y)
    train_rows = int(train_size) if train_size >= 1 else round(count * train_size)
    if not 0 < train_rows < count:
        message = f"must leave rows for both parts, but takes {train_rows} of {count} to train on"
        raise DatasetError("train_size", message)
    train, test = _parts(table, train_rows, options or {"shuffle": False})
    _check_target(table, train, shuffled=bool(options and options["shuffle"]))
    numbers, y, names = _filled(table.numbers, train, missing), table.y, table.names
    with np.errstate(all="ignore"):  # what overflows is refused below
        x = _scaled(numbers, train, standardize.get("features")).astype(np.float32)
        if not table.classes:
            y = _scaled(y[:, None], train, standardize.get("target"))[:, 0].astype(np.float32)
    if table.categories is not None:
        columns = x.shape[1]
        encoded, kinds = _encoded(table.categories, train, names[columns:])
        x, names = np.hstack([x, encoded]), (*names[:columns], *kinds)
    _refuse_infinite(x, y, names)
    weights = None if table.weights is None else table.weights[train].astype(np.float32)
    if weights is not None and not weights.any():
        raise DatasetError("sample_weight", "is 0 in every training row")
    return Split(x[train], y[train], x[test], y[test], table.classes, names, weights)


def _parts(table: Table, train_rows: int, options: Mapping[str, Any]) -> tuple[Any, Any]:
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


def _scaled(values: Array, train: Any, fitted_to: Rows | None) -> Array:
    """The columns with mean 0 and standard deviation 1 in the rows that are named."""
    if fitted_to is None or not values.size:
        return values
    from sklearn.preprocessing import StandardScaler

    fitted = values[train] if fitted_to == "train" else values
    return np.asarray(StandardScaler().fit(fitted).transform(values))


def _filled(numbers: Array, train: Any, missing: str | None) -> Array:
    """The numbers with what is missing filled in, as the training rows suggest."""
    if missing is None or not np.isnan(numbers).any():
        return numbers
    from sklearn.impute import SimpleImputer

    # A column that has no value in the training part is kept, filled with 0.
    imputer = SimpleImputer(strategy=missing, keep_empty_features=True)
    return np.asarray(imputer.fit(numbers[train]).transform(numbers))


def _encoded(
    categories: Array, train: Any, names: tuple[str, ...]
) -> tuple[Array, tuple[str, ...]]:
    """A column of 0 and 1 for each category of the training rows, and the columns' names."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    # A category that occurs only in the test part is 0 in all columns.
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    pipeline = make_pipeline(
        SimpleImputer(strategy="most_frequent", keep_empty_features=True), encoder
    )
    pipeline.fit(categories[train])
    return pipeline.transform(categories), tuple(encoder.get_feature_names_out(list(names)))


def _refuse_infinite(x: Array, y: Array, names: tuple[str, ...]) -> None:
    """Raise DatasetError where a number became infinite in float32."""
    finite = np.isfinite(x).all(axis=0)
    if not finite.all():
        number = int(np.argmin(finite))
        name = f"{names[number]!r}" if names else str(number + 1)
        key = "file" if names else "generator"
        raise DatasetError(
            key, f"has values in feature {name} that are too large for 32-bit floats"
        )
    if not np.isfinite(y).all():
        raise DatasetError("target", f"has values {TOO_LARGE}")
