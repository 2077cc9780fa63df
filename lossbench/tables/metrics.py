"""The table of metrics: what judges a trained network besides its loss, and how to read it.

A metric means the same under every loss, so losses are compared by it. Most are taken after every
epoch, by a function of the same name in ``training/scores.py``. A metric with a ``function`` is
taken of the final weights alone, where a config asks for it.

To add a metric of the final weights, add a row. One of every epoch needs its function as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.problems import CLASSIFICATION, Labels, Problem

Array = NDArray[Any]
# It takes the true values, (rows,), the predicted ones, (rows,), and the outputs of the network,
# (rows, units). Classes are numbers from 0; of two classes, 1 is the positive one.
Function = Callable[[Array, Array, Array], float]
LARGEST = float(np.finfo(np.float32).max)
ROUNDING = 1e-9  # by how much the mean of shares may be outside of 0 to 1
# What a metric needs of the rows of a part.
Needs = Literal["anything", "all classes", "two rows", "no zero"]


@dataclass(frozen=True)
class Metric:
    """One row of the table.

    ``title`` names it in text. ``low`` and ``high`` are the ends of its range.
    Where ``labels`` is given, only losses with such labels have it in every epoch. ``needs`` says
    what the rows must have. ``as_mean_of`` names the metric of every epoch whose mean over rows,
    all alike or by classes, orders networks as this one does; empty where there is none.
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

    def lacking(self, truth: Array, classes: int, part: str) -> str:
        """What the metric lacks to be taken of a part's target, (rows,); empty where nothing."""
        if self.needs == "all classes" and len(np.unique(truth)) < classes:
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
    def is_error(self) -> bool:
        """Whether it is an error, which is 0 at best and has no largest value, such as mse.

        Errors are often of very different sizes: pictures show them on a logarithmic axis.
        """
        return self.smaller_is_better and self.low == 0


def r2(truth: Array, answer: Array, _: Array) -> float:
    """The coefficient of determination: 1 is perfect, 0 no better than the mean."""
    from sklearn.metrics import r2_score

    return float(r2_score(truth, answer))


def balanced_accuracy(truth: Array, answer: Array, _: Array) -> float:
    """The share of each class that is predicted right, averaged over the classes."""
    from sklearn.metrics import balanced_accuracy_score

    return float(balanced_accuracy_score(truth, answer))


def f1(truth: Array, answer: Array, _: Array) -> float:
    """The F1 score of class 1, the second by name; 0 where no row has it or gets it."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answer, zero_division=0))


def f1_macro(truth: Array, answer: Array, _: Array) -> float:
    """The mean of the F1 scores of all classes."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answer, average="macro", zero_division=0))


def roc_auc(truth: Array, _: Array, output: Array) -> float:
    """The area under the ROC curve; with more classes, the mean of each against the rest."""
    from sklearn.metrics import roc_auc_score

    if output.shape[-1] == 1:
        return float(roc_auc_score(truth, output[:, 0]))
    # The value of multi_class="ovr", which takes nothing but probabilities.
    return float(roc_auc_score(np.eye(output.shape[-1], dtype=int)[truth], output))


def average_precision(truth: Array, _: Array, output: Array) -> float:
    """The precision at every threshold, weighted by the recall that it adds; like ``roc_auc``."""
    from sklearn.metrics import average_precision_score

    if output.shape[-1] == 1:
        return float(average_precision_score(truth, output[:, 0]))
    return float(average_precision_score(np.eye(output.shape[-1], dtype=int)[truth], output))


def median_absolute_error(truth: Array, answer: Array, _: Array) -> float:
    """The error that half of the rows stay below: unlike the mean, no outlier decides it."""
    from sklearn.metrics import median_absolute_error

    return float(median_absolute_error(truth, answer))


def mape(truth: Array, answer: Array, _: Array) -> float:
    """The mean of the errors as shares of the target: 0.1 is ten per cent."""
    from sklearn.metrics import mean_absolute_percentage_error

    return float(mean_absolute_percentage_error(truth, answer))


REGRESSION: tuple[Problem, ...] = ("regression",)
BINARY: tuple[Problem, ...] = ("binary classification",)
BALANCED = "balanced_accuracy"
# Losses are compared on the first that fits. It is also printed, unless another is published.
METRICS = {
    metric.name: metric
    for metric in (
        Metric("mse", "mean squared error", REGRESSION, True, 0, LARGEST, as_mean_of="mse"),
        Metric("mae", "mean absolute error", REGRESSION, True, 0, LARGEST, as_mean_of="mae"),
        Metric("accuracy", "accuracy", CLASSIFICATION, as_mean_of="accuracy"),
        # What Keras 2.2.4 called the accuracy of one unit.
        Metric("rounded_accuracy", "rounded accuracy", BINARY, labels="-1/1"),
        Metric(
            "r2",
            "R²",
            REGRESSION,
            low=-1e300,
            high=1,
            function=r2,
            needs="two rows",
            as_mean_of="mse",
        ),
        Metric(
            "median_absolute_error",
            "median absolute error",
            REGRESSION,
            True,
            0,
            LARGEST,
            function=median_absolute_error,
        ),
        Metric(
            "mape",
            "mean absolute percentage error",
            REGRESSION,
            True,
            0,
            1e300,
            function=mape,
            needs="no zero",
        ),
        Metric(
            BALANCED,
            "balanced accuracy",
            CLASSIFICATION,
            function=balanced_accuracy,
            as_mean_of="accuracy",
        ),
        Metric("f1", "F1 score", BINARY, function=f1),
        Metric("f1_macro", "macro F1 score", CLASSIFICATION, function=f1_macro),
        Metric("roc_auc", "ROC AUC", CLASSIFICATION, function=roc_auc, needs="all classes"),
        Metric(
            "average_precision",
            "average precision",
            CLASSIFICATION,
            function=average_precision,
            needs="all classes",
        ),
    )
}
# The metrics that early stopping can watch.
MONITORED = tuple(it.name for it in METRICS.values() if it.as_mean_of)
FORMER_METRICS = {"acc": "accuracy"}  # what Keras called some of them once


def every_epoch(problem: Problem, labels: Labels) -> tuple[str, ...]:
    """The metrics that a loss for such a problem and labels has after every epoch."""
    return tuple(
        it.name
        for it in METRICS.values()
        if it.every_epoch and problem in it.problems and it.labels in (None, labels)
    )


def of_final_weights(problem: Problem) -> tuple[str, ...]:
    """The metrics of the final weights that a config for such a problem may ask for."""
    return tuple(
        it.name for it in METRICS.values() if not it.every_epoch and problem in it.problems
    )


def compared_on(problem: Problem) -> str:
    """The metric by which losses for a problem are compared where none is asked for.

    It is the first that all of them have after every epoch.
    """
    return next(
        it.name
        for it in METRICS.values()
        if it.every_epoch and it.labels is None and problem in it.problems
    )


def title(name: str) -> str:
    """The title of a metric: "mean squared error". Any other name becomes words."""
    return METRICS[name].title if name in METRICS else name.replace("_", " ")
