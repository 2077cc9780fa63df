"""What a trained network says of rows, and the metrics of that, by scikit-learn where it has them.

The function of each metric is in its row of the table of metrics.
"""

import warnings
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.target_transform import TargetTransform
from lossbench.results.constants import metric_value, of_each_target
from lossbench.results.result import Array
from lossbench.tables.losses import outputs as of_units
from lossbench.tables.metrics import METRICS
from lossbench.training.predict import ACTIVATIONS, decisions, predictions


class Answers(NamedTuple):
    """What a network says of rows, as metrics take it.

    ``truth`` and ``predicted`` are (rows,), or (rows, targets), and the others (rows, units).
    """

    truth: Array
    predicted: Array
    outputs: Array
    probabilities: Array

    def value(self, metric: str) -> float:
        """A metric, which is the mean of those of several targets."""
        with warnings.catch_warnings():
            # scikit-learn warns of classes that are predicted but not in y.
            warnings.simplefilter("ignore", UserWarning)
            return metric_value(metric, *self._arguments(metric))

    def of_each_target(self, metric: str) -> tuple[float, ...]:
        """A metric of each of several targets."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return tuple(of_each_target(metric, *self._arguments(metric)))

    def _arguments(self, metric: str) -> tuple[Array, Array, Array]:
        outputs = self.probabilities if METRICS[metric].of_probabilities else self.outputs
        return self.truth, self.predicted, outputs


def answers(
    experiment: Experiment,
    weights: tuple[Array, ...],
    x: Array,
    y: Array,
    transform: TargetTransform | None = None,
) -> Answers | None:
    """What weights say of data: x of shape (rows, …), y as metrics take it; None if not finite.

    What the network says becomes the target by the inverse of the ``transform``.
    """
    row = experiment.loss.row
    if isinstance(experiment.model, Perceptron):
        x = x.reshape(len(x), -1)  # as Keras flattens rows of several axes
    with np.errstate(all="ignore"):
        outputs = predictions(experiment, weights, x)
        if row.problem == "regression":
            outputs = of_units.values(row.outputs, outputs)
        if transform:
            outputs = transform.restored(outputs)
    if not np.isfinite(outputs).all():
        return None
    if row.problem == "regression":
        predicted = outputs if y.ndim == 2 else outputs[:, 0]
    else:
        predicted = of_units.classes(row.outputs, decisions(experiment, weights, x))
        outputs = of_units.of_classes(row.outputs, outputs)
    probabilities = ACTIVATIONS[row.link(experiment.output_activation)](outputs)
    return Answers(y, predicted, outputs, probabilities)


def values(
    names: Iterable[str],
    experiment: Experiment,
    weights: tuple[Array, ...],
    x: Array,
    y: Array,
    transform: TargetTransform | None = None,
) -> dict[str, float]:
    """Metrics of what ``answers`` gives; NaN where that is not finite."""
    found = answers(experiment, weights, x, y, transform)
    return {name: found.value(name) if found else np.nan for name in names}
