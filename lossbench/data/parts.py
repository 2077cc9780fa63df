"""Which rows of a table train and which test, once or several times over.

scikit-learn's splitters draw the rows: at random, by classes, by groups, or in the order of time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.text import message_of

ALL = "all"  # rows to train on, and the same to test on
SEEDS = 2**32  # that scikit-learn takes
# How many of so many training rows are trained on; the others are held back.
Fitted = Callable[[int], int]


class Parts(NamedTuple):
    """The indices of the training rows and of the test rows.

    ``held_back`` is how many of the last training rows tuning holds back; None where it is not
    decided here.
    """

    train: Any
    test: Any
    held_back: int | None = None


def parts(
    table: Table,
    train_size: float | Literal["all"],
    options: Mapping[str, Any] | None = None,
    splits: int = 1,
    fitted: Fitted | None = None,
) -> list[Parts]:
    """The rows to train on, and those to test on, for each of the ``splits``.

    ``train_size`` is a number of rows, or a share between 0 and 1. With "all" there is no test
    part: all rows train, and the same are tested on. ``options`` are ``shuffle``,
    ``stratify`` (by the target, or not) and ``random_state`` as in ``train_test_split``; without
    them the first rows are the training rows. Split number k has the random state plus k. Where
    the table has ``groups``, all rows of a group are in one part. Where it has ``times``, training
    rows are earlier than test rows; several splits are windows of equal size, one after the other.

    With ``fitted`` the last training rows are such as can judge the others: drawn by classes if
    the split is, of other groups, or the latest.

    Raises DatasetError where a part would be empty, or where the target has nothing to learn.
    """
    count = len(table.y)
    if isinstance(train_size, str):
        _check_target(table, slice(None), shuffled=True)
        return [Parts(slice(None), slice(None))] * splits
    train_rows = int(train_size) if train_size >= 1 else round(count * train_size)
    if not 0 < train_rows < count:
        message = f"must leave rows for both parts, but takes {train_rows} of {count} to train on"
        raise DatasetError("train_size", message)
    options = options or {"shuffle": False}
    if splits > 1 and table.times is None and not options["shuffle"]:
        message = "must be drawn at random to be drawn again: split: {shuffle: true}"
        raise DatasetError("split", f"{message}, or {{time: COLUMN}} for windows in order of time")
    found = [*_parts(table, train_rows, options, splits)]
    _refuse_equal(found)
    if fitted:
        found = [
            _with_judges(table, it, options, number, fitted) for number, it in enumerate(found)
        ]
    for it in found:
        _check_target(table, it.train, shuffled=bool(options["shuffle"]))
    return found


def _parts(
    table: Table, train_rows: int, options: Mapping[str, Any], splits: int
) -> Iterator[Parts]:
    if table.times is not None:
        yield from _in_order_of_time(table.times, train_rows, splits)
        return
    if not options["shuffle"]:
        yield Parts(slice(train_rows), slice(train_rows, None))
        return
    if options["stratify"]:
        _check_classes(table)
    for number in range(splits):
        state = (options["random_state"] + number) % SEEDS
        rows = np.arange(len(table.y))
        draw = _by_groups if table.groups is not None else _at_random
        yield Parts(*draw(table, rows, train_rows, options["stratify"], state))


def _at_random(
    table: Table, rows: Array, train_rows: int, stratify: bool, state: int
) -> tuple[Array, Array]:
    """Some rows in two, by their classes if so asked."""
    from sklearn.model_selection import train_test_split

    try:
        train, test = train_test_split(
            rows,
            train_size=train_rows,
            random_state=state,
            stratify=table.y[rows] if stratify else None,
        )
    except ValueError as error:
        raise DatasetError("split", f"cannot stratify: {message_of(error)}") from error
    return train, test


def _by_groups(
    table: Table, rows: Array, train_rows: int, stratify: bool, state: int
) -> tuple[Array, Array]:
    """Some rows in two, and no group in both; the sizes are nearly those asked for."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

    assert table.groups is not None
    y, groups, share = table.y[rows], table.groups[rows], train_rows / len(rows)
    found = len(np.unique(groups))
    if found < 2:
        raise DatasetError("split", "has a single group to draw from; two or more are needed")
    splitter: Any = GroupShuffleSplit(1, train_size=share, random_state=state)
    if stratify:
        folds = min(found, max(2, round(1 / (1 - share))))
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=state)
    try:
        train, test = next(splitter.split(rows, y, groups))
    except ValueError as error:
        message = f"cannot draw from {found} groups: {message_of(error)}"
        raise DatasetError("split", message) from error
    return rows[train], rows[test]


