"""Data that a person's own function gives."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossbench.config import own_function
from lossbench.data.array_table import table_of_arrays
from lossbench.data.arrays import DatasetError, Table
from lossbench.data.target import Problem
from lossbench.text import cut, described

KIND = (
    "data come from a function that returns the features, (rows, …), and the target, (rows,) or "
    "(rows, targets), as arrays"
)


def own_table(function: str, given: Mapping[str, Any], problem: Problem | None) -> Table:
    """The data that a function returns when it is given these values by name.

    It runs the function. Raises DatasetError where that fails, or returns no such data.
    """
    try:
        load = own_function.load(function, KIND)
    except Exception as error:
        raise DatasetError("function", f"raised {cut(described(error), 300)}") from error
    try:
        found = load(**given)
    except Exception as error:
        raise DatasetError("function", f"raised {cut(described(error), 300)}; {KIND}") from error
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise DatasetError("function", f"returns {_kind(found)}; {KIND}")
    try:
        x, y = map(np.asarray, found)
    except Exception as error:  # what it returns may be anything
        raise DatasetError(
            "function", f"returns no arrays: {cut(described(error), 300)}"
        ) from error
    try:
        return table_of_arrays(x, y, problem=problem)
    except DatasetError as error:
        if error.key == "problem":
            raise
        raise DatasetError("function", f"gives {error.key} that {error}") from None


def _kind(value: object) -> str:
    what = f" of {len(value)}" if isinstance(value, tuple | list) else ""
    return f"a {type(value).__name__}{what}"
