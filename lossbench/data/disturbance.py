"""Training rows that are disturbed on purpose: wrong labels, or outliers of a real target.

The test rows stay clean, and tell how much a loss suffers. What becomes of a row depends on the
seed and on its place in the table. The seed also decides the order in which rows are disturbed, and
a share says how many of the first ones are. So a larger share disturbs the rows of a smaller one,
in the same way, and some more: a curve over the share is smooth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossbench.data.arrays import Array, DatasetError, Table
from lossbench.text import nearest

KEY = "disturb"
# By class, and then by what it becomes: which share of the training rows of that class.
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Disturbance:
    """What is disturbed: ``labels`` or ``outliers``, the other one is None.

    ``labels`` is the share of the training rows whose class becomes another one, each of the others
    with the same probability: the symmetric noise of Zhang and Sabuncu (2018, Generalized Cross
    Entropy Loss for Training Deep Neural Networks with Noisy Labels). A mapping has the shares by
    class instead, as a row of their transition matrix has them.

    ``outliers`` is the share of the training rows to whose target an error is added. It is drawn
    from a normal distribution around 0; its standard deviation is ``scale`` times that of the
    undisturbed target of the training rows (gross errors, Huber 1964, Robust Estimation of a
    Location Parameter). Of several targets each has an error of its own in such a row.

    Shares are from 0 to 1. Of n rows, round(share * n) are disturbed: so many, and not each with
    that probability.
    """

    labels: float | Shares | None
    outliers: float | None
    scale: float | None
    random_state: int


def disturbed(table: Table, train: Any, how: Disturbance) -> Table:
    """The table with the target of some training rows disturbed; ``train`` are their indices.

    Raises DatasetError where the target is of another kind, a class is not known or loses all of
    its rows, or a share above 0 is so small that it disturbs no row.
    """
    rows = np.arange(len(table.y))[train]
    if how.outliers is not None:
        if table.classes:
            message = "has outliers, which are for a real target, and this one has classes"
            raise DatasetError(KEY, f"{message}; take labels")
        return replace(table, y=_with_outliers(table.y, rows, how))
    if table.targets:
        message = "has labels, which are for rows of one class each, and this target has columns"
        raise DatasetError(KEY, message)
    if not table.classes:
        message = "has labels, which are for classes, and this target has real numbers"
        raise DatasetError(KEY, f"{message}; take outliers")
    if isinstance(how.labels, Mapping):
        y = _relabelled_by_class(table, rows, how.labels, how.random_state)
    else:
        y = _relabelled(table, rows, how)
    _refuse_lost(table.classes, y[rows])
    return replace(table, y=y)


def _with_outliers(y: Array, rows: Array, how: Disturbance) -> Array:
    assert how.outliers is not None
    assert how.scale is not None
    rng = np.random.default_rng(how.random_state)
    order, errors = rng.random(len(y)), rng.standard_normal(y.shape)
    chosen = _first(rows, order, how.outliers)
    found = y.astype(np.float64)
    found[chosen] += how.scale * found[rows].std(axis=0) * errors[chosen]
    return found


def _relabelled(table: Table, rows: Array, how: Disturbance) -> Array:
    """Class numbers, some of which become another one, whichever they are."""
    assert isinstance(how.labels, float)
    rng, count = np.random.default_rng(how.random_state), len(table.classes)
    order, further = rng.random(len(table.y)), rng.integers(1, count, len(table.y))
    chosen = _first(rows, order, how.labels)
    found = table.y.copy()
    found[chosen] = (found[chosen] + further[chosen]) % count
    return found


def _relabelled_by_class(table: Table, rows: Array, labels: Shares, random_state: int) -> Array:
    """Class numbers, some of which become another one, which depends on the class.

    Each pair of classes has an order of its own. So with larger shares all rows that were disturbed
    still are. A larger share of one pair may take some from pairs of later classes only.
    """
    number_of = {name: number for number, name in enumerate(table.classes)}
    for name in dict.fromkeys((*labels, *(it for others in labels.values() for it in others))):
        if name not in number_of:
            message = f"names {name!r}, which is not a class; {nearest(name, table.classes)}"
            raise DatasetError(KEY, message)
    found = table.y.copy()
    for name, shares in labels.items():
        left = rows[table.y[rows] == number_of[name]]
        count = len(left)
        for other in sorted(shares, key=number_of.__getitem__):
            pair = (random_state, number_of[name], number_of[other])
            order = np.random.default_rng(pair).random(len(table.y))
            what = f"rows of class {name!r}"
            chosen = _first(left, order, shares[other], count, what)
            found[chosen] = number_of[other]
            left = left[found[left] == number_of[name]]
    return found


def _first(
    rows: Array, order: Array, share: float, count: int | None = None, what: str = "rows"
) -> Array:
    """The first of some rows in an order, as many as are a share of ``count``, or of these rows."""
    count = len(rows) if count is None else count
    wanted = round(share * count)
    if share and not wanted:
        message = f"disturbs none of the {count} training {what}: {share:g} of them is not a row"
        raise DatasetError(KEY, f"{message}; take 0, or at least {1 / count:.2g}")
    return rows[np.argsort(order[rows], kind="stable")[:wanted]]


def _refuse_lost(classes: tuple[str, ...], y: Array) -> None:
    """Raise DatasetError where a class has lost all of its training rows."""
    lost = np.flatnonzero(np.bincount(y, minlength=len(classes)) == 0)
    if lost.size:
        message = f"leaves no training row of class {classes[lost[0]]!r}; take a smaller share"
        raise DatasetError(KEY, message)
