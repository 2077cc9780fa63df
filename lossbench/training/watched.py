"""What early stopping and ReduceLROnPlateau watch, turned so that less is better."""

from typing import NamedTuple

import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.tables.metrics import METRICS
from lossbench.training.figures import LOSS


class Watched(NamedTuple):
    """The loss or the metric that is watched; ``place`` is that of its mean among the figures.

    An error has the scale of the metric, so that ``min_delta`` means what it does in Keras.
    """

    monitor: str
    place: int

    def error(self, figures: tf.Tensor) -> tf.Tensor:
        """The error of the figures of some rows, (figures,)."""
        mean = figures[self.place]
        if self.place == LOSS:
            return mean
        row = METRICS[self.monitor]
        if row.follows == "root":
            mean = tf.sqrt(mean)
        return mean if METRICS[row.as_mean_of].smaller_is_better else -mean

    def error_of(self, value: float) -> float:
        """The error of a value of the loss or the metric itself."""
        if self.place == LOSS:
            return value
        row = METRICS[self.monitor]
        if row.follows == "1 - share of variance":
            return 1 - value
        return value if row.smaller_is_better else -value


def watched(experiment: Experiment, monitor: str) -> Watched:
    """What is watched by the name of a config; metrics come last among the figures."""
    metrics = experiment.monitored
    place = metrics.index(monitor) - len(metrics) if monitor in metrics else LOSS
    return Watched(monitor, place)


def weighted_places(experiment: Experiment) -> list[int]:
    """The places of the metrics in whose means rows count by ``batching.balance``."""
    metrics = experiment.monitored
    return [watched(experiment, it).place for it in metrics if METRICS[it].weighs_rows]
