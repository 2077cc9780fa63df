"""The column to predict: real numbers, or classes.

A target is classes if it is text or true and false, or if it has two different whole numbers. More
whole numbers are classes if they count from 0 or 1 without a gap, are 20 at most and have ten rows
each. They are real all the same if they look like counts or ratings: at least four values, rows
that become fewer to both sides of the most frequent one, and eight times as many there as at the
rarest. Any other target is real. A config may say otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.data.columns import dates
from lossbench.data.columns.column import Column
from lossbench.text import shown

Problem = Literal["classification", "regression"]
Rare = Literal["drop", "merge"]
MAX_CLASSES = 20
MIN_ROWS_PER_CLASS = 10
MOST_TARGETS = 10_000
# Counts and ratings have at least so many values, and their most frequent one has so many times the
# rows of the rarest.
MIN_COUNTS, COUNTS_RATIO = 4, 8
# Classes with fewer rows are rare: both parts of a split should have some of each.
RARE = 5
OF_SEVERAL = "is for one target; of several, the loss says what they are"
MERGED = "other"  # the name of the class that rare ones become


def encode_classes(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Class numbers from 0, (rows,), and the names of the classes, in the order of their values."""
    found, numbers = np.unique(values, return_inverse=True)
    return numbers, tuple(map(_class_name, found.tolist()))


def read_target(
    column: Column, used: Array, problem: Problem | None
) -> tuple[Array, tuple[str, ...]]:
    """The target and its classes, as a Table has them; no classes for a real target.

    ``used``, (rows,), are the rows to take: none is missing there. ``problem`` says what the config
    wants the target to be. Raises DatasetError. Dates are real numbers, days since 1970-01-01, and
    times of day are hours.
    """
    values = column.values[used]
    if column.kind == "numbers":
        if problem == "regression" or (problem is None and not are_classes(values, column)):
            return values, ()
        numbers, names = encode_classes(values)
        if not column.written:
            return numbers, names
        # Classes keep the names that they have in the file: 007 does not become 7.
        return numbers, tuple(column.written[it] for it in np.unique(values).tolist())
    if column.kind == "dates":
        import pandas as pd

        series = pd.Series(values)
        if problem != "classification":
            of_day = dates.are_times_of_day(series)
            return dates.numbers(series, "hour" if of_day else "ordinal"), ()
        return encode_classes(np.array([*map(_date_name, series)], object))
    if column.kind in ("nothing", "other"):
        raise DatasetError("target", column.fault.what if column.fault else "has no values")
    if problem == "regression":
        raise DatasetError("target", f"must be numbers for regression; it has {shown(values[0])}")
    count = len(np.unique(values))
    if column.kind == "texts" and 2 * count > len(values):
        message = f"has {count} different texts in {len(values)} rows, too many for classes"
        raise DatasetError("target", message)
    return encode_classes(values)


def read_targets(columns: Sequence[Column], used: Array) -> Array:
    """Several targets, (rows, targets): numbers, and 1 and 0 for true and false.

    ``used`` is as in ``read_target``. Raises DatasetError for a column of anything else.
    """
    for it in columns:
        if it.kind != "numbers" or it.fault:
            what = it.fault.what if it.fault else f"column {it.name!r} has {it.kind}"
            message = (
                "several targets must be numbers, or true and false; write 1 for yes, 0 for no"
            )
            raise DatasetError("target", f"has a column that is neither: {what}; {message}")
    return np.stack([it.values[used] for it in columns], axis=1).astype(np.float64)


def several(table: Table, names: Sequence[str] = ()) -> Table:
    """A table whose target, (rows, targets), is several real numbers; one, (rows,), is as usual.

    Without names they are numbered from 1.
    """
    if table.y.ndim == 1:
        return table
    count = table.y.shape[1]
    if count > MOST_TARGETS:
        raise DatasetError("target", f"has {count} columns; at most {MOST_TARGETS} are allowed")
    named = tuple(names) or tuple(f"target_{number + 1}" for number in range(count))
    return replace(table, y=table.y.astype(np.float64), targets=named)


def are_classes(values: Array, column: Column | None = None) -> bool:
    """Whether numbers, (rows,), are classes; ``column`` tells whether they are written plainly."""
    if column is not None and not column.is_plain:
        return False
    found, counts = np.unique(values, return_counts=True)
    if not (found == np.floor(found)).all():
        return False
    if len(found) <= 2:
        return True
    in_order = found[0] in (0, 1) and len(found) <= MAX_CLASSES and (np.diff(found) == 1).all()
    return bool(in_order and counts.min() >= MIN_ROWS_PER_CLASS and not _are_counts(counts))


def _are_counts(counts: Array) -> bool:
    """Whether the rows of each value fall to both sides of the most frequent one, and far."""
    mode = int(np.argmax(counts))
    falling = (np.diff(counts[: mode + 1]) >= 0).all() and (np.diff(counts[mode:]) <= 0).all()
    far = counts.max() >= COUNTS_RATIO * counts.min()
    return bool(len(counts) >= MIN_COUNTS and falling and far)


def without_rare(
    numbers: Array, classes: tuple[str, ...], rare: Rare
) -> tuple[Array, tuple[str, ...], Array]:
    """Class numbers without rare classes, the classes that are left, and the rows that are.

    Rare classes are those of fewer than 5 rows. "drop" leaves out their rows, and "merge" makes one
    class of them; if that has fewer than 5 rows, too, the next smallest classes join it.

    Raises DatasetError where no class is left.
    """
    counts = np.bincount(numbers, minlength=len(classes))
    gone = counts < RARE
    if not gone.any():
        return numbers, classes, np.ones(len(numbers), bool)
    if rare == "drop":
        if gone.all():
            raise DatasetError("rare", f"leaves no class: all have fewer than {RARE} rows")
        kept = ~gone[numbers]
        renumbered = np.cumsum(~gone) - 1
        left = tuple(name for name, out in zip(classes, gone, strict=True) if not out)
        return renumbered[numbers[kept]], left, kept
    for number in np.argsort(counts, kind="stable"):
        if counts[gone].sum() >= RARE:
            break
        gone[number] = True
    left = tuple(name for name, out in zip(classes, gone, strict=True) if not out)
    merged = MERGED
    while merged in left:
        merged += "_"
    renumbered = np.where(gone, len(left), np.cumsum(~gone) - 1)
    return renumbered[numbers], (*left, merged), np.ones(len(numbers), bool)


def _date_name(value: object) -> str:
    return str(value).removesuffix(" 00:00:00")


def _class_name(value: object) -> str:
    """The name of a class: a whole number has no decimals, whatever its type."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
