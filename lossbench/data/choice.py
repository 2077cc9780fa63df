"""What a config takes of a data file."""

from dataclasses import dataclass

from lossbench.data.columns.rules import DateFeature
from lossbench.data.target import Problem, Rare

STRATEGIES = ("drop", "mean", "median", "most_frequent")


@dataclass(frozen=True)
class Choice:
    """What a config takes of a data file.

    ``targets`` are the columns to predict, most often one. ``drop`` names columns to leave out, and
    ``sample_weight`` the column that says how much each row counts. ``missing``, one of STRATEGIES,
    must be given if values are missing. With "drop" a row with any missing value is left out. With
    the others only rows without a target or a weight are; features stay NaN here, and are filled in
    after the split. ``dates`` are the features that columns of dates become; with none, they are
    left out. ``rare`` says what becomes of rare classes. ``group`` and ``time`` name the columns by
    which rows are split, if they are.
    """

    targets: tuple[str, ...]
    problem: Problem | None = None
    missing: str | None = None
    drop: tuple[str, ...] = ()
    sample_weight: str | None = None
    dates: tuple[DateFeature, ...] | None = None
    rare: Rare | None = None
    group: str | None = None
    time: str | None = None
