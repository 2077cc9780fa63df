"""The functions of the metrics of the final weights, by scikit-learn where it has them.

They take the true values, (rows,), the predicted ones, (rows,), and the outputs of the network,
(rows, units). Classes are numbers from 0; of two classes, 1 is the positive one. Of soft labels
the true values are the shares of the classes, (rows, classes).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
BINS = 15  # of confidence, for the calibration error


def r2(truth: Array, answer: Array, _: Array) -> float:
    """The coefficient of determination: 1 is perfect, 0 no better than the mean."""
    from sklearn.metrics import r2_score

    return float(r2_score(truth, answer))


def rmse(truth: Array, answer: Array, _: Array) -> float:
    """The square root of the mean squared error, in the units of the target."""
    from sklearn.metrics import root_mean_squared_error

    return float(root_mean_squared_error(truth, answer))


def explained_variance(truth: Array, answer: Array, _: Array) -> float:
    """``r2`` of predictions whose mean error is taken off: a bias does not count."""
    from sklearn.metrics import explained_variance_score

    return float(explained_variance_score(truth, answer))


def pinball(quantile: float, truth: Array, answer: Array, _: Array) -> float:
    """The mean of ``quantile`` times each error below the target, 1 - ``quantile`` times above."""
    from sklearn.metrics import mean_pinball_loss

    return float(mean_pinball_loss(truth, answer, alpha=quantile))


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


def precision(truth: Array, answer: Array, _: Array) -> float:
    """Which share of the rows that get class 1 has it; 0 where no row gets it."""
    from sklearn.metrics import precision_score

    return float(precision_score(truth, answer, zero_division=0))


def recall(truth: Array, answer: Array, _: Array) -> float:
    """Which share of the rows of class 1 gets it; 0 where no row has it."""
    from sklearn.metrics import recall_score

    return float(recall_score(truth, answer, zero_division=0))


def precision_macro(truth: Array, answer: Array, _: Array) -> float:
    """The mean of the precisions of all classes."""
    from sklearn.metrics import precision_score

    return float(precision_score(truth, answer, average="macro", zero_division=0))


def mcc(truth: Array, answer: Array, _: Array) -> float:
    """The Matthews correlation of classes: 1 is perfect, 0 no better than a constant class.

    Of several classes it is Gorodkin's R_K (2004, Comparing two K-category assignments by a
    K-category correlation coefficient).
    """
    from sklearn.metrics import matthews_corrcoef

    if np.ptp(truth) == 0 or np.ptp(answer) == 0:
        return 0.0  # as scikit-learn says, which warns of it in places
    return float(matthews_corrcoef(truth, answer))


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


def bias(truth: Array, answer: Array, _: Array) -> float:
    """The mean error: above 0 where predictions are too high."""
    return float((answer - truth).mean(dtype=np.float64))


def log_loss(truth: Array, _: Array, output: Array) -> float:
    """The mean of minus the logarithm of the probability of the right class.

    Of soft labels it is the mean of that over the classes, each by its share.
    """
    from scipy.special import xlogy
    from sklearn.metrics import log_loss

    if truth.ndim == 2:
        return float(-xlogy(truth, _above_0(output)).sum(axis=1).mean())
    probabilities = _of_each_class(output)
    return float(log_loss(truth, probabilities, labels=np.arange(probabilities.shape[1])))


def brier(truth: Array, _: Array, output: Array) -> float:
    """The mean squared error of the probabilities, of one class of two or summed over more."""
    from sklearn.metrics import brier_score_loss

    probabilities = _of_each_class(output)
    if truth.ndim == 2:
        return float(np.square(probabilities - truth).sum(axis=1).mean())
    labels = np.arange(probabilities.shape[1])
    return float(brier_score_loss(truth, probabilities, labels=labels))


def expected_calibration_error(truth: Array, answer: Array, output: Array) -> float:
    """How far the probability of the predicted class is from how often it is right.

    It is the mean over rows of the distance in each of 15 bins of that probability (Guo et al.
    2017, On Calibration of Modern Neural Networks).
    """
    probabilities = _of_each_class(output)
    confidence = np.take_along_axis(probabilities, answer[:, None], axis=1)[:, 0]
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    distance = np.bincount(bins, confidence - (truth == answer), minlength=BINS)
    return float(np.abs(distance).sum() / len(truth))


def kl_divergence(truth: Array, _: Array, output: Array) -> float:
    """How far probabilities are from the shares of the classes, by their logarithms; 0 is equal."""
    from scipy.special import rel_entr

    divergence = rel_entr(truth, _above_0(output)).sum(axis=1).mean()
    return float(max(divergence, 0))  # rounding may go below


def subset_accuracy(truth: Array, answer: Array, _: Array) -> float:
    """The share of rows of which all labels are right."""
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(truth, answer))


def f1_micro(truth: Array, answer: Array, _: Array) -> float:
    """The F1 score of all labels of all rows together."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answer, average="micro", zero_division=0))


def _above_0(output: Array) -> Array:
    """The probability of each class, but in place of 0 what scikit-learn takes for it."""
    return np.asarray(np.maximum(_of_each_class(output), np.finfo(output.dtype).eps))


def _of_each_class(output: Array) -> Array:
    """The probability of each class, (rows, classes), of which one unit gives that of class 1."""
    probabilities = output.astype(np.float64)
    if probabilities.shape[1] == 1:
        probabilities = np.hstack([1 - probabilities, probabilities])
    return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))
