"""The data on their way from a source to training: a table of columns, then a split of arrays."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.data.freed import AT_ONCE, give_back_mapped
from lossbench.data.target_transform import TargetTransform
from lossbench.tables.losses.targets import TargetShape
from lossbench.text import printable

Array = NDArray[Any]


class DatasetError(ValueError):
    """Data that cannot be used; ``key`` is the key of the config's dataset that is to blame.

    ``others`` are further errors that were found in the same data. ``has_way`` says that the
    message names a key that goes on.
    """

    def __init__(
        self,
        key: str,
        message: str,
        others: Iterable["DatasetError"] = (),
        has_way: bool = False,
    ) -> None:
        super().__init__(printable(message))
        self.key = key
        self.others = tuple(others)
        self.has_way = has_way


@dataclass(frozen=True)
class SideBySide:
    """Columns of numbers as an array of shape (rows, columns), which is made only where it is cut.

    Each of ``columns`` has a value for every row of a file; ``rows`` are the numbers of those that
    are used. All of them may be half of the memory.
    """

    columns: tuple[Array, ...]
    rows: Array

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self.rows), len(self.columns)

    def __getitem__(self, part: tuple[slice, slice]) -> Array:
        rows, columns = part
        return stacked(self.columns[columns], self.rows[rows], np.float64)


def stacked(columns: Sequence[Array], rows: Array, dtype: type) -> Array:
    """Some rows of columns side by side, (rows, columns)."""
    found: Array = np.empty((len(rows), len(columns)), dtype)
    for number, values in enumerate(columns):
        found[:, number] = values[rows]
        give_back_mapped(values)
    return found


@dataclass(frozen=True)
class Table:
    """A dataset as a generator or a file gives it, before it is split.

    ``numbers`` has shape (rows, columns), with NaN for a missing value. ``categories`` has as many
    rows and holds text; it is None where no column has text. ``y``, (rows,), holds real numbers, or
    class numbers from 0; ``classes`` names the classes and is empty for a real target. Several real
    targets have the shape (rows, targets) and the names ``targets``, else empty. ``names``
    are the names of the columns, first those of ``numbers``; it is empty where they have no names.
    ``weights``, (rows,), says how much each row counts in the loss; None means all count the same.
    ``groups``, (rows,), has the number of the group of each row, and ``times`` a number that grows
    with time; each is None where a split does not go by it. ``row_shape`` is the shape of a row for
    a network, whose numbers are the columns; None where it is that of the features alone.
    """

    numbers: Array | SideBySide
    y: Array
    classes: tuple[str, ...] = ()
    categories: Array | None = None
    names: tuple[str, ...] = ()
    weights: Array | None = None
    groups: Array | None = None
    times: Array | None = None
    row_shape: tuple[int, ...] | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Original:
    """A real target before its transform, in the units of the data, in which metrics are taken.

    ``train`` and ``test``, (rows,) in float64, are the target of the two parts.
    """

    transform: TargetTransform
    train: Array
    test: Array


@dataclass(frozen=True)
class Split:
    """A dataset in two parts: the rows to train on and the rows to test on.

    ``x_*`` have shape (rows, features) in float32, or (rows, steps, channels) for sequences and
    (rows, height, width, channels) for images. ``y_*``, (rows,), hold float32 numbers, or class
    numbers from 0 as int64; ``classes`` names the classes and is empty for a real target. Several
    real targets have the shape (rows, targets) and the names ``targets``, which else is empty.
    ``features`` names the columns of x; it is empty where they have no names. ``weights_train``,
    (rows,) in float32, says how much each row counts in the training loss; None means all count the
    same. ``original`` is the target where ``y_*`` are a transform of it, and else None.
    ``held_back`` is how many of the last training rows tuning holds back; None without tuning.
    ``clean_train``, (rows,), is the target of the training rows before it was disturbed on purpose,
    as the table has it; None where it was not.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    weights_train: Array | None = None
    original: Original | None = None
    held_back: int | None = None
    clean_train: Array | None = None
    targets: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        """How many bytes x takes, which is most of the data."""
        return sum(self.rows) * prod(self.row_shape) * np.dtype(np.float32).itemsize

    @property
    def rows(self) -> tuple[int, int]:
        """The numbers of training rows and of test rows."""
        return len(self.y_train), len(self.y_test)

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of a row of x: (features,), or that of a sequence or an image."""
        return self.x_train.shape[1:]

    @property
    def target_shape(self) -> TargetShape:
        """How many classes the target has, and how many columns."""
        return TargetShape(len(self.classes), max(1, len(self.targets)))

    @property
    def measured(self) -> tuple[Array, Array]:
        """The target of the training rows and of the test rows as metrics take it, like ``y_*``."""
        if self.original is None:
            return self.y_train, self.y_test
        return self.original.train, self.original.test

    @property
    def clean(self) -> tuple[Array, Array]:
        """What ``measured`` gives, before it was disturbed on purpose."""
        train, test = self.measured
        return (train if self.clean_train is None else self.clean_train), test

    @property
    def class_rows(self) -> tuple[int, ...]:
        """How many rows of both parts each class has, undisturbed; empty for a real target."""
        if not self.classes:
            return ()
        y = np.concatenate(self.clean)
        return tuple(np.bincount(y, minlength=len(self.classes)).tolist())

    @property
    def sha256(self) -> str:
        """Digest of x and of y as metrics take it, with their shapes, in the order of the fields.

        The weights and the transform of the target are left out: whatever they are, a network
        predicts the same rows, and its metrics can be compared.
        """
        digest = hashlib.sha256()
        y_train, y_test = self.measured
        if self.original is not None:
            y_train, y_test = y_train.astype(np.float32), y_test.astype(np.float32)
        for array in (self.x_train, y_train, self.x_test, y_test):
            digest.update(f"{array.dtype}{array.shape}".encode())
            step = max(1, len(array) * AT_ONCE // max(1, array.nbytes))
            for first in range(0, len(array), step):
                some = np.ascontiguousarray(array[first : first + step])  # which copies nothing
                digest.update(some.data)
                give_back_mapped(array)
        return digest.hexdigest()
