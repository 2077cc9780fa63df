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


def dates_column(
    name: str,
    values: Array,
    doubtful: bool = False,
    example: str = "",
    notes: tuple[str, ...] = (),
) -> Column:
    """A column of dates; they are doubtful where their day may be the first number or another."""
    fault = None
    if doubtful:
        what = (
            f"column {name!r} has dates such as {shown(example)}, in which the day may be the "
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
