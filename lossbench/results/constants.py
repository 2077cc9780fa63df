"""What the best constant prediction reaches: a network that does no better has learnt nothing."""

from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import PARTS, Array, Constants
from lossbench.tables.metrics import MEDIAN, METRICS
from lossbench.tables.problems import SOFT_LABEL, Problem

# The class to predict for metrics that look at class 1 alone. Always class 1 has the best of them.
# But of the recall that is 1, which no network exceeds: there it is the class that has the least.
OF_CLASS_1 = {"f1": 1, "f1_micro": 1, "precision": 1, "recall": 0}


def constants_of(experiment: Experiment, split: Split) -> Constants:
    """The metrics of the best constant on both parts, by part and name.

    It is the mean of a real target in the rows that are trained on, or the quantile of it that the
    metric is of: the median for absolute errors. Of classes it is the most frequent one, with the
    shares of all as probabilities, but for OF_CLASS_1. Each of several targets has its own. Of soft
    labels it is the mean of the shares, and the class with the largest one.
    """
    rows = experiment.fitted_rows(split)
    y_train, y_test = split.measured
    known = y_train[:rows]
    problem = experiment.loss.row.problem
    return {
        part: {
            name: _constant(name, problem, known, y, len(split.classes))
            for name in experiment.metrics
        }
        for part, y in zip(PARTS, (known, y_test), strict=True)
    }


def metric_value(name: str, truth: Array, answer: Array, outputs: Array) -> float:
    """A metric of given answers.

    The arguments are those of ``tables.metric.Function``. Of several targets, (rows, targets), it
    is the mean of those of each target, unless the metric is of all of them at once.
    """
    if answer.ndim == 2 and not METRICS[name].all_targets:
        return float(np.mean(of_each_target(name, truth, answer, outputs)))
    function = METRICS[name].function
    if function:
        return float(function(truth, answer, outputs))
    if name == "mse":
        return float(np.square(truth - answer).mean())
    if name == "mae":
        return float(np.abs(truth - answer).mean())
    if truth.ndim == 2:  # soft labels, whose class is the likeliest one
        truth = truth.argmax(axis=1)
    return float((truth == answer).mean())


def of_each_target(name: str, truth: Array, answer: Array, outputs: Array) -> list[float]:
    """A metric of each of several targets; all arrays are (rows, targets)."""
    columns = zip(truth.T, answer.T, outputs.T, strict=True)
    return [metric_value(name, true, said, output[:, None]) for true, said, output in columns]


def _constant(name: str, problem: Problem, known: Array, y: Array, classes: int) -> float:
    if problem == SOFT_LABEL:
        shares = known.mean(axis=0)
        answer = np.full(len(y), shares.argmax())
        return metric_value(name, y, answer, np.tile(shares, (len(y), 1)))
    if problem != "regression":
        of_kind = _of_classes(name, known, classes) if known.ndim == 1 else labels_of(name, known)
        answer, outputs = (np.tile(it, (len(y), 1)) for it in of_kind)
        return metric_value(name, y, answer[:, 0] if known.ndim == 1 else answer, outputs)
    if known.ndim == 2:
        constant = np.stack([_number(it, METRICS[name].quantile) for it in known.T])
        answers = np.tile(constant, (len(y), 1))
        return metric_value(name, y, answers, answers)
    answer = np.full(len(y), _number(known, METRICS[name].quantile))
    return metric_value(name, y, answer, answer[:, None])


def _number(known: Array, quantile: float | None) -> Any:
    if quantile is None:
        return known.mean(dtype=np.float64)
    if quantile == MEDIAN:
        return np.median(known)  # of the type of the target, as in results that are stored
    # The number itself, and not one between two, has the least pinball loss.
    return float(np.quantile(known, quantile, method="inverted_cdf"))


def labels_of(name: str, known: Array) -> tuple[Array, Array]:
    """The labels to predict for a metric, (labels,), and the share of the rows that have each.

    ``known``, (rows, labels), are those of the rows that are trained on. Of all labels of a row
    together, the best constant is the row that is most frequent.
    """
    labels = (known > 0).astype(int)
    if name == "subset_accuracy":
        found, counts = np.unique(labels, axis=0, return_counts=True)
        answer = found[counts.argmax()]
    elif name in OF_CLASS_1:
        answer = np.full(labels.shape[1], OF_CLASS_1[name])
    else:
        answer = (2 * labels.sum(axis=0) > len(labels)).astype(int)
    return answer, labels.mean(axis=0)


def _of_classes(name: str, known: Array, classes: int) -> tuple[Array, Array]:
    """The class to predict, (1,), and the outputs, (units,)."""
    counts = np.bincount(known, minlength=classes)
    shares = counts / counts.sum()
    answer = np.array([OF_CLASS_1.get(name, counts.argmax())])
    return answer, shares[1:] if classes == 2 else shares
