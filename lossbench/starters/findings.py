"""What a person should know of a table before training on it: ids, leaks, codes for missing values.

None of these keeps a file from being read, so only ``lossbench new`` looks for them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.columns.column import Column
from lossbench.data.faults import Fault
from lossbench.data.file_table import Columns
from lossbench.data.reading.form import Reading
from lossbench.text import counted

if TYPE_CHECKING:
    import pandas as pd

# Names of columns that name their rows: id, customer_id, PassengerId, rownames.
OF_ROWS = re.compile(
    r"(.*[\W_])?(id|ids|idx|index|key|code|uuid|guid|pid|uid|nr|no|row|rownames?|obs|case|serial|seqno)([\W_].*)?",
    re.IGNORECASE,
)
CAMEL = re.compile(r".*[a-z]I[dD]")
NEARLY = 0.9  # the share of values of such a column that differ
# Names of columns of codes that look like numbers.
CODE = re.compile(r"(.*[\W_])?(zip|zipcode|postcode|postal|plz|fips)([\W_].*)?", re.IGNORECASE)
# Numbers that people write for a missing value; -1 and 9 are too often meant.
CODES = {-9.0, *(sign * (10.0**digits - 1) for digits in range(2, 7) for sign in (-1, 1))}
TOTALS = {
    *("total", "totals", "grand total", "sum", "subtotal", "average", "mean", "overall", "all"),
    *("gesamt", "summe", "insgesamt", "total:", "sum:", "somme", "totale", "suma"),
}
# A linear fit this close leaves nothing of the variance but rounding.
TELLS = 0.9999
SAMPLE = 5000  # rows by which leaks are looked for
MOST_IN_SUM = 100  # more columns than this are not added up


def total_row(reading: Reading, footer: int) -> Fault | None:
    """The last row, if it has totals of the others.

    ``footer`` lines below it are left out, or those that are found there.
    """
    footer += sum(it.remedy.get("skip_footer", 0) for it in reading.faults)
    frame = reading.frame
    texts = [it for it in frame.iloc[-1] if isinstance(it, str)]
    is_total = any(it.strip().casefold() in TOTALS for it in texts) or _adds_up(frame)
    if len(frame) < 3 or not is_total:
        return None
    what = f"{reading.place(len(frame) - 1)}, the last one, has totals of the rows above"
    return Fault("file", what, remedy={"skip_footer": footer + 1})


def _adds_up(frame: "pd.DataFrame") -> bool:
    """Whether the last row has the sums of those above in two columns of numbers or more."""
    numbers = frame.select_dtypes("number")
    above, last = (
        it.to_numpy(np.float64, na_value=np.nan) for it in (numbers[:-1].sum(), numbers.iloc[-1])
    )
    return int((np.isclose(above, last, rtol=1e-9) & (last != 0)).sum()) > 1


def useless(columns: Columns) -> dict[str, str]:
    """Features that cannot help, and why: those that name the rows, and those of a single value."""
    found = {}
    for name, column in columns.features.items():
        if column.kind in ("numbers", "categories") and _is_constant(column):
            found[name] = "has a single value"
        elif _is_named_for_rows(name) and _names_rows(column, NEARLY):
            counts = (np.diff(column.values) == 1).all()
            found[name] = "numbers the rows" if counts else "names the rows: nearly all differ"
        elif column.kind == "numbers" and CODE.fullmatch(name):
            found[name] = "has codes, whose size means nothing"
    return found


def remarks(columns: Columns) -> Iterator[str]:
    """What a person should look at, in sentences."""
    for name, column in columns.features.items():
        if (
            _names_rows(column, 1)
            and column.values[0] in (0, 1)
            and (np.diff(column.values) == 1).all()
        ):
            yield (
                f"column {name!r} counts the rows; if it is only their number, leave it out: "
                f"drop: [{name!r}]"
            )
    for column in columns.used:
        if column.kind == "numbers" and (code := _code_for_missing(column.values)) is not None:
            value, count = code
            yield (
                f"column {column.name!r} has {value:g} in {counted(count, 'row')}, far from all "
                f"others; missing_values: [{value:g}] takes it for missing"
            )


def leaks(features: Mapping[str, Column], y: Array, rows: Array, is_real: bool) -> Iterator[str]:
    """Features that tell the target alone, or whose sum does; ``y`` has the target of the rows."""
    chosen = np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(int)
    y, rows = y[chosen], rows[chosen]
    numbers = {it.name: it.values[rows] for it in features.values() if it.kind == "numbers"}
    if is_real:
        alone = [name for name, values in numbers.items() if _correlation(values, y) > TELLS]
    else:
        alone = [name for name, values in numbers.items() if _separates(values, y)]
    for it in features.values():
        if it.kind == "categories" and _decides(it.values[rows], y):
            alone.append(it.name)
    for name in alone:
        yield (
            f"column {name!r} tells the target alone; if it is not known beforehand, leave it "
            f"out: drop: [{name!r}]"
        )
    if is_real and not alone and (summands := _summands(numbers, y)):
        names = ", ".join(map(repr, summands))
        yield (
            f"columns {names} add up to the target; if they are not known beforehand, leave them "
            f"out: drop: [{names}]"
        )


def _is_constant(column: Column) -> bool:
    missing = column.missing
    return not missing.any() and bool((column.values == column.values[0]).all())


def _is_named_for_rows(name: str) -> bool:
    return bool(OF_ROWS.fullmatch(name) or CAMEL.fullmatch(name))


def _names_rows(column: Column, share: float) -> bool:
    """Whether a column has whole numbers of which such a share of the rows, or more, differ."""
    if column.kind != "numbers":
        return False
    known = column.values[~np.isnan(column.values)]
    whole = len(known) > 2 and bool((known == np.floor(known)).all())
    return whole and len(np.unique(known)) >= share * len(column.values)


def _code_for_missing(values: Array) -> tuple[float, int] | None:
    """A number that may stand for a missing value, far from all others, and how often it does."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    for code in sorted({float(known.min()), float(known.max())} & CODES):
        is_code = known == code
        others = known[~is_code]
        if len(np.unique(others)) < 2:
            continue
        low, high = others.min(), others.max()
        if code < low - (high - low) or code > high + (high - low):
            return code, int(is_code.sum())
    return None


