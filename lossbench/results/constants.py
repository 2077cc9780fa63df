"""What the best constant prediction reaches: a network that does no better has learnt nothing."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import PARTS, Array, Constants
from lossbench.tables.metrics import MEDIAN, METRICS

# The class to predict for metrics that look at class 1 alone. Always class 1 has the best of them.
# But of the recall that is 1, which no network exceeds: there it is the class that has the least.
OF_CLASS_1 = {"f1": 1, "precision": 1, "recall": 0}


def constants_of(experiment: Experiment, split: Split) -> Constants:
    """The metrics of the best constant on both parts, by part and name.

    It is the mean of a real target in the rows that are trained on, or the quantile of it that the
    metric is of: the median for absolute errors. Of classes it is the most frequent one, with the
    shares of all as probabilities, but for OF_CLASS_1.
    """
    rows = experiment.fitted_rows(split)
    y_train, y_test = split.measured
    known = y_train[:rows]
    predicted = _of_classes if split.classes else _of_numbers
    return {
        part: dict(predicted(experiment.metrics, known, y, len(split.classes)))
        for part, y in zip(PARTS, (known, y_test), strict=True)
    }


def metric_value(name: str, truth: Array, answer: Array, outputs: Array) -> float:
    """A metric of given answers; the arguments are those of ``tables.metrics.Function``."""
    function = METRICS[name].function
    if function:
        return float(function(truth, answer, outputs))
    if name == "mse":
        return float(np.square(truth - answer).mean())
    return float(np.abs(truth - answer).mean() if name == "mae" else (truth == answer).mean())


def _of_numbers(
    names: Iterable[str], known: Array, y: Array, _: int
) -> Iterable[tuple[str, float]]:
    for name in names:
        answer = np.full(len(y), _number(known, METRICS[name].quantile))
        yield name, metric_value(name, y, answer, answer[:, None])


def _number(known: Array, quantile: float | None) -> Any:
    if quantile is None:
        return known.mean(dtype=np.float64)
    if quantile == MEDIAN:
        return np.median(known)  # of the type of the target, as in results that are stored
    # The number itself, and not one between two, has the least pinball loss.
    return float(np.quantile(known, quantile, method="inverted_cdf"))


def _of_classes(
    names: Iterable[str], known: Array, y: Array, classes: int
) -> Iterable[tuple[str, float]]:
    counts = np.bincount(known, minlength=classes)
    shares = counts / counts.sum()
    outputs = np.tile(shares[1:] if classes == 2 else shares, (len(y), 1))
    for name in names:
        answer = np.full(len(y), OF_CLASS_1.get(name, counts.argmax()))
        yield name, metric_value(name, y, answer, outputs)
