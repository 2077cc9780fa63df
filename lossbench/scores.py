"""What each prediction is worth: losses and metrics, example by example, in TensorFlow.

Labels and predictions have shape (rows, units), a score shape (rows,). The value of a loss or
metric is the mean of its score.

To add a metric, add a function to METRICS, and its name to the losses that report it.
"""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf

from lossbench.experiment import Experiment
from lossbench.losses import Labels

Score = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def scores(experiment: Experiment) -> list[Score]:
    """The scores of an experiment: its loss, then its metrics."""
    loss = getattr(keras.losses, experiment.loss.name)
    labels = experiment.loss.row.labels
    return [
        partial(loss, **experiment.loss.parameters),
        *(partial(METRICS[metric], labels) for metric in experiment.metrics),
    ]


def mse(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """The squared error."""
    return tf.square(y - prediction)[:, 0]


def mae(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """The absolute error."""
    return tf.abs(y - prediction)[:, 0]


def accuracy(labels: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """1 on the right side of the decision boundary, else 0; the boundary itself is class 0's.

    The boundary lies at 0.5 between the labels 0 and 1, and at 0 between -1 and 1. Of several
    units the largest decides.
    """
    if labels == "integer":
        right = tf.argmax(prediction, axis=1, output_type=tf.int32) == y[:, 0]
    elif labels == "one-hot":
        right = tf.argmax(prediction, axis=1) == tf.argmax(y, axis=1)
    else:
        boundary = 0.5 if labels == "0/1" else 0.0
        right = ((prediction > boundary) == (y > boundary))[:, 0]
    return tf.cast(right, tf.float32)


def rounded_accuracy(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """1 where the prediction, rounded to the nearest integer, equals the label.

    What Keras 2.2.4 called the accuracy of a single output. Of a tanh output, every prediction
    from -0.5 to 0.5 counts as wrong, on whichever side of the boundary it lies.
    """
    return tf.cast(tf.round(prediction) == y, tf.float32)[:, 0]


METRICS: dict[str, Callable[[Labels, tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "mse": mse,
    "mae": mae,
    "accuracy": accuracy,
    "rounded_accuracy": rounded_accuracy,
}