def _correlation(values: Array, y: Array) -> float:
    """The correlation without its sign; 0 where it is not defined."""
    known = ~np.isnan(values)
    values, y = values[known], y[known]
    if len(y) < 5:
        return 0.0
    values, y = values - values.mean(), y - y.mean()
    norms = float(np.linalg.norm(values) * np.linalg.norm(y))
    return abs(float(values @ y)) / norms if norms else 0.0


def _separates(values: Array, y: Array) -> bool:
    """Whether each class has its own range of the values."""
    known = ~np.isnan(values)
    values, y = values[known], y[known]
    order = np.lexsort((y, values))
    changes = np.count_nonzero(np.diff(y[order]))
    same = values[order][1:] == values[order][:-1]
    mixed = (same & (np.diff(y[order]) != 0)).any()
    return len(y) >= 20 and not mixed and changes == len(np.unique(y)) - 1


def _decides(texts: Array, y: Array) -> bool:
    """Whether all rows of a category have the same target, with several rows for each."""
    known = np.array([isinstance(it, str) for it in texts])
    found, codes = np.unique(texts[known].astype(str), return_inverse=True)
    if len(found) < 2 or len(codes) < 5 * len(found):
        return False
    pairs = np.unique(np.column_stack([codes, np.unique(y[known], return_inverse=True)[1]]), axis=0)
    return len(pairs) == len(found)


def _summands(numbers: Mapping[str, Array], y: Array) -> Sequence[str]:
    """The columns that add up to the target, each as it is; none if they do not."""
    complete = {name: it for name, it in numbers.items() if not np.isnan(it).any() and it.std() > 0}
    if not 2 <= len(complete) <= MOST_IN_SUM or len(y) < 3 * len(complete):
        return []
    x = np.column_stack([*complete.values(), np.ones(len(y))])
    scale = x.std(axis=0)
    scale[-1] = 1
    found, *_ = np.linalg.lstsq(x / scale, y, rcond=None)
    left = y - x / scale @ found
    if left.std() > (1 - TELLS) * y.std():
        return []
    weights = found[:-1] / scale[:-1]
    return [name for name, it in zip(complete, weights, strict=True) if abs(it - 1) < 0.01]
