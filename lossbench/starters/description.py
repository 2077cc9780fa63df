"""What a table of data holds, in figures: how many rows, columns and classes, and which target."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from lossbench.data.arrays import Array, Split, Table
from lossbench.tables.metrics import compared_on, unbalanced
from lossbench.tables.problems import Problem

# A skewness beyond 1 is high (Bulmer 1979, "Principles of Statistics").
HIGH_SKEWNESS = 1.0
# Outliers lie more interquartile ranges than this beyond the quartiles: Tukey's fences, which hold
# all but 0.7 % of a normal distribution.
FENCE = 1.5
MANY_OUTLIERS = 0.02
# The smallest target, as a share of the median, that is far above 0.
FAR_ABOVE_0 = 0.05
# The largest target, as a multiple of the smallest, from which errors in per cent are others.
MULTIPLE = 5


@dataclass(frozen=True)
class TargetDescription:
    """A real target: its range, its skewness, and the share of outliers, from 0 to 1.

    ``is_whole`` says that all values are whole numbers. ``skewness`` is the third standardised
    moment. Outliers lie more than 1.5 interquartile ranges below the lower quartile or above the
    upper one.
    """

    low: float
    median: float
    high: float
    skewness: float
    outliers: float
    is_whole: bool = False

    @property
    def misleads_mse(self) -> bool:
        """Whether a few rows can decide a mean of squared errors."""
        return abs(self.skewness) > HIGH_SKEWNESS or self.outliers > MANY_OUTLIERS

    @property
    def is_count(self) -> bool:
        """Whether it may count something."""
        return self.is_whole and self.low in (0, 1)

    @property
    def has_long_tail(self) -> bool:
        """Whether it is 0 or more and has a long tail to the right, as prices have."""
        return self.low >= 0 and self.skewness > HIGH_SKEWNESS

    @property
    def matters_in_per_cent(self) -> bool:
        """Whether errors in per cent are sensible, and other than errors as they are.

        No value is so small that an error in per cent of it means little, and the largest is a
        multiple of the smallest.
        """
        far_above_0 = self.low >= FAR_ABOVE_0 * self.median > 0
        return far_above_0 and self.high >= MULTIPLE * self.low and not self.is_count


@dataclass(frozen=True)
class Description:
    """How many rows a table has, how many columns of numbers and of categories, and the target.

    ``balance`` has the number of rows of each class, in the order of the classes; it is empty for a
    real target. ``target`` is None for classes. Of several targets there is neither; ``several``
    says which problem they are.
    """

    rows: int
    numbers: int
    categories: int
    balance: dict[str, int]
    target: TargetDescription | None
    several: Problem | None = None

    @property
    def problem(self) -> Problem:
        """The kind of problem, as the table of losses calls it."""
        if self.several:
            return self.several
        if self.target:
            return "regression"
        binary = len(self.balance) == 2
        return "binary classification" if binary else "multi-class classification"

    @property
    def has_numbers_for_classes(self) -> bool:
        """Whether the classes are whole numbers, which may be meant as numbers."""
        return len(self.balance) > 2 and all(
            name.removeprefix("-").isdecimal() for name in self.balance
        )

    @property
    def unbalanced(self) -> bool:
        """Whether the largest class has many times the rows of the smallest."""
        return unbalanced([*self.balance.values()])

    @property
    def metric(self) -> str:
        """The metric that losses are judged by: one that no few rows and no one class decide."""
        if self.target:
            return "mae" if self.target.misleads_mse else "mse"
        return compared_on(self.problem, self.unbalanced)


def describe(table: Table) -> Description:
    """Describe a table."""
    categories = 0 if table.categories is None else table.categories.shape[1]
    return _description(table.y, table.classes, table.numbers.shape[1], categories)


def describe_split(split: Split, problem: Problem) -> Description:
    """Describe data that were split; their features are numbers by then.

    ``problem`` is the kind of problem that a loss takes several targets for.
    """
    if split.targets:
        rows = len(split.y_train) + len(split.y_test)
        return Description(rows, prod(split.row_shape), 0, {}, None, problem)
    y = np.concatenate(split.clean if split.classes else split.measured)
    return _description(y, split.classes, prod(split.row_shape), 0)


def _description(y: Array, classes: Sequence[str], numbers: int, categories: int) -> Description:
    sizes = np.bincount(y) if classes else ()
    return Description(
        len(y),
        numbers,
        categories,
        {name: int(size) for name, size in zip(classes, sizes, strict=True)},
        None if classes else _describe_target(y),
    )


def _describe_target(y: Array) -> TargetDescription:
    from scipy.stats import skew

    low, first, median, third, high = np.percentile(y, (0, 25, 50, 75, 100)).tolist()
    reach = FENCE * (third - first)
    outliers = np.mean((y < first - reach) | (y > third + reach))
    # The skewness of a constant is not defined.
    skewness = skew(y) if high > low else 0.0
    is_whole = bool((y == np.floor(y)).all())
    return TargetDescription(low, median, high, float(skewness), float(outliers), is_whole)
