"""One column of a data file: what it holds, its values, and what keeps it from being used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.faults import Fault
from lossbench.data.freed import give_back_mapped

MOST_SHOWN = 5  # values in a message
Kind = Literal["numbers", "categories", "dates", "texts", "nothing", "other"]


@dataclass(frozen=True)
class Column:
    """A column of a data file, understood.

    ``kind`` says what the values are: "numbers" are float64 with NaN for a missing one,
    "categories" and "texts", which are too many to be categories, are objects of texts with NaN,
    and "dates" are datetime64 with NaT. "nothing" has no values, and "other" some that are none of
    these. All have shape (rows,). ``written`` maps numbers to their texts in the file; it is empty
    where the column was not read as text. ``is_plain`` says that they have no unit, no currency and
    no other mark than a decimal point. ``fault`` says why the column cannot be used as it is, and
    ``notes`` what was taken for what.
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

        found = np.asarray(pd.isna(self.values))
        give_back_mapped(self.values)
        return found


def unusable(name: str, reason: str) -> Fault:
    """The fault of a column that can only be left out."""
    return Fault("file", f"column {name!r} {reason}", (leaves_out(name),), {"drop": [name]})


def leaves_out(name: str) -> str:
    """How a column is left out."""
    return f"leave it out: drop: [{name!r}]"


def takes_for_missing(texts: Sequence[str]) -> str:
    """How values are taken for missing."""
    more = ", ..." if len(texts) > MOST_SHOWN else ""
    which = ", ".join(map(repr, texts[:MOST_SHOWN]))
    return (
        f"missing_values: [{which}{more}] takes {'it' if len(texts) == 1 else 'them'} for missing"
    )
