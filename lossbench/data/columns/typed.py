"""Columns whose values are numbers or dates already."""

from contextlib import suppress

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.columns import numbers
from lossbench.data.columns.column import Column, leaves_out, takes_for_missing, unusable
from lossbench.data.columns.rules import Rules
from lossbench.data.faults import Fault
from lossbench.data.reading.form import Decimal, Reading
from lossbench.text import shown

LARGEST = float(np.finfo(np.float32).max)
LARGEST_WHOLE = 2**53  # float64 cannot tell whole numbers above from their neighbours
LARGEST_ID = 2**64  # what is larger is no identifier but measured


def numbers_column(reading: Reading, name: str, values: Array, rules: Rules) -> Column:
    """A column of float64 numbers, (rows,), with NaN for a missing one."""
    missing = [as_float(it, rules.decimal) for it in rules.missing_values]
    given = [it for it in missing if it is not None]
    if given and np.isin(values, given).any():
        values = np.where(np.isin(values, given), np.nan, values)
    if np.isnan(values).all():
        return Column(name, "nothing", values, unusable(name, "has no values"))
    with np.errstate(invalid="ignore"):
        too_large = np.abs(values) > LARGEST
        are_ids = ((np.abs(values) > LARGEST_WHOLE) & (np.abs(values) < LARGEST_ID)).sum()
    if are_ids == (~np.isnan(values)).sum():
        return Column(name, "other", values, too_long(name, f"{np.nanmax(values):.0f}"))
    if not too_large.any():
        return Column(name, "numbers", values)
    where, value = reading.place(int(np.argmax(too_large))), values[np.argmax(too_large)]
    if np.isinf(value):
        found = sorted({f"{it:g}" for it in values[np.isinf(values)]})
        what = f"{where}, column {name!r}: {value:g} is not finite"
        fault = Fault("file", what, (takes_for_missing(found),), {"missing_values": found})
        return Column(name, "numbers", values, fault)
    what = f"{where}, column {name!r}: {value:g} is too large for a 32-bit float"
    return Column(name, "numbers", values, Fault("file", what, (leaves_out(name),)))


def too_long(name: str, example: object) -> Fault:
    """The fault of whole numbers that float64 cannot tell apart."""
    reason = f"has whole numbers above 2^53, such as {example}, which would be rounded"
    return unusable(name, reason)


def dates_column(
    name: str,
    values: Array,
    doubtful: str = "",
    notes: tuple[str, ...] = (),
) -> Column:
    """A column of dates; ``doubtful`` is one whose day may be the first number or another."""
    fault = None
    if doubtful:
        what = (
            f"column {name!r} has dates such as {shown(doubtful)}, in which the day may be the "
            "first number or another"
        )
        ways = "day_first: true or day_first: false says which"
        fault = Fault("day_first", what, (ways,), {"day_first": False})
    return Column(name, "dates", values, fault, notes)


def as_float(value: str | float, decimal: Decimal) -> float | None:
    """A missing value of a config as a number; None where it is none."""
    with suppress(ValueError):
        return float(value)
    return numbers.read([str(value)], decimal).values.get(str(value))
