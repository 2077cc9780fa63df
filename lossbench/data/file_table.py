"""From the columns of a data file to a Table: features, target and weights of the rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lossbench.data.arrays import Array, DatasetError, SideBySide, Table, stacked
from lossbench.data.choice import STRATEGIES, Choice
from lossbench.data.columns import dates
from lossbench.data.columns.column import Column
from lossbench.data.columns.read import read_column
from lossbench.data.columns.rules import DateFeature, Rules
from lossbench.data.columns.to_split_by import groups, times
from lossbench.data.faults import Fault, refuse
from lossbench.data.freed import give_back_mapped
from lossbench.data.progress import tell
from lossbench.data.reading.form import Reading
from lossbench.data.target import read_target, read_targets, several, without_rare
from lossbench.text import counted, cut, nearest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Columns:
    """The columns of a file that a config takes, and all that it has to decide about them."""

    features: Mapping[str, Column]
    targets: tuple[Column, ...]
    weight: Column | None
    faults: tuple[Fault, ...]

    @property
    def target(self) -> Column:
        """The column to predict, where there is one."""
        return self.targets[0]

    @property
    def used(self) -> Iterator[Column]:
        """The features, the targets, and the weight if there is one."""
        yield from self.features.values()
        yield from self.targets
        if self.weight:
            yield self.weight

    def missing(self) -> dict[str, int]:
        """How many values are missing in each column where some are.

        Columns that cannot be used are left out. Features are counted in the rows with a target.
        """
        known = ~np.logical_or.reduce([it.missing for it in self.targets])
        counts = {it.name: int((it.missing & known).sum()) for it in self.used if not it.fault}
        counts |= {it.name: int(it.missing.sum()) for it in self.targets if not it.fault}
        return {name: count for name, count in counts.items() if count}


def columns_of(reading: Reading, choice: Choice, rules: Rules) -> Columns:
    """The columns that are taken of a file.

    Raises DatasetError where one is named that is not there.
    """
    _check_names(reading.frame, choice, rules)
    weight = _weight(reading, choice, rules)
    targets = tuple(read_column(reading, it, rules) for it in choice.targets)
    of_kind = targets[0].kind in ("numbers", "dates")
    if choice.problem == "classification" and of_kind and targets[0].fault:
        # Every value is a class then, whatever it is.
        of_texts = replace(rules, categories=rules.categories.union(choice.targets))
        targets = (read_column(reading, choice.targets[0], of_texts),)
    # Columns are chosen by their names: to drop them would copy all that is left.
    given = {*choice.targets, choice.sample_weight, choice.group, *choice.drop}
    names = [it for it in reading.frame.columns if it not in given]
    features = {}
    for number, name in enumerate(names):
        features[name] = _ticks(read_column(reading, name, rules))
        give_back_mapped(features[name].values)
        tell("Looking at columns", (number + 1) / len(names))
    if choice.dates == ():
        features = {name: it for name, it in features.items() if it.kind != "dates"}
    faults = [*reading.faults, *(it.fault for it in features.values() if it.fault)]
    if not features:
        faults.append(Fault("file", "has no column besides the target"))
    faults += _of_target(targets[0]) if len(targets) == 1 else []
    faults += _of_dates(features, choice)
    faults += _idle([*features.values(), *targets], choice, rules)
    return Columns(features, targets, weight, tuple(faults))


def table_from_file(reading: Reading, choice: Choice, rules: Rules) -> Table:
    """The features and the target of a data file; raises DatasetError with all that is wrong."""
    columns = columns_of(reading, choice, rules)
    faults = list(columns.faults)
    missing = columns.missing()
    if missing and choice.missing is None:
        found = ", ".join(f"{count} in column {name!r}" for name, count in missing.items())
        message = f"is needed where values are missing ({found}); allowed: {', '.join(STRATEGIES)}"
        faults.append(Fault("missing", message))
    refuse(faults)
    rows = _used_rows(columns, choice.missing)
    classes: tuple[str, ...] = ()
    if len(columns.targets) > 1:
        y = read_targets(columns.targets, rows)
    else:
        y, classes = read_target(columns.target, rows, choice.problem)
    if choice.rare and not classes:
        raise DatasetError("rare", "is for classes; the target has numbers")
    gaps = int(columns.target.missing.sum())
    if len(classes) == 1 and gaps:
        nothing = f"has {classes[0]!r} or nothing ({counted(gaps, 'row')})"
        message = f"{nothing}, and a missing value is no class; write in the file what it means"
        raise DatasetError("target", message)
    if choice.rare:
        y, classes, kept = without_rare(y, classes, choice.rare)
        rows = rows[kept]
    numbers = dict(_numbers(columns.features, choice.dates or ()))
    texts = {it.name: it.values for it in columns.features.values() if it.kind == "categories"}
    weights = _weights(reading, columns.weight, rows) if columns.weight else None
    table = Table(
        SideBySide(tuple(numbers.values()), rows),
        y,
        classes,
        categories=stacked(list(texts.values()), rows, object) if texts else None,
        names=(*numbers, *texts),
        weights=weights,
        groups=groups(reading, choice.group, rules)[rows] if choice.group else None,
        times=times(reading, choice.time, rules)[rows] if choice.time else None,
    )
    return several(table, choice.targets)


def hint_at_columns(name: str, frame: "pd.DataFrame") -> str:
    """What helps with a name that is not one of the columns."""
    return cut(nearest(name, frame.columns), 300)


def _check_names(frame: "pd.DataFrame", choice: Choice, rules: Rules) -> None:
    """Raise DatasetError with all names that are not those of columns."""
    singles = [*(("target", it) for it in choice.targets), ("sample_weight", choice.sample_weight)]
    by = {"group": choice.group, "time": choice.time}
    lists = {"drop": choice.drop, "categories": sorted(rules.categories)}
    errors = [
        DatasetError(key, f"is not a column; {hint_at_columns(name, frame)}")
        for key, name in singles
        if name is not None and name not in frame.columns
    ]
    errors += [
        DatasetError(key, f"has {name!r}, which is not a column; {hint_at_columns(name, frame)}")
        for key, names in lists.items()
        for name in names
        if name not in frame.columns
    ]
    errors += [
        DatasetError("split", f"has {key}: {name}, and {why}")
        for key, name in by.items()
        if name is not None
        for why in [_unfit_to_split_by(name, choice, frame)]
        if why
    ]
    if {*choice.targets} & {*choice.drop}:
        errors.append(DatasetError("drop", "leaves out the target"))
    if errors:
        raise DatasetError(errors[0].key, str(errors[0]), errors[1:])


def _unfit_to_split_by(name: str, choice: Choice, frame: "pd.DataFrame") -> str:
    if name not in frame.columns:
        return f"{name} is not a column; {hint_at_columns(name, frame)}"
    return "that is the target" if name in choice.targets else ""


def _weight(reading: Reading, choice: Choice, rules: Rules) -> Column | None:
    """The column of weights, if there is one; raises DatasetError where it has no numbers."""
    name, key = choice.sample_weight, "sample_weight"
    if name is None:
        return None
    if name in choice.targets:
        raise DatasetError(key, "is the target")
    if name in choice.drop:
        raise DatasetError("drop", "leaves out the sample_weight")
    column = read_column(reading, name, rules)
    if column.kind == "nothing":
        raise DatasetError(key, "has no values")
    if column.kind != "numbers":
        raise DatasetError(key, f"has no numbers but {column.kind}")
    if column.fault:
        raise DatasetError(key, column.fault.message)
    return column


def _of_target(column: Column) -> list[Fault]:
    """What is wrong with the values of the target."""
    if column.fault is None or column.kind == "texts":
        return []
    key = "target" if column.fault.key == "file" else column.fault.key
    # A target cannot be left out.
    ways = [it for it in column.fault.ways if "drop:" not in it and "categories:" not in it]
    if column.kind in ("numbers", "dates"):
        ways.append("problem: classification takes every value for a class")
    remedy = {} if "drop" in column.fault.remedy else column.fault.remedy
    return [Fault(key, column.fault.what, tuple(ways), remedy)]


def _ticks(column: Column) -> Column:
    """A feature with a single value or none in each row, such as x, as numbers: 1 and 0."""
    if column.fault or column.kind not in ("numbers", "categories"):
        return column
    missing = column.missing
    known = column.values[~missing]
    if len(known) == len(missing) or (known != known[0]).any():
        return column
    if column.kind == "numbers" and known[0] != 1:
        return column
    value = column.written.get(known[0], f"{known[0]:g}") if column.kind == "numbers" else known[0]
    note = f"column {column.name!r} has {value!r} or nothing, read as 1 and 0"
    return Column(column.name, "numbers", np.where(missing, 0.0, 1.0), notes=(note,))


def _of_dates(features: Mapping[str, Column], choice: Choice) -> list[Fault]:
    """The fault that a config does not say what becomes of dates."""
    found = [it for it in features.values() if it.kind == "dates" and not it.missing.all()]
    if choice.dates is not None or not found:
        return []
    import pandas as pd

    of_any = {it for column in found for it in dates.varying(pd.Series(column.values))}
    varying = [it for it in dates.FEATURES if it in of_any]
    names = ", ".join(repr(it.name) for it in found)
    ways = f"dates: [{', '.join(varying)}] makes features of them, dates: [] leaves them out"
    what = f"{'column' if len(found) == 1 else 'columns'} {names} with dates"
    return [Fault("dates", what, (ways,), {"dates": varying})]


def _idle(columns: Sequence[Column], choice: Choice, rules: Rules) -> list[Fault]:
    """The faults of keys for dates, where there are none."""
    if any(it.kind == "dates" for it in columns):
        return []
    given = {"dates": bool(choice.dates), "day_first": rules.day_first is not None}
    what = "has nothing to do: no column that is used has dates"
    return [Fault(key, what) for key, is_given in given.items() if is_given]


def _numbers(
    features: Mapping[str, Column], of_dates: Sequence[DateFeature]
) -> Iterator[tuple[str, Array]]:
    """The features that are numbers, in the order of the columns."""
    for name, column in features.items():
        if column.kind == "numbers":
            yield name, column.values
        if column.kind == "dates":
            import pandas as pd

            values = pd.Series(column.values)
            of_day = dates.are_times_of_day(values)
            features_of_day: Sequence[DateFeature] = ("hour",) if of_dates else ()
            for feature in features_of_day if of_day else of_dates:
                yield f"{name}_{feature}", dates.numbers(values, feature)


def _used_rows(columns: Columns, missing: str | None) -> Array:
    """The rows that are used: with a target and a weight, or with all values if so asked."""
    needed = list(columns.used) if missing == "drop" else [*columns.targets]
    needed += [columns.weight] if columns.weight else []
    gaps = np.logical_or.reduce([it.missing for it in needed])
    if gaps.all():
        raise DatasetError("missing", "leaves no row")
    return np.flatnonzero(~gaps)


def _weights(reading: Reading, column: Column, rows: Array) -> Array:
    """How much each row counts; raises DatasetError where that is below 0."""
    values = column.values[rows]
    if (values < 0).any():
        row = int(rows[np.argmax(values < 0)])
        message = f"must be at least 0; {reading.place(row)} has {column.values[row]:g}"
        raise DatasetError("sample_weight", message)
    return values
