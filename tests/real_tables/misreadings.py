"""What is wrong with how a table was read."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lossbench.data.arrays import Array, Table
from real_tables.case import UNNAMED, Case, names

TOLERANCE = 1e-5  # the cases round


def misreadings(
    case: Case, table: Table, dropped: Iterable[str], configs: Iterable[str]
) -> list[str]:
    """What of a table is not as a case says.

    ``dropped`` are the columns that are left out, and ``configs`` the names of those written for
    the table.
    """
    poisson = any(it.startswith("poisson") for it in configs)
    return [
        *_of_target(case, table, poisson),
        *_of_features(case, table, [_called(it) for it in dropped]),
        *_of_values(case, table),
    ]


def _of_target(case: Case, table: Table, poisson: bool) -> Iterator[str]:
    rows, classes = len(table.y), [*table.classes]
    wanted, without_rare = names(case.classes), case.rows - sum(case.rare.values())
    if rows not in (case.rows, without_rare):
        yield f"{rows} rows for {case.rows}"
    if classes and "classes" not in case.kind:
        yield f"target {case.target!r} taken for {len(classes)} classes, not for {case.kind}"
    elif not classes and case.kind == "classes":
        yield f"target {case.target!r} taken for real numbers, not for {len(wanted)} classes"
    elif classes and not _same(classes, wanted, case.rare):
        yield f"classes {classes} for {wanted}"
    elif not classes and case.target in case.ranges:
        yield from _wrong_range(case, case.target, table.y)
    if case.kind == "counts" and not classes and not poisson:
        yield f"target {case.target!r} not taken for counts: no config with the Poisson loss"


def _same(classes: Sequence[str], wanted: Sequence[str], rare: Iterable[str]) -> bool:
    """Whether the classes are those wanted, with or without rare ones; a true is a True."""
    found, allowed = {it.lower() for it in classes}, {it.lower() for it in wanted}
    return found in (allowed, allowed - {it.lower() for it in rare})


def _of_features(case: Case, table: Table, dropped: list[str]) -> Iterator[str]:
    """What is wrong with the kinds of the columns."""
    numbers, categories = _features(table)
    for name in names(case.categories):
        if name not in categories:
            yield f"column {name!r}, a category, {_taken(name, table)}"
    for name in names(case.dates):
        if name in categories or not any(_is_of(name, it) for it in numbers):
            yield f"column {name!r}, a date, {_taken(name, table)}"
    for name in names(case.out):
        if name in (*numbers, *categories):
            yield f"column {name!r}, to be left out, {_taken(name, table)}"
    for name in names(case.not_categories):
        if name in categories:
            yield f"column {name!r}, not a category, {_taken(name, table)}"
    for name in names(case.not_numbers):
        if name in numbers:
            yield f"column {name!r}, not a number, {_taken(name, table)}"
    for name in (*dropped, *categories):
        if _is_number(case, name):
            yield f"column {name!r}, a number, {_taken(name, table)}"
    count = sum(_is_number(case, it) for it in (*numbers, *dropped, *categories))
    if count != case.numbers:
        yield f"{count} columns of numbers for {case.numbers}"


def _of_values(case: Case, table: Table) -> Iterator[str]:
    """What is wrong with missing values and with ranges, where no rows were left out."""
    numbers, categories = _features(table)
    gaps = {name: int(np.isnan(it).sum()) for name, it in numbers.items() if _is_number(case, name)}
    for name in names(case.categories):
        if name in categories:
            gaps[name] = sum(value != value for value in categories[name])
    if len(table.y) != case.rows:
        return
    for name, count in case.missing.items():
        if name in gaps and gaps[name] != count:
            yield f"column {name!r}: {gaps[name]} missing values for {count}"
    strangers = {name: it for name, it in gaps.items() if it and name not in case.missing}
    if case.gaps is None:
        for name, count in strangers.items():
            yield f"column {name!r}: {count} missing values for 0"
    elif sum(gaps.values()) != case.gaps:
        yield f"{sum(gaps.values())} missing values in all for {case.gaps}"
    for name in case.ranges:
        if name in numbers:
            yield from _wrong_range(case, name, numbers[name])


def _wrong_range(case: Case, name: str, values: Array) -> Iterator[str]:
    found = float(np.nanmin(values)), float(np.nanmax(values))
    if not np.allclose(found, case.ranges[name], rtol=TOLERANCE):
        low, high = case.ranges[name]
        yield f"column {name!r}: from {found[0]:g} to {found[1]:g}, for {low:g} to {high:g}"


def _features(table: Table) -> tuple[dict[str, Array], dict[str, Array]]:
    """The columns of numbers and those of categories, by their names."""
    called = [*map(_called, table.names)]
    count = table.numbers.shape[1]
    texts = [] if table.categories is None else [*table.categories.T]
    return (
        dict(zip(called[:count], table.numbers[:, :].T, strict=True)),
        dict(zip(called[count:], texts, strict=True)),
    )


def _called(name: str) -> str:
    return UNNAMED if not name.strip() or name.startswith("Unnamed: ") else name.strip()


def _is_number(case: Case, name: str) -> bool:
    """Whether a feature can only be one of the columns of numbers."""
    apart = case.categories, case.out, case.not_categories, case.not_numbers, case.either
    if name in (it for joined in apart for it in names(joined)):
        return False
    return not any(_is_of(it, name) for it in (*names(case.dates), *names(case.not_numbers)))


def _is_of(date: str, feature: str) -> bool:
    """Whether a feature is a date, or a part of it such as its year."""
    return feature == date or (feature.startswith(date) and not feature[len(date)].isalnum())


def _taken(name: str, table: Table) -> str:
    numbers, categories = _features(table)
    if name in categories:
        found = {value for value in categories[name] if value == value}
        return f"taken for {len(found)} categories"
    return "taken for a number" if name in numbers else "left out"
