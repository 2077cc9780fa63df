"""From the columns of a data file to a table: numbers, categories and a target.

A target is classes where it is text or true/false, or whole numbers with two values, or with at
most 20 that are a tenth of the rows or fewer. Any other is real. A config may say otherwise.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lossbench.data import files as data_files
from lossbench.data.arrays import Array, DatasetError, Table, numbered
from lossbench.text import cut, nearest, shown

if TYPE_CHECKING:
    import pandas as pd

Problem = Literal["classification", "regression"]
MISSING = ("drop", "mean", "median", "most_frequent")
MOST_CLASSES = 20
ROWS_PER_CLASS = 10
# A column with more is a name or a date, and not something that repeats.
MOST_CATEGORIES = 200
LARGEST = float(np.finfo(np.float32).max)


def table(
    path: Path,
    frame: "pd.DataFrame",
    target: str,
    problem: Problem | None = None,
    missing: str | None = None,
    drop: Sequence[str] = (),
    sample_weight: str | None = None,
) -> Table:
    """The features and the target of a data file, where ``frame`` is what was read from it.

    ``drop`` names columns to leave out, ``sample_weight`` one with what each row counts. Where
    values are missing, ``missing`` must say what is to be done: "drop" leaves out their rows;
    otherwise they stay NaN, to be filled in later, and only rows without a target or a weight are
    left out. Raises DatasetError.
    """
    if target not in frame.columns:
        raise DatasetError("target", f"is not a column; {known(target, frame)}")
    for name in drop:
        if name not in frame.columns:
            message = f"has {name!r}, which is not a column; {known(name, frame)}"
            raise DatasetError("drop", message)
    if target in drop:
        raise DatasetError("drop", "leaves out the target")
    weights = [] if sample_weight is None else [sample_weight]
    for name in weights:
        _check_weights(path, frame, name, target, drop)
    frame = frame.drop(columns=list(drop))
    given = [target, *weights]
    for name, reason in unusable(frame.drop(columns=weights), target).items():
        raise DatasetError("file", f"column {name!r} {reason}; leave it out: drop: [{name!r}]")
    if frame.shape[1] == len(given):
        raise DatasetError("file", "has no column besides the target")
    absent = absences(frame)
    if absent and missing is None:
        found = ", ".join(f"{count} in column {name!r}" for name, count in absent.items())
        message = f"must be said where values are missing ({found}): {', '.join(MISSING)}"
        raise DatasetError("missing", message)
    frame = frame.dropna(subset=None if missing == "drop" else given)
    if frame.empty:
        raise DatasetError("missing", "leaves no row")
    features = [name for name in frame.columns if name not in given]
    numbers = [name for name in features if _is_number(frame[name])]
    texts = [name for name in features if name not in numbers]
    for name in texts:
        _refuse_mixture(path, frame[name])
    y, classes = _target(path, frame[target], problem)
    return Table(
        np.column_stack([_numbers(path, frame[name], "file") for name in numbers])
        if numbers
        else np.empty((len(frame), 0)),
        y,
        classes,
        categories=np.column_stack([_texts(frame[name]) for name in texts]) if texts else None,
        names=(*numbers, *texts),
        weights=_weights(path, frame[sample_weight]) if weights else None,
    )


def absences(frame: "pd.DataFrame") -> dict[str, int]:
    """How many values are missing in each column that lacks some."""
    return {str(name): int(count) for name, count in frame.isna().sum().items() if count}


def known(name: str, frame: "pd.DataFrame") -> str:
    """The words that help with a name that is no column."""
    return cut(nearest(name, frame.columns), 300)


def unusable(frame: "pd.DataFrame", target: str) -> dict[str, str]:
    """The columns besides the target that cannot be features, and why."""
    return {
        name: reason
        for name in frame.columns
        if name != target and (reason := _unusable(frame[name]))
    }


def counting(frame: "pd.DataFrame", target: str) -> dict[str, str]:
    """The columns besides the target that number the rows, which say nothing of the target."""
    return {
        name: "numbers the rows"
        for name in frame.columns
        if name != target
        and frame[name].dtype.kind in "iu"
        and len(frame) > 2
        and (np.diff(frame[name].to_numpy()) == 1).all()
    }


def _check_weights(
    path: Path, frame: "pd.DataFrame", name: str, target: str, drop: Sequence[str]
) -> None:
    key = "sample_weight"
    if name not in frame.columns:
        raise DatasetError(key, f"is not a column; {known(name, frame)}")
    if name == target:
        raise DatasetError(key, "is the target")
    if name in drop:
        raise DatasetError("drop", "leaves out the sample_weight")
    if frame[name].isna().all():
        raise DatasetError(key, "has no values")
    if not _is_number(frame[name]):
        _refuse_mixture(path, frame[name], key)
        raise DatasetError(key, f"has no numbers but {_kind(frame[name])}")


def _weights(path: Path, column: "pd.Series") -> Array:
    values = _numbers(path, column, "sample_weight")
    if (values < 0).any():
        number = int(np.argmax(values < 0))
        where = data_files.place(path, column.index[number])
        raise DatasetError("sample_weight", f"must be at least 0; {where} has {values[number]:g}")
    return values


def _unusable(column: "pd.Series") -> str:
    if str(column.name).startswith("Unnamed: "):
        return "has no name in the header"
    if column.isna().all():
        return "has no values"
    if _is_number(column):
        return ""
    kind = _kind(column)
    if kind not in ("string", "boolean"):
        return f"has neither numbers nor text but {kind}"
    count = column.nunique()
    if count > MOST_CATEGORIES and not _is_mixture(column):
        text = column.dropna().iloc[0]
        return f"has {count} different texts, such as {shown(text)}, too many for categories"
    return ""


def _target(path: Path, column: "pd.Series", problem: Problem | None) -> tuple[Array, Any]:
    if _is_number(column):
        values = _numbers(path, column, "target")
        if problem == "regression" or (problem is None and not _are_classes(values, column)):
            return values, ()
        # A class is named as it is written: true is no 1.
        return numbered(column.to_numpy(bool) if column.dtype.kind == "b" else values)
    if problem is None:
        _refuse_mixture(path, column, "target", "; problem: classification takes each for a class")
    if _kind(column) not in ("string", "boolean"):
        raise DatasetError("target", f"has neither numbers nor text but {_kind(column)}")
    if problem == "regression":
        where, text = data_files.place(path, column.index[0]), column.iloc[0]
        raise DatasetError("target", f"must be numbers to regress on; {where} has {shown(text)}")
    return numbered(_texts(column))


def _are_classes(values: Array, column: "pd.Series") -> bool:
    if column.dtype.kind == "b":
        return True
    if not (values == np.floor(values)).all():
        return False
    count = len(np.unique(values))
    return count == 2 or (count <= MOST_CLASSES and count * ROWS_PER_CLASS <= len(values))


def _is_number(column: "pd.Series") -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column) or _kind(column) == "decimal")


def _kind(column: "pd.Series") -> str:
    """What the values of a column are, in pandas's word."""
    import pandas as pd

    values = column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column
    kind = pd.api.types.infer_dtype(values, skipna=True)
    return kind if kind != "empty" else "string"


