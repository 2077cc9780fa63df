"""Metrics of the final weights, by scikit-learn, from the predictions of these weights.

They are computed after training, and only where a config asks for them. The function of each is in
its row of the table of metrics.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.data.target_transform import TargetTransform
from lossbench.results.constants import constants_of
from lossbench.results.result import PARTS, Array, Result, Training
from lossbench.results.target_units import units_of
from lossbench.tables.losses import outputs as of_units
from lossbench.tables.metric import Metric
from lossbench.tables.metrics import METRICS, unbalanced
from lossbench.training.predict import ACTIVATIONS, decisions, predictions


def complete(
    experiment: Experiment, splits: Sequence[Split], trainings: Iterable[Training]
) -> Result:
    """The result of an experiment, with all metrics that its config asks for.

    ``trainings`` have the loss and the metrics of every epoch already.
    """
    wanted = [name for name in experiment.metrics if name not in experiment.tracked]
    if wanted:
        trainings = [
            _with(wanted, with_point(experiment, it.tuned), splits[it.split], it)
            for it in trainings
        ]
    first = splits[0]
    return Result(
        experiment,
        first.sha256,
        tuple(trainings),
        first.classes,
        target=units_of(first, experiment.fitted_rows(first)),
        constants=tuple(constants_of(experiment, it) for it in splits),
        rows=(len(first.y_train), len(first.y_test)),
        class_rows=first.class_rows if unbalanced(first.class_rows) else (),
    )


def _with(wanted: list[str], experiment: Experiment, split: Split, training: Training) -> Training:
    """A training with the wanted metrics of both parts; NaN where it diverged."""
    if training.diverged:
        of_parts = dict.fromkeys(PARTS, dict.fromkeys(wanted, np.nan))
    else:
        # The rows that early stopping held back are in neither the train nor the test part.
        rows, (y_train, y_test) = experiment.fitted_rows(split), split.measured
        data = {"train": (split.x_train[:rows], y_train[:rows]), "test": (split.x_test, y_test)}
        transform = split.original.transform if split.original else None
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
    """Metrics of weights on data: x of shape (rows, …), y (rows,) as metrics take it.

    What the network says becomes the target by the inverse of the ``transform``. All metrics are
    NaN where that is not finite.
    """
    row = experiment.loss.row
    if isinstance(experiment.model, Perceptron):
        x = x.reshape(len(x), -1)  # as Keras flattens rows of several axes
    with np.errstate(all="ignore"):
        outputs = predictions(experiment, weights, x)
        if row.problem == "regression":
            outputs = of_units.value(outputs)
        if transform:
            outputs = transform.restored(outputs)
    if not np.isfinite(outputs).all():
        return dict.fromkeys(names, np.nan)
    if row.problem == "regression":
        predicted = outputs[:, 0]
    else:
        predicted = of_units.classes(row.outputs, decisions(experiment, weights, x))
        outputs = of_units.of_classes(row.outputs, outputs)
    probabilities = ACTIVATIONS[row.link(experiment.output_activation)](outputs)

    def value(metric: Metric) -> float:
        assert metric.function
        return float(
            metric.function(y, predicted, probabilities if metric.of_probabilities else outputs)
        )

    with warnings.catch_warnings():
        # scikit-learn warns of classes that are predicted but not in y.
        warnings.simplefilter("ignore", UserWarning)
        return {name: value(METRICS[name]) for name in names}
