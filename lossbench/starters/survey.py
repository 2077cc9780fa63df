"""What is seen of data before anything is trained on them."""

from dataclasses import dataclass

import numpy as np

from lossbench.data.arrays import Array, Table
from lossbench.tables.problems import Problem

# A skewness beyond 1 is high (Bulmer 1979, "Principles of Statistics").
SKEWED = 1.0
# Tukey's fences, which hold all but 0.7 % of a normal distribution.
FENCE = 1.5
OUTLYING = 0.02
# How many times the rarest class the most frequent one is, where accuracy misleads.
UNBALANCED = 4


@dataclass(frozen=True)
class Target:
    """A real target: its range, its skewness, and the share beyond Tukey's fences.

    ``skew`` is the third standardised moment; the fences are 1.5 interquartile ranges away from
    the quartiles.
    """

    low: float
    median: float
    high: float
    skew: float
    outliers: float

    @property
    def misleads_mse(self) -> bool:
        """Whether few rows rule a mean of squared errors."""
        return abs(self.skew) > SKEWED or self.outliers > OUTLYING


@dataclass(frozen=True)
class Survey:
    """What is seen of a table; ``balance`` counts each class's rows, in the order of classes.

    ``target`` is None, and ``balance`` empty, where the target is of the other kind.
    """

    rows: int
    numbers: int
    categories: int
    balance: dict[str, int]
    target: Target | None

    @property
    def problem(self) -> Problem:
        """The kind of problem, as the table of losses calls it."""
        if self.target:
            return "regression"
        binary = len(self.balance) == 2
        return "binary classification" if binary else "multi-class classification"

    @property
    def whole(self) -> bool:
        """Whether the classes are whole numbers, which may be meant as such."""
        return len(self.balance) > 2 and all(
            name.removeprefix("-").isdecimal() for name in self.balance
        )

    @property
    def unbalanced(self) -> bool:
        """Whether one class is far more frequent than another."""
        sizes = self.balance.values()
        return bool(sizes) and max(sizes) >= UNBALANCED * min(sizes)


def survey(table: Table) -> Survey:
    """Look at a table."""
    categories = 0 if table.categories is None else table.categories.shape[1]
    sizes = np.bincount(table.y) if table.classes else ()
    return Survey(
        len(table.y),
        table.numbers.shape[1],
        categories,
        {name: int(size) for name, size in zip(table.classes, sizes, strict=True)},
        None if table.classes else _target(table.y),
    )


def _target(y: Array) -> Target:
    from scipy.stats import skew

    low, first, median, third, high = np.percentile(y, (0, 25, 50, 75, 100)).tolist()
    reach = FENCE * (third - first)
    outliers = np.mean((y < first - reach) | (y > third + reach))
    # Of a constant target there is none.
    skewness = skew(y) if high > low else 0.0
    return Target(low, median, high, float(skewness), float(outliers))
