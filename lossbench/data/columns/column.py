"""One column of a data file: what it holds, its values, and what keeps it from being used.

pandas is imported only when there is a column to look at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.columns import dates, numbers, spellings
from lossbench.data.columns.missing import are_placeholders, is_usual
from lossbench.data.columns.rules import Rules
from lossbench.data.faults import Fault
from lossbench.data.reading.form import Reading
from lossbench.data.reading.names import UNNAMED
from lossbench.text import shown

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["numbers", "categories", "dates", "texts", "nothing", "other"]
# A column holds names or free text rather than categories if it has more than FEW different texts,
# and those of more than half of its rows, or if it has more than MAX_CATEGORIES with few rows each.
FEW, MAX_CATEGORIES = 10, 200
MANY_ROWS, MOST_CATEGORIES = 20, 1000
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Column:
    """A column of a data file, understood.

    ``kind`` says what the values are: "numbers" are float64 with NaN for a missing one,
    "categories" and "texts", which are too many to be categories, are objects of texts with NaN,
    and "dates" are datetime64 with NaT. "nothing" has no values, and "other" some that are none of
    these. All have shape (rows,). ``written`` has the numbers as texts in the file, by their
    values, where they are written in some other way than Python's, or where the column was read
    as text. ``fault`` says why the column cannot be used as it is, and ``notes`` what was taken
    for what.
    """

    name: str
    kind: Kind
    values: Array
    fault: Fault | None = None
    notes: tuple[str, ...] = ()
    written: Mapping[float, str] = field(default_factory=dict)
    is_plain: bool = True

    @property
    def missing(self) -> Array:
        """Which values are missing: booleans, (rows,)."""
        import pandas as pd

        return np.asarray(pd.isna(self.values))


def read_column(reading: Reading, name: str, rules: Rules) -> Column:
    """Understand a column by its values, and by what the config says."""
    known = reading.understood.get((name, rules))
    if known is None:
        known = reading.understood[name, rules] = _read(reading, name, rules)
    return known


def _read(reading: Reading, name: str, rules: Rules) -> Column:
    raw = reading.frame[name]
    if raw.isna().all():
        return Column(name, "nothing", np.full(len(raw), np.nan), _unusable(name, "has no values"))
    column = _understood(reading, name, raw, rules)
    if not name.startswith(UNNAMED):
        return column
    return replace(column, fault=_unusable(name, "has no name in the header"))


def _understood(reading: Reading, name: str, raw: "pd.Series", rules: Rules) -> Column:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        return _dates(name, _naive(raw).to_numpy())
    values = raw.astype(object) if isinstance(raw.dtype, pd.CategoricalDtype) else raw
    kind = _kind(values)
    if name in rules.categories:
        return _categories(name, _texts(values, rules), rules)
    if kind == "string":
        return _of_texts(reading, name, _texts(values, rules), rules)
    if kind in ("date", "datetime", "datetime64"):
        return _dates(name, _naive(pd.to_datetime(values)).to_numpy())
    if kind == "number":
        return _numbers(reading, name, values.to_numpy(np.float64, na_value=np.nan), rules)
    reason = f"has neither numbers nor text but {kind}"
    return Column(name, "other", values.to_numpy(object), _unusable(name, reason))


def _kind(values: "pd.Series") -> str:
    """What the values are: string, number, or as pandas calls it. Texts and others are texts."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values.dtype):
        return "number"
    if isinstance(values.dtype, pd.StringDtype):
        return "string"
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found in ("boolean", "decimal", "integer", "floating", "mixed-integer-float"):
        return "number"
    if found == "string":
        return "string"
    scalars = all(isinstance(it, str | int | float) for it in values)
    return "string" if scalars else str(found)


def _naive(values: "pd.Series") -> "pd.Series":
    return values.dt.tz_convert("UTC").dt.tz_localize(None) if values.dt.tz is not None else values


def _texts(values: "pd.Series", rules: Rules) -> "pd.Categorical":
    """The values as texts without blanks around, and those that the config calls missing as NaN."""
    import pandas as pd

    # Codes and different texts: a few texts stand for millions of rows.
    codes, found = pd.factorize(values)
    names = [str(it).strip() for it in found]
    kept = dict.fromkeys(filter(None, names))
    if rules.missing_values:
        kept = {it: None for it in kept if not _is_given(it, rules)}
    if len(kept) == len(names):
        return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))
    number = {it: n for n, it in enumerate(kept)}
    mapped = np.array([*(number.get(it, -1) for it in names), -1])
    return pd.Categorical.from_codes(mapped[codes], categories=pd.Index(list(kept), dtype=object))


def _is_given(text: str, rules: Rules) -> bool:
    """Whether a text is one of the missing values of the config, as a text or as a number."""
    number = _float(text)
    return any(
        text == str(it) or (number is not None and number == _float(it))
        for it in rules.missing_values
    )


def _float(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _of_texts(reading: Reading, name: str, texts: "pd.Categorical", rules: Rules) -> Column:
    """A column of texts: numbers or dates that are written in some way, or categories."""
    different = list(texts.categories)
    usual = [it for it in different if is_usual(it)]
    rest = [it for it in different if not is_usual(it)]
    if not rest:
        return _categories(name, texts, rules)
    read = numbers.read(rest, rules.decimal)
    if not read.others:
        return _of_numbers(reading, name, texts, read, usual, rules)
    found, doubtful = dates.read(rest, rules.day_first)
    if found is not None:
        of_text = np.full(len(different) + 1, np.datetime64("NaT"), "datetime64[ns]")
        of_text[[n for n, it in enumerate(different) if not is_usual(it)]] = found.to_numpy()
        notes = _missing_note(name, usual)
        return _dates(name, of_text[texts.codes], doubtful, rest[0], notes)
    counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(different))
    rows_of = dict(zip(different, counts.tolist(), strict=True))
    if 2 * sum(rows_of[it] for it in read.others) <= sum(rows_of[it] for it in rest):
        fault = _text_among_numbers(reading, name, texts, read)
        column = _of_numbers(reading, name, texts, read, [*usual, *read.others], rules)
        return replace(column, fault=fault)
    return _categories(name, texts, rules)


