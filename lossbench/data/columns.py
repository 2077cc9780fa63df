"""One column of a data file: what it holds, and its values as numbers or as text.

pandas is imported only when there is a column to look at.
"""

from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array, DatasetError
from lossbench.data.files import DataFile
from lossbench.text import shown

if TYPE_CHECKING:
    import pandas as pd

# A column with more different texts holds names or dates rather than categories.
MAX_CATEGORIES = 200
LARGEST = float(np.finfo(np.float32).max)


def is_number(column: "pd.Series") -> bool:
    """Whether the values are numbers, or true and false."""
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column) or kind(column) == "decimal")


def kind(column: "pd.Series") -> str:
    """What the values are, as pandas calls it: string, boolean, datetime64; empty is string."""
    import pandas as pd

    values = column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column
    found = pd.api.types.infer_dtype(values, skipna=True)
    return found if found != "empty" else "string"


def holds_text(column: "pd.Series") -> bool:
    """Whether a column that is not numbers holds text, or true and false with missing values."""
    return kind(column) in ("string", "boolean")


def reason_against_feature(column: "pd.Series") -> str:
    """Why a column cannot be a feature; empty where it can."""
    if str(column.name).startswith("Unnamed: "):
        return "has no name in the header"
    if column.isna().all():
        return "has no values"
    if is_number(column):
        return ""
    if not holds_text(column):
        return f"has neither numbers nor text but {kind(column)}"
    count = column.nunique()
    if count > MAX_CATEGORIES and not _is_mostly_numbers(column):
        text = column.dropna().iloc[0]
        return f"has {count} different texts, such as {shown(text)}, too many for categories"
    return ""


def to_numbers(file: DataFile, column: "pd.Series", key: str = "file") -> Array:
    """The values in float64, (rows,), NaN where one is missing.

    Raises DatasetError, with this key, where one is infinite or too large for float32.
    """
    values: Array = column.to_numpy(np.float64, na_value=np.nan)
    too_large = np.abs(values) > LARGEST
    if too_large.any():
        row = int(np.argmax(too_large))
        where, value = file.place(column.index[row]), values[row]
        what = "is not finite" if np.isinf(value) else "is too large for a 32-bit float"
        raise DatasetError(key, f"{where}, column {column.name!r}: {value:g} {what}")
    return values


def to_texts(column: "pd.Series") -> Array:
    """The values as text, (rows,), NaN where one is missing."""
    # Objects of Python, as equal texts share their memory only there, not in pandas's or NumPy's.
    texts: Array = np.array([*map(str, column.astype(object))], object)
    texts[column.isna()] = np.nan
    return texts


def refuse_text_among_numbers(
    file: DataFile, column: "pd.Series", key: str = "file", hint: str = ""
) -> None:
    """Raise DatasetError where half of the texts or more are numbers: the others are mistakes.

    ``hint`` ends the message.
    """
    if not _is_mostly_numbers(column):
        return
    texts = column[_parsed(column).isna() & column.notna()]
    if texts.empty:  # all are numbers, with more digits than any type of number has
        texts = column
    where = file.place(texts.index[0])
    message = f"{where}, column {column.name!r}: {shown(texts.iloc[0])} is text among numbers"
    raise DatasetError(key, message + hint)


def _is_mostly_numbers(column: "pd.Series") -> bool:
    """Whether half of the texts or more can be read as numbers."""
    return bool(2 * _parsed(column).notna().sum() >= column.notna().sum())


def _parsed(column: "pd.Series") -> "pd.Series":
    """The texts as numbers, NaN where one is no number."""
    import pandas as pd

    texts = column.astype(object).where(column.notna(), np.nan)
    if kind(column) != "string":
        return texts.where(texts.isna(), np.nan)
    return pd.to_numeric(texts, errors="coerce")
