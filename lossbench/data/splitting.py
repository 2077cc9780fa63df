"""From a table to the arrays that train and test: split, fill in, encode, scale.

scikit-learn does it, and is imported only for what is asked for. Whatever learns from the data
learns from the training rows, but for a scaler that is told to see all.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Split, Table

Rows = Literal["all", "train"]
SHUFFLE = "split: {shuffle: true} mixes the rows"


def split(
    table: Table,
    train_size: float,
    standardize: Mapping[str, Rows],
    drawn: Mapping[str, Any] | None = None,
    missing: str | None = None,
) -> Split:
    """Split a table and make its columns the features of a network.

    ``train_size`` is a number of rows, or a share between 0 and 1. ``drawn`` holds the arguments
    ``shuffle``, ``stratify`` (whether by the target) and ``random_state`` of
    ``train_test_split``; without it the first rows train. ``standardize`` maps "features" and
    "target" to the rows that their scaler is fitted on; categories stay 0 and 1. ``missing`` is
    the strategy of the ``SimpleImputer`` of the numbers; categories take the most frequent one.

    Raises DatasetError where a part would be empty, or the target leaves nothing to learn.
    """
    count = len(table.y)
    rows = int(train_size) if train_size >= 1 else round(count * train_size)
    if not 0 < rows < count:
        message = f"must leave rows to both parts, and takes {rows} of {count} to train on"
        raise DatasetError("train_size", message)
    train, test = _drawn(table, rows, drawn or {"shuffle": False})
    _refuse_target(table, train, mixed=bool(drawn and drawn["shuffle"]))

    def scaled(values: Array, fitted_on: Rows | None) -> Array:
        if fitted_on is None or not values.size:
            return values
        from sklearn.preprocessing import StandardScaler

        fitted = values[train] if fitted_on == "train" else values
        return np.asarray(StandardScaler().fit(fitted).transform(values))

    numbers, y, names = _filled(table.numbers, train, missing), table.y, table.names
    with np.errstate(all="ignore"):  # it is refused below
        x = scaled(numbers, standardize.get("features")).astype(np.float32)
        if not table.classes:
            y = scaled(y[:, None], standardize.get("target"))[:, 0].astype(np.float32)
    if table.categories is not None:
        encoded, kinds = _encoded(table.categories, train, names[x.shape[1] :])
        x, names = np.hstack([x, encoded]), (*names[: x.shape[1]], *kinds)
    _refuse_infinite(x, y, names)
    weights = None if table.weights is None else table.weights[train].astype(np.float32)
    if weights is not None and not weights.any():
        raise DatasetError("sample_weight", "is 0 in every row that trains")
    return Split(x[train], y[train], x[test], y[test], table.classes, names, weights)


def _drawn(table: Table, rows: int, drawn: Mapping[str, Any]) -> tuple[Any, Any]:
    """Which rows train and which test."""
    if not drawn["shuffle"]:
        return slice(rows), slice(rows, None)
    from sklearn.model_selection import train_test_split

    if drawn["stratify"]:
        if not table.classes:
            raise DatasetError("split", "cannot stratify by a real target, only by classes")
        sizes = np.bincount(table.y)
        if sizes.min() < 2:
            name = table.classes[int(sizes.argmin())]
            raise DatasetError("split", f"cannot stratify: class {name!r} has a single row")
    try:
        train, test = train_test_split(
            np.arange(len(table.y)),
            train_size=rows,
            random_state=drawn["random_state"],
            stratify=table.y if drawn["stratify"] else None,
        )
    except ValueError as error:
        raise DatasetError("split", f"cannot stratify: {' '.join(str(error).split())}") from error
    return train, test


def _refuse_target(table: Table, train: Any, mixed: bool) -> None:
    seen = np.unique(table.y[train])
    if not table.classes:
        if len(seen) == 1:
            where = "" if len(np.unique(table.y)) == 1 else " in the training part"
            raise DatasetError("target", f"is constant{where}: there is nothing to learn")
        return
    count, rows = len(table.classes), len(table.y[train])
    if count == 1:
        message = f"has one class only, {table.classes[0]!r}: there is nothing to tell apart"
        raise DatasetError("target", message)
    if count > rows:
        raise DatasetError("target", f"has more classes than rows to train on: {count} and {rows}")
    absent = [name for number, name in enumerate(table.classes) if number not in seen]
    if absent:
        message = (
            f"has classes without a row in the training part: {', '.join(map(repr, absent[:5]))}"
        )
        raise DatasetError("target", message + ("" if mixed else f"; {SHUFFLE}"))


def _filled(numbers: Array, train: Any, missing: str | None) -> Array:
    if missing is None or not np.isnan(numbers).any():
        return numbers
    from sklearn.impute import SimpleImputer

    # A column without any value in the training part still has its place, filled with 0.
    imputer = SimpleImputer(strategy=missing, keep_empty_features=True)
    return np.asarray(imputer.fit(numbers[train]).transform(numbers))


def _encoded(
    categories: Array, train: Any, names: tuple[str, ...]
) -> tuple[Array, tuple[str, ...]]:
    """A column of 0 and 1 for each category in the training rows, and its name."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    # A category that only the test part has is 0 in all columns.
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    pipeline = make_pipeline(
        SimpleImputer(strategy="most_frequent", keep_empty_features=True), encoder
    )
    pipeline.fit(categories[train])
    return pipeline.transform(categories), tuple(encoder.get_feature_names_out(list(names)))


def _refuse_infinite(x: Array, y: Array, names: tuple[str, ...]) -> None:
    finite = np.isfinite(x).all(axis=0)
    if not finite.all():
        number = int(np.argmin(finite))
        name = f"{names[number]!r}" if names else str(number + 1)
        key = "file" if names else "generator"
        raise DatasetError(key, f"has values in feature {name} that 32 bits do not hold")
    if not np.isfinite(y).all():
        raise DatasetError("target", "has values that 32 bits do not hold")
