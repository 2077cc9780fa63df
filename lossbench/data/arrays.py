"""What data are between a source and a training: a table of columns, then a split of arrays."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.text import printable

Array = NDArray[Any]
# The numbers that data may have. What has more is not made or read only to be refused later.
MOST_NUMBERS = 100_000_000


class DatasetError(ValueError):
    """Data that cannot be had as asked; ``key`` names what in the dataset is to blame."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(printable(message))
        self.key = key


@dataclass(frozen=True)
class Table:
    """A dataset as its source gives it.

    ``numbers`` has shape (rows, columns), with NaN for what is missing, and ``categories``,
    None or (rows, columns) of text, too. ``y`` has one value per row: numbers, or class numbers
    from 0 with ``classes`` naming them (empty for a real target). ``names`` are those of the
    columns, the numbers first; empty where they have none. ``weights``, (rows,), are what each
    row counts in a loss; None where all count the same.
    """

    numbers: Array
    y: Array
    classes: tuple[str, ...] = ()
    categories: Array | None = None
    names: tuple[str, ...] = ()
    weights: Array | None = None


@dataclass(frozen=True)
class Split:
    """A dataset cut into the rows that train and the rows that test.

    ``x_*`` have shape (rows, features) in float32. ``y_*`` have one value per row: float32
    numbers, or class numbers from 0 as int64 with ``classes`` naming them (empty for a real
    target). ``features`` names the columns of x; empty where they have no names.
    ``weights_train``, (rows,) in float32, are what the rows count in the training loss; None
    where all count the same.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    weights_train: Array | None = None

    @property
    def sha256(self) -> str:
        """Digest of x and y with their shapes, in the order of the fields.

        Weights have no say: with and without them, the same rows are predicted.
        """
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def numbered(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Class numbers from 0, and the classes' names in the order of their values."""
    found, numbers = np.unique(values, return_inverse=True)
    return numbers, tuple(map(_name, found.tolist()))


def _name(value: object) -> str:
    """A class's name: a whole number has no decimals, whatever its type."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
