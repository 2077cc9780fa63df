"""Columns whose values are mostly numbers or dates, but not all in one way of writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.columns import dates, numbers
from lossbench.data.columns.column import leaves_out, takes_for_missing
from lossbench.data.columns.rules import Rules
from lossbench.data.faults import Fault
from lossbench.data.reading.form import Reading
from lossbench.data.reading.missing import are_placeholders
from lossbench.text import counted, shown

if TYPE_CHECKING:
    import pandas as pd

# Texts among numbers may be meant: FEW different ones make categories if each has so many rows.
FEW, FEW_ROWS = 10, 5
MOST_FORMS = 8  # of dates, of which two are found that do not go together


@dataclass(frozen=True)
class Place:
    """A column of texts in a file."""

    reading: Reading
    name: str
    texts: "pd.Categorical"


def are_most(some: Sequence[str], rest: Sequence[str], rows: Mapping[str, int]) -> bool:
    """Whether several different texts have more than half of the ``rows`` of the rest."""
    return len(some) > 1 and 2 * sum(rows[it] for it in some) > sum(rows[it] for it in rest)


def among_numbers(column: Place, read: numbers.Numbers) -> Fault:
    """The fault of values among numbers that are none, or are written in another way."""
    if not read.in_other_ways.issuperset(read.others):
        return _among(column, read.others, "is text among numbers")
    example = max(read.values, key=len)
    kind = f"is a number written in another way than {shown(example)}"
    fault = _among(column, read.others, kind)
    return replace(fault, ways=("write all in one way in the file", *fault.ways))


def among_dates(
    column: Place, rest: Sequence[str], forms: Mapping[str, Sequence[str]], rules: Rules
) -> Fault:
    """The fault of values among dates that are none, or of dates in no one form.

    ``forms`` are the dates among the ``rest`` of the texts, by their form.
    """
    found = dict.fromkeys(it for those in forms.values() for it in those)
    if dates.read([*found], rules.day_first)[0] is not None:
        return _among(column, [it for it in rest if it not in found], "is text among dates")
    if wrong := dates.mistakes(rest):
        return _among(column, wrong, "is no date as the others")
    firsts = [those[0] for those in forms.values()][:MOST_FORMS]
    which = f"{shown(firsts[0])}, in no form that is known"
    if dates.read(firsts[:1], None)[0] is not None:
        pairs = (it for it in combinations(firsts, 2) if dates.read(it, None)[0] is None)
        one, other = next(pairs, (firsts[0], firsts[-1]))
        which = f"{shown(one)} and {shown(other)}, not all in one form"
    what = f"column {column.name!r} has dates such as {which}"
    ways = (leaves_out(column.name), _takes_all(column.name))
    return Fault("file", what, ways, {"drop": [column.name]})


def _among(column: Place, others: Sequence[str], kind: str) -> Fault:
    """The fault of some values that are not as the others of their column."""
    name, texts = column.name, column.texts
    wrong = np.isin(texts.codes, [texts.categories.get_loc(it) for it in others])
    first, count = int(np.argmax(wrong)), int(wrong.sum())
    text = texts[first]
    second = next((f", {shown(it)} too" for it in others if it != text), "")
    more = f"{second} ({counted(count, 'row')})" if count > 1 else ""
    what = f"{column.reading.place(first)}, column {name!r}: {shown(text)} {kind}{more}"
    of_others = np.bincount(texts.codes[wrong])
    remedy = {}
    if are_placeholders(others):
        remedy = {"missing_values": list(others)}
    elif len(texts.categories) <= FEW and of_others[of_others > 0].min() >= FEW_ROWS:
        remedy = {"categories": [name]}
    ways = (takes_for_missing(others), _takes_all(name), leaves_out(name))
    return Fault("file", what, ways, remedy)


def _takes_all(name: str) -> str:
    return f"categories: [{name!r}] takes every value for a category"