def _of_numbers(
    reading: Reading,
    name: str,
    texts: "pd.Categorical",
    read: numbers.Numbers,
    missing: Sequence[str],
    rules: Rules,
) -> Column:
    values = np.array([*(read.values.get(it, np.nan) for it in texts.categories), np.nan])
    notes = _missing_note(name, [it for it in missing if is_usual(it)])
    if not read.is_plain:
        text, value = max(read.values.items(), key=lambda it: len(it[0]))
        notes = (f"column {name!r} has numbers such as {shown(text)}, read as {value:.15g}", *notes)
    written: dict[float, str] = {}
    for text, value in read.values.items():
        written.setdefault(value, text)
    column = _numbers(reading, name, values[texts.codes], rules)
    return replace(column, notes=notes, written=written, is_plain=read.is_plain)


def _numbers(reading: Reading, name: str, values: Array, rules: Rules) -> Column:
    given = [it for it in map(_float, rules.missing_values) if it is not None]
    if given and np.isin(values, given).any():
        values = np.where(np.isin(values, given), np.nan, values)
    with np.errstate(invalid="ignore"):
        too_large = np.abs(values) > LARGEST
    if not too_large.any():
        return Column(name, "numbers", values)
    where, value = reading.place(int(np.argmax(too_large))), values[np.argmax(too_large)]
    if np.isinf(value):
        found = sorted({f"{it:g}" for it in values[np.isinf(values)]})
        what = f"{where}, column {name!r}: {value:g} is not finite"
        fault = Fault("file", what, (_takes_for_missing(found),), {"missing_values": found})
        return Column(name, "numbers", values, fault)
    what = f"{where}, column {name!r}: {value:g} is too large for a 32-bit float"
    return Column(name, "numbers", values, Fault("file", what, (_leaves_out(name),)))


def _dates(
    name: str,
    values: Array,
    doubtful: bool = False,
    example: str = "",
    notes: tuple[str, ...] = (),
) -> Column:
    fault = None
    if doubtful:
        what = (
            f"column {name!r} has dates such as {shown(example)}, in which the day may be the "
            "first or the second number"
        )
        ways = "day_first: true or day_first: false says which"
        fault = Fault("day_first", what, (ways,), {"day_first": False})
    return Column(name, "dates", values, fault, notes)


def _categories(name: str, texts: "pd.Categorical", rules: Rules) -> Column:
    """A column of texts that are neither numbers nor dates."""
    if rules.ignore_case:
        texts = spellings.without_case(texts)
    values = np.array([*texts.categories, np.nan], object)[texts.codes]
    count, rows = len(texts.categories), int((texts.codes >= 0).sum())
    if not rows:
        return Column(name, "nothing", values, _unusable(name, "has no values"))
    notes = spellings.notes(name, texts)
    many = count > FEW and 2 * count > rows
    many |= count > MAX_CATEGORIES and (MANY_ROWS * count > rows or count > MOST_CATEGORIES)
    if not many or name in rules.categories:
        return Column(name, "categories", values, None, notes)
    what = (
        f"column {name!r} has {count} different texts in {rows} rows, such as "
        f"{shown(texts.categories[0])}, too many for categories"
    )
    ways = (_leaves_out(name), f"categories: [{name!r}] takes them all the same")
    fault = Fault("file", what, ways, {"drop": [name]})
    return Column(name, "texts", values, fault, notes)


def _unusable(name: str, reason: str) -> Fault:
    return Fault("file", f"column {name!r} {reason}", (_leaves_out(name),), {"drop": [name]})


def _leaves_out(name: str) -> str:
    return f"leave it out: drop: [{name!r}]"


def _missing_note(name: str, usual: Sequence[str]) -> tuple[str, ...]:
    if not usual:
        return ()
    which = ", ".join(map(repr, usual[:3]))
    return (f"column {name!r} has numbers: {which} is taken for missing there",)


def _takes_for_missing(texts: Sequence[str]) -> str:
    return f"missing_values: [{', '.join(map(repr, texts[:5]))}] takes it for missing"


def _text_among_numbers(
    reading: Reading,
    name: str,
    texts: "pd.Categorical",
    read: numbers.Numbers,
) -> Fault:
    """The fault of texts in a column where half of the values or more are numbers."""
    others = read.others
    wrong = np.isin(texts.codes, [texts.categories.get_loc(it) for it in others])
    first, count = int(np.argmax(wrong)), int(wrong.sum())
    text = texts[first]
    second = next((f", {shown(it)} too" for it in others if it != text), "")
    more = f"{second} ({count} rows)" if count > 1 else ""
    where = f"{reading.place(first)}, column {name!r}: {shown(text)}"
    of_all = (f"categories: [{name!r}] takes all values for categories, drop: [{name!r}] none",)
    if all(map(numbers.is_written_number, others)):
        way = max(read.values, key=len)
        what = f"{where} is a number written in another way than {shown(way)}{more}"
        return Fault("file", what, of_all)
    remedy = {"missing_values": list(others)} if are_placeholders(others) else {}
    ways = (_takes_for_missing(others), *of_all)
    return Fault("file", f"{where} is text among numbers{more}", ways, remedy)
