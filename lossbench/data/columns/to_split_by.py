"""The columns by which rows are split: the group that a row belongs to, and its time."""

import numpy as np

from lossbench.data.arrays import Array, DatasetError
from lossbench.data.columns.read import read_column
from lossbench.data.columns.rules import Rules
from lossbench.data.reading.form import Reading

KEY = "split"


def groups(reading: Reading, name: str, rules: Rules) -> Array:
    """The number of the group of each row, (rows,); raises DatasetError where one has none."""
    import pandas as pd

    _refuse_gaps(reading, name, read_column(reading, name, rules).missing, "group")
    numbers, _ = pd.factorize(reading.frame[name])
    return np.asarray(numbers)


def times(reading: Reading, name: str, rules: Rules) -> Array:
    """Numbers that grow with time, (rows,); raises DatasetError where there is no time."""
    column = read_column(reading, name, rules)
    if column.fault:
        raise DatasetError(KEY, f"goes by time: {column.fault.message}")
    if column.kind not in ("dates", "numbers"):
        message = f"needs dates or numbers to go by time; column {name!r} has {column.kind}"
        raise DatasetError(KEY, message)
    _refuse_gaps(reading, name, column.missing, "time")
    if column.kind == "numbers":
        return column.values
    import pandas as pd

    return np.asarray(pd.Series(column.values).rank(method="dense"))


def _refuse_gaps(reading: Reading, name: str, missing: Array, what: str) -> None:
    if missing.any():
        place = reading.place(int(np.argmax(missing)))
        message = f"needs the {what} of every row, and {place} has none in column {name!r}"
        raise DatasetError(KEY, message)
