"""Metrics of the final weights, by scikit-learn, from what the stored weights predict.

They are taken where results are made, not where networks are trained, and only if a config asks
for them. Their functions stand in their rows of the table of metrics.
"""

import warnings
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.predict import decisions, predictions
from lossbench.results.result import PARTS, Array, Result, Training
from lossbench.tables.metrics import METRICS


def complete(experiment: Experiment, split: Split, trainings: Iterable[Training]) -> Result:
    """The result of an experiment: its trainings with all metrics that the config asks for."""
    wanted = [name for name in experiment.metrics if name not in experiment.tracked]
    if wanted:
        trainings = [_with(wanted, experiment, split, training) for training in trainings]
    return Result(experiment, split.sha256, tuple(trainings), split.classes)


def _with(wanted: list[str], experiment: Experiment, split: Split, training: Training) -> Training:
    parts: dict[str, dict[str, float]] = {}
    for part in PARTS:
        x, y = getattr(split, f"x_{part}"), getattr(split, f"y_{part}")
        if part == "train":
            rows = experiment.fitted_rows(len(x))
            x, y = x[:rows], y[:rows]
        figures = dict.fromkeys(wanted, np.nan)
        if not training.diverged:
            figures = values(wanted, experiment, training.weights, x, y)
        parts[part] = {**getattr(training, part), **figures}
    return replace(training, train=parts["train"], test=parts["test"])


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
    functions = {name: metric.function for name, metric in METRICS.items() if metric.function}
    with warnings.catch_warnings():
        # Of classes that were answered and are not there.
        warnings.simplefilter("ignore", UserWarning)
        return {name: float(functions[name](y, answer, said)) for name in names}