def _in_order_of_time(times: Array, train_rows: int, splits: int) -> Iterator[Parts]:
    """Earlier rows to train on and later ones to test on.

    The windows of several splits keep the ratio of the two parts that was asked for, and their
    test rows follow each other to the last row.
    """
    order, count = np.argsort(times, kind="stable"), len(times)
    if splits == 1:
        yield Parts(order[:train_rows], order[train_rows:])
        return
    from sklearn.model_selection import TimeSeriesSplit

    ratio = train_rows / (count - train_rows)
    test = int(count / (ratio + splits))
    train = min(round(ratio * test), count - splits * test)
    if not (test and train):
        message = f"leaves no rows for {splits} windows of {count} rows"
        raise DatasetError("train_size", message)
    windows = TimeSeriesSplit(splits, max_train_size=train, test_size=test)
    for before, after in windows.split(order):
        yield Parts(order[before], order[after])


def _refuse_equal(found: Sequence[Parts]) -> None:
    """Raise DatasetError where splits have the same test rows: few groups allow few splits."""
    if len(found) == 1:
        return
    different = len({np.sort(it.test).tobytes() for it in found})
    if different < len(found):
        message = f"gives only {different} different test parts in {len(found)} splits"
        raise DatasetError("split", f"{message}; ask for fewer splits")


def _with_judges(
    table: Table, found: Parts, options: Mapping[str, Any], number: int, fitted: Fitted
) -> Parts:
    """The parts with training rows in such an order that the last ones can judge the others."""
    train = np.arange(len(table.y))[found.train]
    kept = fitted(len(train))
    if not 0 < kept < len(train) or table.times is not None or not options["shuffle"]:
        return Parts(train, found.test, len(train) - kept)
    state = (options["random_state"] + number) % SEEDS
    if table.groups is not None:
        to_fit, judges = _by_groups(table, train, kept, options["stratify"], state)
    else:
        try:
            to_fit, judges = _at_random(table, train, kept, options["stratify"], state)
        except DatasetError:  # too few rows of a class: any rows judge
            to_fit, judges = _at_random(table, train, kept, False, state)
    return Parts(np.concatenate([to_fit, judges]), found.test, len(judges))


def _check_classes(table: Table) -> None:
    """Raise DatasetError where rows cannot be drawn by their classes."""
    if not table.classes:
        raise DatasetError("split", "cannot stratify by a real target, only by classes")
    sizes = np.bincount(table.y)
    if sizes.min() < 2:
        name = table.classes[int(sizes.argmin())]
        raise DatasetError("split", f"cannot stratify: class {name!r} has a single row")


def _check_target(table: Table, train: Any, shuffled: bool) -> None:
    """Raise DatasetError where the target of the training rows has nothing to learn."""
    if not table.classes:
        columns = table.y.reshape(len(table.y), -1).T
        named = [f"has a column {name!r} that is" for name in table.targets] or ["is"]
        for what, y in zip(named, columns, strict=True):
            if len(np.unique(y[train])) == 1:
                where = "" if len(np.unique(y)) == 1 else " in the training part"
                message = f"{what} constant{where}: there is nothing to learn"
                raise DatasetError("target", message)
        return
    found = np.unique(table.y[train])
    count, rows = len(table.classes), len(table.y[train])
    if count == 1:
        message = f"has only one class, {table.classes[0]!r}: there is nothing to tell apart"
        raise DatasetError("target", message)
    if count > rows:
        raise DatasetError("target", f"has more classes than training rows: {count} and {rows}")
    absent = [name for number, name in enumerate(table.classes) if number not in found]
    if absent:
        names = ", ".join(map(repr, absent[:5]))
        hint = "" if shuffled else "; split: {shuffle: true} shuffles the rows"
        message = f"has classes without a row in the training part: {names}{hint}"
        raise DatasetError("target", message)
