"""The column to predict: real numbers, or classes.

A target is classes if it is text or true and false, if it is whole numbers with two different
values, or with at most 20 and at least 10 rows per value on average. Any other target is real. A
config may say otherwise.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np

from lossbench.data.arrays import Array, DatasetError
from lossbench.data.columns import (
    holds_text,
    is_number,
    kind,
    refuse_text_among_numbers,
    to_numbers,
    to_texts,
)
from lossbench.data.files import DataFile
from lossbench.text import shown

if TYPE_CHECKING:
    import pandas as pd

Problem = Literal["classification", "regression"]
MAX_CLASSES = 20
MIN_ROWS_PER_CLASS = 10


def encode_classes(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Class numbers from 0, (rows,), and the names of the classes, in the order of their values."""
    found, numbers = np.unique(values, return_inverse=True)
    return numbers, tuple(map(_class_name, found.tolist()))


def read_target(
    file: DataFile, column: "pd.Series", problem: Problem | None
) -> tuple[Array, tuple[str, ...]]:
    """The target and its classes, as a Table has them; no classes for a real target.

    ``problem`` says what the config wants the target to be. Raises DatasetError.
    """
    if is_number(column):
        values = to_numbers(file, column, "target")
        if problem == "regression" or (problem is None and not _are_classes(values, column)):
            return values, ()
        # Classes keep the names that they have in the file: True does not become 1.
        return encode_classes(column.to_numpy(bool) if column.dtype.kind == "b" else values)
    if problem is None:
        hint = "; problem: classification takes every value for a class"
        refuse_text_among_numbers(file, column, "target", hint)
    if not holds_text(column):
        raise DatasetError("target", f"has neither numbers nor text but {kind(column)}")
    if problem == "regression":
        where, text = file.place(column.index[0]), column.iloc[0]
        raise DatasetError("target", f"must be numbers for regression; {where} has {shown(text)}")
    return encode_classes(to_texts(column))


def _are_classes(values: Array, column: "pd.Series") -> bool:
    if column.dtype.kind == "b":
        return True
    if not (values == np.floor(values)).all():
        return False
    count = len(np.unique(values))
    return count == 2 or (count <= MAX_CLASSES and count * MIN_ROWS_PER_CLASS <= len(values))


def _class_name(value: object) -> str:
    """The name of a class: a whole number has no decimals, whatever its type."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
