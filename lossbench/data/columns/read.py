"""What a column holds, by its values and by what the config says.

pandas is imported only when there is a column to look at.
"""

from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.columns import dates
from lossbench.data.columns.column import Column, unusable
from lossbench.data.columns.rules import Rules
from lossbench.data.columns.texts import categories_column, different_texts, texts_column
from lossbench.data.columns.typed import LARGEST_WHOLE, dates_column, numbers_column, too_long
from lossbench.data.freed import give_back_mapped
from lossbench.data.mapped import mapped
from lossbench.data.reading.form import Reading
from lossbench.data.reading.names import UNNAMED

if TYPE_CHECKING:
    import pandas as pd

TRUTH = {0.0: "False", 1.0: "True"}


def read_column(reading: Reading, name: str, rules: Rules) -> Column:
    """Understand a column by its values, and by what the config says."""
    known = reading.understood.get((name, rules))
    if known is None:
        known = reading.understood[name, rules] = _read(reading, name, rules)
    return known


def _read(reading: Reading, name: str, rules: Rules) -> Column:
    raw = reading.frame[name]
    if raw.isna().all():
        return Column(name, "nothing", np.full(len(raw), np.nan), unusable(name, "has no values"))
    column = _understood(reading, name, raw, rules)
    if not name.startswith(UNNAMED):
        return column
    return replace(column, fault=unusable(name, "has no name in the header"))


def _understood(reading: Reading, name: str, raw: "pd.Series", rules: Rules) -> Column:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        return dates_column(name, _naive(raw).to_numpy())
    values = raw.astype(object) if isinstance(raw.dtype, pd.CategoricalDtype) else raw
    kind = _kind(values)
    if name in rules.categories:
        return categories_column(name, different_texts(values, rules), rules)
    if kind == "string":
        return texts_column(reading, name, different_texts(values, rules), rules)
    if kind in ("date", "datetime", "datetime64"):
        return dates_column(name, _naive(pd.to_datetime(values)).to_numpy())
    if kind == "number" and _is_too_long(values):
        return Column(name, "other", values.to_numpy(object), too_long(name, values.max()))
    if kind in ("number", "boolean"):
        numbers = mapped(values.to_numpy(np.float64, na_value=np.nan))
        if isinstance(values.dtype, np.dtype):
            give_back_mapped(values.to_numpy())
        column = _of_numbers(reading, name, numbers, rules)
        return replace(column, written=TRUTH) if kind == "boolean" else column
    reason = f"has neither numbers nor text but {kind}"
    return Column(name, "other", values.to_numpy(object), unusable(name, reason))


def _kind(values: "pd.Series") -> str:
    """What the values are: string, number, boolean, or as pandas calls it.

    Texts and others are texts.
    """
    import pandas as pd

    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "number"
    if isinstance(values.dtype, pd.StringDtype):
        return "string"
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found == "boolean":
        return "boolean"
    if found in ("decimal", "integer", "floating", "mixed-integer-float"):
        return "number"
    if found in ("string", "time"):
        return "string"
    scalars = all(isinstance(it, str | int | float | date | time) for it in values)
    return "string" if scalars else str(found)


def _is_too_long(values: "pd.Series") -> bool:
    """Whether there are whole numbers that float64 cannot tell from their neighbours."""
    import pandas as pd

    whole = pd.api.types.infer_dtype(values, skipna=True) == "integer"
    return whole and bool((values.dropna().abs() > LARGEST_WHOLE).any())


def _naive(values: "pd.Series") -> "pd.Series":
    """Dates without a time zone; hours are those of its clocks."""
    return values.dt.tz_localize(None) if values.dt.tz is not None else values


def _of_numbers(reading: Reading, name: str, values: Array, rules: Rules) -> Column:
    """A column of numbers, or of dates such as 20240131."""
    column = numbers_column(reading, name, values, rules)
    found = dates.of_numbers(name, column.values) if column.kind == "numbers" else None
    if found is None:
        return column
    first = int(np.argmin(column.missing))
    read = f"{column.values[first]:.0f}, taken for dates such as {str(found[first])[:10]}"
    note = f"column {name!r} has whole numbers such as {read}"
    return dates_column(name, found, notes=(note,))
