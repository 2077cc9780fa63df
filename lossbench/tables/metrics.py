"""The table of metrics: what judges a trained network besides its loss, and how to read it.

A metric means the same under every loss, so losses are compared by it. Most are taken after every
epoch, by a function of the same name in ``training/scores.py``. A metric with a ``function`` is
taken of the final weights alone, where a config asks for it.

To add a metric of the final weights, add a row, and its function to ``metric_functions``. One of
every epoch needs its function in the scores.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.tables import metric_functions as of
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
    ``of_probabilities`` says that the outputs must be probabilities, and ``ordered`` that one value
    is better than another. ``quantile`` is the one of the target that the best constant prediction
    is, if it is not the mean.
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
    of_probabilities: bool = False
    ordered: bool = True
    quantile: float | None = None

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


REGRESSION: tuple[Problem, ...] = ("regression",)
BINARY: tuple[Problem, ...] = ("binary classification",)
BALANCED = "balanced_accuracy"
MEDIAN = 0.5
UNBALANCED = 4  # how many times the rows of another class a class must have
PERCENTS = (5, 10, 25, 50, 75, 90, 95)  # the quantiles that have a pinball loss among the metrics
# Losses are compared on the first that fits. It is also printed, unless another is published.
METRICS = {
    metric.name: metric
    for metric in (
        Metric("mse", "mean squared error", REGRESSION, True, 0, LARGEST, as_mean_of="mse"),
        Metric(
            "mae",
            "mean absolute error",
            REGRESSION,
            True,
            0,
            LARGEST,
            as_mean_of="mae",
            quantile=MEDIAN,
        ),
        Metric("accuracy", "accuracy", CLASSIFICATION, as_mean_of="accuracy"),
        # What Keras 2.2.4 called the accuracy of one unit.
        Metric("rounded_accuracy", "rounded accuracy", BINARY, labels="-1/1"),
        Metric(
            "r2",
            "R²",
            REGRESSION,
            low=-1e300,
            high=1,
            function=of.r2,
            needs="two rows",
            as_mean_of="mse",
        ),
        Metric(
            "rmse",
            "root mean squared error",
            REGRESSION,
            True,
            0,
            LARGEST,
            function=of.rmse,
            as_mean_of="mse",
        ),
        Metric(
            "explained_variance",
            "explained variance",
            REGRESSION,
            low=-1e300,
            high=1,
            function=of.explained_variance,
            needs="two rows",
        ),
        Metric(
            "median_absolute_error",
            "median absolute error",
            REGRESSION,
            True,
            0,
            LARGEST,
            function=of.median_absolute_error,
            quantile=MEDIAN,
        ),
        Metric(
            "mape",
            "mean absolute percentage error",
            REGRESSION,
            True,
            0,
            1e300,
            function=of.mape,
            needs="no zero",
            quantile=MEDIAN,
        ),
        *(
            Metric(
                f"pinball_{percent:02}",
                f"pinball loss at {percent} %",
                REGRESSION,
                True,
                0,
                LARGEST,
                function=partial(of.pinball, percent / 100),
                quantile=percent / 100,
            )
            for percent in PERCENTS
        ),
        Metric(
            BALANCED,
            "balanced accuracy",
            CLASSIFICATION,
            function=of.balanced_accuracy,
            as_mean_of="accuracy",
        ),
        Metric("f1", "F1 score", BINARY, function=of.f1),
        Metric("f1_macro", "macro F1 score", CLASSIFICATION, function=of.f1_macro),
        Metric("precision", "precision", BINARY, function=of.precision),
        Metric("recall", "recall", BINARY, function=of.recall),
        Metric("precision_macro", "macro precision", CLASSIFICATION, function=of.precision_macro),
        Metric(
            "mcc",
            "Matthews correlation coefficient",
            CLASSIFICATION,
            low=-1 - ROUNDING,
            function=of.mcc,
        ),
        Metric("roc_auc", "ROC AUC", CLASSIFICATION, function=of.roc_auc, needs="all classes"),
        Metric(
            "average_precision",
            "average precision",
            CLASSIFICATION,
            function=of.average_precision,
            needs="all classes",
        ),
        Metric(
            "bias",
            "mean error",
            REGRESSION,
            low=-LARGEST,
            high=LARGEST,
            function=of.bias,
            ordered=False,
        ),
        Metric(
            "log_loss",
            "log loss",
            CLASSIFICATION,
            True,
            0,
            1e300,
            function=of.log_loss,
            of_probabilities=True,
        ),
        Metric(
            "brier",
            "Brier score",
            CLASSIFICATION,
            True,
            0,
            2,
            function=of.brier,
            of_probabilities=True,
        ),
        Metric(
            "expected_calibration_error",
            "expected calibration error",
            CLASSIFICATION,
            True,
            0,
            function=of.expected_calibration_error,
            of_probabilities=True,
        ),
    )
}
# The metrics that early stopping can watch.
MONITORED = tuple(it.name for it in METRICS.values() if it.as_mean_of)
FORMER_METRICS = {"acc": "accuracy"}  # what Keras called some of them once
# What others call some of them. The mean of the recalls of all classes is the balanced accuracy.
METRICS_ELSEWHERE = {
    "recall_macro": BALANCED,
    "macro_recall": BALANCED,
    "root_mean_squared_error": "rmse",
    "matthews_corrcoef": "mcc",
}


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


def compared_on(problem: Problem, rare: bool = False) -> str:
    """The metric by which losses for a problem are compared where none is asked for.

    It is the first that all of them have after every epoch; where a class is ``rare``, it is
    balanced accuracy.
    """
    if rare:
        return BALANCED
    return next(
        it.name
        for it in METRICS.values()
        if it.every_epoch and it.labels is None and problem in it.problems
    )


def unbalanced(class_rows: Sequence[int] | Array) -> bool:
    """Whether a class has many times the rows of another, so that accuracy says little of it."""
    return len(class_rows) > 0 and max(class_rows) >= UNBALANCED * min(class_rows)


def title(name: str) -> str:
    """The title of a metric: "mean squared error". Any other name becomes words."""
    return METRICS[name].title if name in METRICS else name.replace("_", " ")
