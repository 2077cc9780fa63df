"""Metrics of the final weights, by scikit-learn, from what the stored weights predict.

They are taken where results are made, not where networks are trained, and only if a config asks
for them. To add one, add a function to FUNCTIONS and its name to losses.FINAL_METRICS.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.predict import decisions, predictions
from lossbench.results.result import HALVES, Array, Result, Training

# From the truth, shaped (rows,), the answer, shaped (rows,), and what the network said of it,
# shaped (rows, units): the value. Class numbers are from 0, and 1 is the positive one of two.
Function = Callable[[Array, Array, Array], float]


def complete(experiment: Experiment, split: Split, trainings: Iterable[Training]) -> Result:
    """The result of an experiment: its trainings with all metrics that the config asks for."""
    wanted = [name for name in experiment.metrics if name not in experiment.tracked]
    if wanted:
        trainings = [_with(wanted, experiment, split, training) for training in trainings]
    return Result(experiment, split.sha256, tuple(trainings), split.classes)


def _with(wanted: list[str], experiment: Experiment, split: Split, training: Training) -> Training:
    halves: dict[str, dict[str, float]] = {}
    for half in HALVES:
        x, y = getattr(split, f"x_{half}"), getattr(split, f"y_{half}")
        if half == "train":
            rows = experiment.fitted_rows(len(x))
            x, y = x[:rows], y[:rows]
        figures = dict.fromkeys(wanted, np.nan)
        if not training.diverged:
            figures = values(wanted, experiment, training.weights, x, y)
        halves[half] = {**getattr(training, half), **figures}
    return replace(training, train=halves["train"], test=halves["test"])


def values(
    names: Iterable[str], experiment: Experiment, weights: tuple[Array, ...], x: Array, y: Array
) -> dict[str, float]:
    """The metrics of some weights on some data, y as a Split has it; NaN of no finite answers."""
    with np.errstate(all="ignore"):
        said = predictions(experiment, weights, x)
    if not np.isfinite(said).all():
        return dict.fromkeys(names, np.nan)
    if experiment.loss.row.problem == "regression":
        answer = said[:, 0]
    else:
        units = decisions(experiment, weights, x)
        answer = units.argmax(axis=-1) if units.shape[-1] > 1 else (units[:, 0] > 0).astype(int)
    with warnings.catch_warnings():
        # Of classes that were answered and are not there.
        warnings.simplefilter("ignore", UserWarning)
        return {name: float(FUNCTIONS[name](y, answer, said)) for name in names}


def r2(truth: Array, answer: Array, _: Array) -> float:
    """The coefficient of determination: 1 is perfect, 0 no better than the mean."""
    from sklearn.metrics import r2_score

    return float(r2_score(truth, answer))


def balanced_accuracy(truth: Array, answer: Array, _: Array) -> float:
    """The mean over the classes of the share of each that is answered right."""
    from sklearn.metrics import balanced_accuracy_score

    return float(balanced_accuracy_score(truth, answer))


def f1(truth: Array, answer: Array, _: Array) -> float:
    """The F1 score of class 1, the second by name; 0 where it is neither there nor answered."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answer, zero_division=0))


def f1_macro(truth: Array, answer: Array, _: Array) -> float:
    """The mean of the F1 scores of all classes."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answer, average="macro", zero_division=0))


def roc_auc(truth: Array, _: Array, said: Array) -> float:
    """The area under the ROC curve; of more classes the mean over one against the rest."""
    from sklearn.metrics import roc_auc_score

    if said.shape[-1] == 1:
        return float(roc_auc_score(truth, said[:, 0]))
    # Not by multi_class="ovr", which takes nothing but probabilities. The value is the same.
    return float(roc_auc_score(np.eye(said.shape[-1], dtype=int)[truth], said))


FUNCTIONS: dict[str, Function] = {
    "r2": r2,
    "balanced_accuracy": balanced_accuracy,
    "f1": f1,
    "f1_macro": f1_macro,
    "roc_auc": roc_auc,
}
