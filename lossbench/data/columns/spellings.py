"""Different spellings of one text, and texts that may stand for a missing value."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.reading.missing import are_placeholders, is_usual
from lossbench.text import counted

if TYPE_CHECKING:
    import pandas as pd

YES, NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def without_case(texts: "pd.Categorical") -> "pd.Categorical":
    """Texts that differ in capitals as one: that of most rows."""
    rows = counts(texts)
    groups = _groups(texts)
    chosen = {key: max(group, key=rows.__getitem__) for key, group in groups.items()}
    names = [chosen[it.casefold()] for it in texts.categories]
    return renamed(texts.codes, names, list(chosen.values()))


def renamed(codes: Array, names: Sequence[str], kept: Sequence[str]) -> "pd.Categorical":
    """Codes of names as texts, those that are kept; several names may be the same text."""
    import pandas as pd

    number = {it: n for n, it in enumerate(kept)}
    mapped = np.array([*(number.get(it, -1) for it in names), -1])
    return pd.Categorical.from_codes(mapped[codes], categories=pd.Index(kept, dtype=object))


def notes(name: str, texts: "pd.Categorical") -> tuple[str, ...]:
    """What a person should know of the texts in a column of categories."""
    rows = counts(texts)
    found = []
    for group in _groups(texts).values():
        if len(group) > 1:
            which = " and ".join(f"{it!r} ({counted(rows[it], 'row')})" for it in group)
            found.append(f"column {name!r} has {which}; ignore_case: true takes them for one")
    words = {it.casefold() for it in rows}
    for same in (YES, NO):
        if words.issubset((*YES, *NO)) and len(words.intersection(same)) > 1:
            which = " and ".join(repr(it) for it in rows if it.casefold() in same)
            found.append(f"column {name!r} has {which}, taken for different values")
    odd = [it for it in texts.categories if is_usual(it) or are_placeholders([it])]
    if odd:
        which = ", ".join(f"{it!r} ({counted(rows[it], 'row')})" for it in odd[:3])
        found.append(
            f"column {name!r} has {which}, taken for a value there; "
            f"missing_values: [{', '.join(map(repr, odd[:3]))}] makes it missing"
        )
    return tuple(found[:5])


def counts(texts: "pd.Categorical") -> dict[str, int]:
    """How many rows each text has."""
    codes = texts.codes[texts.codes >= 0]
    rows = np.bincount(codes, minlength=len(texts.categories)).tolist()
    return dict(zip(texts.categories, rows, strict=True))


def _groups(texts: "pd.Categorical") -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for it in texts.categories:
        groups[it.casefold()].append(it)
    return groups
