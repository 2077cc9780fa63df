"""Metrics of the final weights, by scikit-learn, from the predictions of these weights.

They are computed after training, and only where a config asks for them. The function of each is in
its row of the table of metrics.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.data.target_transform import TargetTransform
from lossbench.results.predict import decisions, predictions
from lossbench.results.result import PARTS, Array, Result, Training
from lossbench.results.target_units import units_of
from lossbench.tables.metrics import METRICS


def complete(experiment: Experiment, split: Split, trainings: Iterable[Training]) -> Result:
    """The result of an experiment, with all metrics that its config asks for.

    ``trainings`` have the loss and the metrics of every epoch already.
    """
    wanted = [name for name in experiment.metrics if name not in experiment.tracked]
    # The rows that early stopping held back are in neither the train nor the test part.
    rows = experiment.fitted_rows(len(split.x_train))
    target = units_of(split, rows)
    if wanted:
        y_train, y_test = split.measured
        data = {"train": (split.x_train[:rows], y_train[:rows]), "test": (split.x_test, y_test)}
        transform = target.transform if target else None
        trainings = [_with(wanted, experiment, data, it, transform) for it in trainings]
    return Result(experiment, split.sha256, tuple(trainings), split.classes, target=target)


def _with(
    wanted: list[str],
    experiment: Experiment,
    data: Mapping[str, tuple[Array, Array]],
    training: Training,
    transform: TargetTransform | None,
) -> Training:
    """A training with the wanted metrics of both parts; NaN where it diverged."""
    if training.diverged:
        of_parts = dict.fromkeys(PARTS, dict.fromkeys(wanted, np.nan))
    else:
        of_parts = {
            part: values(wanted, experiment, training.weights, *data[part], transform)
            for part in PARTS
        }
    return replace(
        training,
        train={**training.train, **of_parts["train"]},
        test={**training.test, **of_parts["test"]},
    )


def values(
    names: Iterable[str],
    experiment: Experiment,
    weights: tuple[Array, ...],
    x: Array,
    y: Array,
    transform: TargetTransform | None = None,
) -> dict[str, float]:
    """Metrics of weights on data: x of shape (rows, features), y (rows,) as metrics take it.

    What the network says becomes the target by the inverse of the ``transform``. All metrics are
    NaN where that is not finite.
    """
    with np.errstate(all="ignore"):
        outputs = predictions(experiment, weights, x)
        if transform:
            outputs = transform.restored(outputs)
    if not np.isfinite(outputs).all():
        return dict.fromkeys(names, np.nan)
    if experiment.loss.row.problem == "regression":
        predicted = outputs[:, 0]
    else:
        units = decisions(experiment, weights, x)
        predicted = units.argmax(axis=-1) if units.shape[-1] > 1 else (units[:, 0] > 0).astype(int)
    functions = {name: metric.function for name, metric in METRICS.items() if metric.function}
    with warnings.catch_warnings():
        # scikit-learn warns of classes that are predicted but not in y.
        warnings.simplefilter("ignore", UserWarning)
        return {name: float(functions[name](y, predicted, outputs)) for name in names}
