"""Columns of texts: numbers or dates that are written in some way, or categories.

pandas is imported only when there is a column to look at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.columns import dates, mixed, numbers, spellings
from lossbench.data.columns.column import Column, leaves_out, takes_for_missing, unusable
from lossbench.data.columns.mixed import FEW
from lossbench.data.columns.rules import Rules
from lossbench.data.columns.typed import as_float, dates_column, numbers_column
from lossbench.data.faults import Fault
from lossbench.data.reading.codes import like_codes
from lossbench.data.reading.form import Reading
from lossbench.data.reading.missing import is_usual
from lossbench.text import shown

if TYPE_CHECKING:
    import pandas as pd

# A column holds names or free text if it has more than FEW texts and more than half of its rows
# differ, or if it has more than MAX_CATEGORIES with fewer than MANY_ROWS rows each, or more than
# MOST_CATEGORIES.
MAX_CATEGORIES = 200
MANY_ROWS, MOST_CATEGORIES = 20, 1000
# Programs write NA between these for a missing one.
LOGICAL = ("true", "false", "wahr", "falsch", "vrai", "faux")
FAR_YEAR = 2200  # dates from here on often stand for no date at all, such as 9999-12-31


def different_texts(values: "pd.Series", rules: Rules) -> "pd.Categorical":
    """The values as texts without blanks around, and those that the config calls missing as NaN."""
    import pandas as pd

    if _has_truth(values):
        values = values.map(lambda it: str(it).lower() if isinstance(it, bool) else it)
    # Codes and different texts: a few texts stand for millions of rows.
    codes, found = pd.factorize(values)
    names = [_text(it).strip() for it in np.asarray(found, object)]
    kept = dict.fromkeys(filter(None, names))
    if rules.missing_values:
        kept = {it: None for it in kept if not _is_given(it, rules)}
    if len(kept) == len(names):
        return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))
    return spellings.renamed(codes, names, list(kept))


def _has_truth(values: "pd.Series") -> bool:
    """Whether there are true or false among other values, where Python takes them for 1 and 0."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True) if values.dtype == object else ""
    return kind.startswith("mixed") and any(isinstance(it, bool) for it in values)


def without(texts: "pd.Categorical", missing: Sequence[str]) -> "pd.Categorical":
    """The texts with some of them as NaN."""
    names = list(texts.categories)
    return spellings.renamed(texts.codes, names, [it for it in names if it not in missing])


def _text(value: object) -> str:
    """A value as it is written: a sheet's 12345 may be a float."""
    if isinstance(value, str):
        return value
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _is_given(text: str, rules: Rules) -> bool:
    """Whether a text is one of the missing values of the config, as a text or as a number."""
    number = as_float(text, rules.decimal)
    return any(
        text == str(it) or (number is not None and number == as_float(it, rules.decimal))
        for it in rules.missing_values
    )


def texts_column(reading: Reading, name: str, texts: "pd.Categorical", rules: Rules) -> Column:
    """A column of texts: numbers or dates that are written in some way, or categories."""
    different = list(texts.categories)
    usual = [it for it in different if is_usual(it)]
    rest = [it for it in different if it not in usual] if usual else different
    if not rest:
        return categories_column(name, texts, rules)
    read = numbers.read(rest, rules.decimal)
    if not read.others:
        return _of_numbers(reading, name, texts, read, usual, rules)
    found, doubtful = dates.read(rest, rules.day_first)
    if found is not None:
        of_text = np.full(len(different) + 1, dates.NO_DATE)
        of_text[[n for n, it in enumerate(different) if it not in usual]] = found.to_numpy()
        notes = (*_date_notes(name, rest, found), *_missing_note(name, usual))
        return dates_column(name, of_text[texts.codes], doubtful, notes)
    if usual and all(it.casefold() in LOGICAL for it in rest):
        column = categories_column(name, without(texts, usual), rules)
        return replace(column, notes=(*column.notes, *_missing_note(name, usual)))
    place = mixed.Place(reading, name, texts)
    rows = spellings.counts(texts)
    written = [*read.values, *read.in_other_ways]
    if mixed.are_most(written, rest, rows):
        fault = mixed.among_numbers(place, read)
        column = _of_numbers(reading, name, texts, read, [*usual, *read.others], rules)
        return replace(column, fault=fault)
    forms = dates.of_any_form(rest)
    if mixed.are_most([it for those in forms.values() for it in those], rest, rows):
        fault = mixed.among_dates(place, rest, forms, rules)
        unknown = np.full(len(texts), dates.NO_DATE)
        return Column(name, "dates", unknown, fault)
    column = categories_column(name, texts, rules)
    if len(written) < 2:
        return column
    note = f"column {name!r} has numbers such as {shown(written[0])} among texts, taken for texts"
    return replace(column, notes=(*column.notes, note))


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
    if codes := like_codes(read.values, rules.decimal):
        what = f"column {name!r} has {' and '.join(map(repr, codes))}, read as"
        notes = (f"{what} {read.values[codes[0]]:g}; categories: [{name!r}] keeps codes", *notes)
    written: dict[float, str] = {}
    for text, value in read.values.items():
        written.setdefault(value, text)
    column = numbers_column(reading, name, values[texts.codes], rules)
    return replace(column, notes=notes, written=written, is_plain=read.is_plain)


def categories_column(name: str, texts: "pd.Categorical", rules: Rules) -> Column:
    """A column of texts that are neither numbers nor dates."""
    if rules.ignore_case:
        texts = spellings.without_case(texts)
    values = np.array([*texts.categories, np.nan], object)[texts.codes]
    count, rows = len(texts.categories), int((texts.codes >= 0).sum())
    if not rows:
        return Column(name, "nothing", values, unusable(name, "has no values"))
    # Of a million texts that differ nobody wants to know the spellings.
    notes = spellings.notes(name, texts) if 2 * count <= rows or count <= FEW else ()
    many = count > FEW and 2 * count > rows
    many |= count > MAX_CATEGORIES and (MANY_ROWS * count > rows or count > MOST_CATEGORIES)
    if not many or name in rules.categories:
        return Column(name, "categories", values, None, notes)
    what = (
        f"column {name!r} has {count} different texts in {rows} rows, such as "
        f"{shown(texts.categories[0])}, too many for categories"
    )
    ways = (leaves_out(name), f"categories: [{name!r}] takes them all the same")
    fault = Fault("file", what, ways, {"drop": [name]})
    return Column(name, "texts", values, fault, notes)


def _date_notes(name: str, texts: Sequence[str], found: "pd.Series") -> Iterator[str]:
    """How dates are read, unless they are written so; the latest one shows a wrong century."""
    latest = int(found.argmax())
    text, date = texts[latest], found.iloc[latest]
    if date.year >= FAR_YEAR:
        yield f"column {name!r} has dates as late as {shown(text)}; {takes_for_missing([text])}"
    read = str(date).removesuffix(" 00:00:00")
    if not dates.are_times_of_day(found) and read[:10] not in text.replace("/", "-"):
        yield f"column {name!r} has dates such as {shown(text)}, read as {read}"


def _missing_note(name: str, usual: Sequence[str]) -> tuple[str, ...]:
    if not usual:
        return ()
    which = ", ".join(map(repr, usual[:3]))
    return (f"column {name!r} has {which}, taken for missing there",)
