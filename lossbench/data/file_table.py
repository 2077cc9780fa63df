"""From the columns of a data file to a Table: features, target and weights of the rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.data.columns import (
    is_number,
    kind,
    reason_against_feature,
    refuse_text_among_numbers,
    to_numbers,
    to_texts,
)
from lossbench.data.files import DataFile
from lossbench.data.target import Problem, read_target
from lossbench.text import cut, nearest

if TYPE_CHECKING:
    import pandas as pd

STRATEGIES = ("drop", "mean", "median", "most_frequent")


def table_from_file(
    file: DataFile,
    target: str,
    problem: Problem | None = None,
    missing: str | None = None,
    drop: Sequence[str] = (),
    sample_weight: str | None = None,
) -> Table:
    """The features and the target of a data file.

    ``drop`` names columns to leave out, and ``sample_weight`` the column that says how much each
    row counts. ``missing``, one of STRATEGIES, must be given if values are missing. "drop" leaves
    out their rows. With the others the values stay NaN here, to be filled in after the split, and
    only rows without a target or a weight are left out.

    Raises DatasetError where the columns do not allow it.
    """
    frame = file.frame
    _check_names(frame, target, drop)
    weights = [] if sample_weight is None else [sample_weight]
    for name in weights:
        _check_weights(file, name, target, drop)
    given = [target, *weights]
    # Columns are chosen by their names: to drop them would copy all that is left.
    features = [name for name in frame.columns if name not in {*given, *drop}]
    for name, reason in unusable_features(frame, features).items():
        raise DatasetError("file", f"column {name!r} {reason}; leave it out: drop: [{name!r}]")
    if not features:
        raise DatasetError("file", "has no column besides the target")
    frame = _without_gaps(frame, features, given, missing)
    numbers = [name for name in features if is_number(frame[name])]
    texts = [name for name in features if name not in numbers]
    for name in texts:
        refuse_text_among_numbers(file, frame[name])
    y, classes = read_target(file, frame[target], problem)
    return Table(
        np.column_stack([to_numbers(file, frame[name]) for name in numbers])
        if numbers
        else np.empty((len(frame), 0)),
        y,
        classes,
        categories=np.column_stack([to_texts(frame[name]) for name in texts]) if texts else None,
        names=(*numbers, *texts),
        weights=_weights(file, frame[sample_weight]) if weights else None,
    )


def missing_values(frame: "pd.DataFrame", names: Sequence[str]) -> dict[str, int]:
    """How many values are missing in each of these columns where some are."""
    counts = frame.isna().sum()
    return {name: int(counts[name]) for name in names if counts[name]}


def hint_at_columns(name: str, frame: "pd.DataFrame") -> str:
    """What helps with a name that is not one of the columns."""
    return cut(nearest(name, frame.columns), 300)


def unusable_features(frame: "pd.DataFrame", names: Sequence[str]) -> dict[str, str]:
    """Those of these columns that cannot be features, and why."""
    return {name: reason for name in names if (reason := reason_against_feature(frame[name]))}


def row_numbers(frame: "pd.DataFrame", names: Sequence[str]) -> dict[str, str]:
    """Those of these columns that only number the rows, with this as the reason against them."""
    return {
        name: "numbers the rows"
        for name in names
        if frame[name].dtype.kind in "iu"
        and len(frame) > 2
        and (np.diff(frame[name].to_numpy()) == 1).all()
    }


def _check_names(frame: "pd.DataFrame", target: str, drop: Sequence[str]) -> None:
    if target not in frame.columns:
        raise DatasetError("target", f"is not a column; {hint_at_columns(target, frame)}")
    for name in drop:
        if name not in frame.columns:
            message = f"has {name!r}, which is not a column; {hint_at_columns(name, frame)}"
            raise DatasetError("drop", message)
    if target in drop:
        raise DatasetError("drop", "leaves out the target")


def _check_weights(file: DataFile, name: str, target: str, drop: Sequence[str]) -> None:
    key, frame = "sample_weight", file.frame
    if name not in frame.columns:
        raise DatasetError(key, f"is not a column; {hint_at_columns(name, frame)}")
    if name == target:
        raise DatasetError(key, "is the target")
    if name in drop:
        raise DatasetError("drop", "leaves out the sample_weight")
    column = frame[name]
    if column.isna().all():
        raise DatasetError(key, "has no values")
    if not is_number(column):
        refuse_text_among_numbers(file, column, key)
        raise DatasetError(key, f"has no numbers but {kind(column)}")


def _without_gaps(
    frame: "pd.DataFrame", features: list[str], given: list[str], missing: str | None
) -> "pd.DataFrame":
    """The rows that are used: with a target and a weight, or with all values if so asked."""
    used = [name for name in frame.columns if name in {*features, *given}]
    counts = missing_values(frame, used)
    if counts and missing is None:
        found = ", ".join(f"{count} in column {name!r}" for name, count in counts.items())
        message = f"is needed where values are missing ({found}); allowed: {', '.join(STRATEGIES)}"
        raise DatasetError("missing", message)
    gaps = frame.isna()[used if missing == "drop" else given].any(axis=1)
    if gaps.all():
        raise DatasetError("missing", "leaves no row")
    return frame[~gaps] if gaps.any() else frame


def _weights(file: DataFile, column: "pd.Series") -> Array:
    """How much each row counts; raises DatasetError where that is below 0."""
    values = to_numbers(file, column, "sample_weight")
    if (values < 0).any():
        row = int(np.argmax(values < 0))
        where = file.place(column.index[row])
        raise DatasetError("sample_weight", f"must be at least 0; {where} has {values[row]:g}")
    return values