def _numbers(path: Path, column: "pd.Series", key: str) -> Array:
    """The values in float64, NaN where one is missing."""
    values: Array = column.to_numpy(np.float64, na_value=np.nan)
    wrong = np.abs(values) > LARGEST
    if wrong.any():
        number = int(np.argmax(wrong))
        where, value = data_files.place(path, column.index[number]), values[number]
        it = "is not finite" if np.isinf(value) else "is more than 32 bits hold"
        raise DatasetError(key, f"{where}, column {column.name!r}: {value:g} {it}")
    return values


def _texts(column: "pd.Series") -> Array:
    """The values as text, NaN where one is missing."""
    # Neither pandas's text nor NumPy's: in these, equal texts do not share their memory.
    texts: Array = np.array([*map(str, column.astype(object))], object)
    texts[column.isna()] = np.nan
    return texts


def _is_mixture(column: "pd.Series") -> bool:
    """Whether half of the texts or more are numbers: the others are slips, not categories."""
    return bool(2 * _read_as_numbers(column).notna().sum() >= column.notna().sum())


def _read_as_numbers(column: "pd.Series") -> "pd.Series":
    import pandas as pd

    texts = column.astype(object).where(column.notna(), np.nan)
    if _kind(column) != "string":
        return texts.where(texts.isna(), np.nan)
    return pd.to_numeric(texts, errors="coerce")


def _refuse_mixture(
    path: Path, column: "pd.Series", key: str = "file", otherwise: str = ""
) -> None:
    if not _is_mixture(column):
        return
    text = column[_read_as_numbers(column).isna() & column.notna()]
    if text.empty:  # numbers of more digits than any type of number has
        text = column
    where = data_files.place(path, text.index[0])
    message = f"{where}, column {column.name!r}: {shown(text.iloc[0])} is text among numbers"
    raise DatasetError(key, message + otherwise)
