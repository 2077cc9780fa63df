"""One row of the table of metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.problems import Labels, Problem

Array = NDArray[Any]
# It takes the true values, (rows,), the predicted ones, (rows,), and the outputs of the network,
# (rows, units). Classes are numbers from 0; of two classes, 1 is the positive one. Of soft labels
# the true values are the shares of the classes, (rows, classes). One of ``all_targets`` takes true
# and predicted labels, (rows, labels).
Function = Callable[[Array, Array, Array], float]
LARGEST = float(np.finfo(np.float32).max)
ROUNDING = 1e-9  # by how much the mean of shares may be outside of 0 to 1
# What a metric needs of the rows of a part.
Needs = Literal["anything", "all classes", "two rows", "no zero"]
# How a metric follows from the mean of another one over rows: it is this mean, or that of the means
# of all classes, or its square root, or 1 less this mean in units of the variance of the target.
Follows = Literal["mean", "mean of classes", "root", "1 - share of variance"]


@dataclass(frozen=True)
class Metric:
    """One row of the table.

    ``title`` names it in text. ``low`` and ``high`` are the ends of its range.
    Where ``labels`` is given, only losses with such labels have it in every epoch. ``needs`` says
    what the rows must have. ``as_mean_of`` names the metric of every epoch whose mean over rows,
    all alike or by classes, orders networks as this one does; empty where there is none. How the
    metric ``follows`` from it is said, too.
    ``of_probabilities`` says that the outputs must be probabilities, and ``ordered`` that one value
    is better than another. ``quantile`` is the one of the target that the best constant prediction
    is, if it is not the mean. Of several targets a metric is the mean of those of each target,
    unless it is of ``all_targets`` at once.
    """

    name: str
    title: str
    problems: tuple[Problem, ...]
    smaller_is_better: bool = False
    low: float = -ROUNDING
    high: float = 1 + ROUNDING
    labels: Labels | None = None
    function: Function | None = None
    needs: Needs = "anything"
    as_mean_of: str = ""
    follows: Follows = "mean"
    of_probabilities: bool = False
    ordered: bool = True
    quantile: float | None = None
    all_targets: bool = False

    def lacking(self, truth: Array, classes: int, part: str) -> str:
        """What the metric lacks to be taken of a part's target; empty where nothing.

        The target is (rows,), or (rows, targets) where there are several.
        """
        if self.needs == "all classes" and truth.ndim == 2:
            if (np.ptp(truth, axis=0) == 0).any():
                return f"needs 0 and 1 of each label in the {part} rows"
        elif self.needs == "all classes" and len(np.unique(truth)) < classes:
            return f"needs all classes in the {part} rows"
        if self.needs == "two rows" and len(truth) < 2:
            return f"needs two {part} rows"
        if self.needs == "no zero" and (truth == 0).any():
            return f"divides by the target, which is 0 in some {part} rows"
        return ""

    @property
    def range(self) -> tuple[float, float]:
        """The ends of the range that its value can have."""
        return self.low, self.high

    @property
    def every_epoch(self) -> bool:
        """Whether it is taken after every epoch, and not of the final weights alone."""
        return self.function is None

    @property
    def weighs_rows(self) -> bool:
        """Whether it follows from a mean in which rows do not simply count alike."""
        return self.follows in ("mean of classes", "1 - share of variance")

    @property
    def is_error(self) -> bool:
        """Whether it is an error, which is 0 at best and has no largest value, such as mse.

        Errors are often of very different sizes: pictures show them on a logarithmic axis.
        """
        return self.smaller_is_better and self.low == 0
