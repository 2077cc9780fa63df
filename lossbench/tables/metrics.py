"""The table of metrics: what judges a trained network besides its loss, and how to read it.

A metric means the same under every loss, so losses are compared by it. Most are taken after every
epoch, by a function of the same name in ``training/scores.py``. A metric with a ``function`` is
taken of the final weights alone, where a config asks for it.

To add a metric of the final weights, add a row, and its function to ``metric_functions``. One of
every epoch needs its function in the scores.
"""

from collections.abc import Sequence
from functools import partial

from lossbench.tables import metric_functions as of
from lossbench.tables.metric import LARGEST, ROUNDING, Array, Metric
from lossbench.tables.problems import CLASSIFICATION, MULTI_LABEL, SOFT_LABEL, Labels, Problem

REGRESSION: tuple[Problem, ...] = ("regression",)
BINARY: tuple[Problem, ...] = ("binary classification",)
# Labels are two classes each.
OF_LABELS: tuple[Problem, ...] = (*BINARY, MULTI_LABEL)
OF_CLASSES: tuple[Problem, ...] = (*CLASSIFICATION, MULTI_LABEL)
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
        Metric("accuracy", "accuracy", (*OF_CLASSES, SOFT_LABEL), as_mean_of="accuracy"),
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
            follows="1 - share of variance",
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
            follows="root",
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
            OF_CLASSES,
            function=of.balanced_accuracy,
            as_mean_of="accuracy",
            follows="mean of classes",
        ),
        Metric("f1", "F1 score", OF_LABELS, function=of.f1),
        Metric("f1_macro", "macro F1 score", CLASSIFICATION, function=of.f1_macro),
        Metric("precision", "precision", OF_LABELS, function=of.precision),
        Metric("recall", "recall", OF_LABELS, function=of.recall),
        Metric("precision_macro", "macro precision", CLASSIFICATION, function=of.precision_macro),
        Metric(
            "mcc",
            "Matthews correlation coefficient",
            OF_CLASSES,
            low=-1 - ROUNDING,
            function=of.mcc,
        ),
        Metric("roc_auc", "ROC AUC", OF_CLASSES, function=of.roc_auc, needs="all classes"),
        Metric(
            "average_precision",
            "average precision",
            OF_CLASSES,
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
            (*OF_CLASSES, SOFT_LABEL),
            True,
            0,
            1e300,
            function=of.log_loss,
            of_probabilities=True,
        ),
        Metric(
            "brier",
            "Brier score",
            (*OF_CLASSES, SOFT_LABEL),
            True,
            0,
            2,
            function=of.brier,
            of_probabilities=True,
        ),
        Metric(
            "expected_calibration_error",
            "expected calibration error",
            OF_CLASSES,
            True,
            0,
            function=of.expected_calibration_error,
            of_probabilities=True,
        ),
        Metric(
            "kl_divergence",
            "KL divergence",
            (SOFT_LABEL,),
            True,
            0,
            1e300,
            function=of.kl_divergence,
            of_probabilities=True,
        ),
        Metric(
            "subset_accuracy",
            "subset accuracy",
            (MULTI_LABEL,),
            function=of.subset_accuracy,
            all_targets=True,
        ),
        Metric(
            "f1_micro", "micro F1 score", (MULTI_LABEL,), function=of.f1_micro, all_targets=True
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


def monitored(several: bool) -> tuple[str, ...]:
    """The metrics that early stopping can watch.

    Of several targets it can watch only those that are means over rows: of the others the mean of
    those of each target does not follow from such a mean.
    """
    return tuple(it for it in MONITORED if not several or METRICS[it].follows == "mean")


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
