"""Losses and metrics row by row, in TensorFlow.

A score is the loss or a metric of each row, shape (rows,), for labels and predictions of shape
(rows, units). The value of a loss or metric is the mean of its score.

To add a metric that is taken after every epoch, add its row to ``tables/metrics.py`` and its
function to METRICS, or to ERRORS if it is of a real target.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from lossbench.config import own_function
from lossbench.config.experiment import Experiment
from lossbench.config.sections.loss import LossChoice
from lossbench.data.target_transform import TargetTransform
from lossbench.tables.losses import outputs as of_units
from lossbench.tables.losses.outputs import Outputs
from lossbench.tables.metrics import METRICS as TABLE
from lossbench.tables.problems import Labels
from lossbench.text import cut, described

Score = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
# What Keras calls the mean over rows, and no reduction at all, which leaves it to us.
MEANS = ("sum_over_batch_size", "mean", "none", None)


def scores(experiment: Experiment, transform: TargetTransform | None = None) -> list[Score]:
    """The scores of an experiment: its loss, then the metrics of every epoch.

    Where metrics are watched, their scores come last, once more; that of early stopping is the
    very last one.

    With a ``transform`` of the target, and with a loss that needs the shares of classes, the labels
    have the columns of ``batching.encoded``. With a transform the loss is of what the network
    learns, and metrics are in the units of the target itself.
    """
    loss = loss_function(experiment)
    labels = experiment.loss.row.labels
    if labels == "real":
        meaning = experiment.loss.row.outputs
        error = partial(_error, meaning)
        if transform:
            error = partial(_restored_error, meaning, transform.logarithmic)
        metrics = {name: partial(_of_error, metric, error) for name, metric in ERRORS.items()}
    else:
        metrics = {name: partial(metric, labels) for name, metric in METRICS.items()}
    if labels == "0/1" and experiment.output_activation == "linear":
        metrics["accuracy"] = partial(_accuracy_of_logits, labels)
    if experiment.loss.row.outputs == "thresholds":
        metrics["accuracy"] = partial(_accuracy_of_thresholds, labels)
    if experiment.loss.row.class_shares:
        metrics = {name: partial(_of_labels, metric) for name, metric in metrics.items()}
    names = [*experiment.tracked, *(TABLE[it].as_mean_of for it in experiment.monitored)]
    return [
        partial(_of_learned, loss) if transform else loss,
        *(metrics[metric] for metric in names),
    ]


def loss_function(experiment: Experiment) -> "partial[tf.Tensor]":
    """The loss of each row; raises ImportError where a user's own loss cannot be imported."""
    choice = experiment.loss
    if choice.function is not None:
        function = own_function.load(choice.function, base=keras.losses.Loss)
        if isinstance(function, type):
            function = _call_of(choice.function, function, choice.parameters)
        else:
            function = partial(function, **choice.parameters)
        return partial(_per_row, choice.function, function)
    each = [(it.weight, _of_table(it.loss, experiment.output_activation)) for it in choice.terms]
    return partial(_weighted_sum, each) if choice.sum is not None else each[0][1]


def _of_table(choice: LossChoice, output_activation: str) -> "partial[tf.Tensor]":
    parameters, row = choice.parameters, choice.row
    if row.logits and output_activation == "linear":
        parameters["from_logits"] = True
    if isinstance(parameters.get("alpha"), tuple):
        parameters["alpha"] = list(parameters["alpha"])
    function = partial(row.function, keras) if row.function else getattr(keras.losses, row.name)
    return partial(function, **parameters)


def _weighted_sum(
    terms: Sequence[tuple[float, Score]], y: tf.Tensor, prediction: tf.Tensor
) -> tf.Tensor:
    return tf.add_n([weight * loss(y, prediction) for weight, loss in terms])


def _call_of(name: str, kind: type[keras.losses.Loss], parameters: Mapping[str, Any]) -> Score:
    """The ``call`` of a user's own loss, with labels and outputs of the type that Keras gives it.

    Raises ValueError where it cannot be built, and where ``fit`` would make something else of it
    than the mean of its rows.
    """
    try:
        loss = kind(**parameters)
        reduction = loss.reduction
    except Exception as error:
        message = cut(described(error), 200)
        raise ValueError(f"{name} raised {message}; {own_function.KIND}") from error
    wrong = ""
    if kind.__call__ is not keras.losses.Loss.__call__:
        wrong = "has a __call__ of its own, and only its call is used"
    elif reduction not in MEANS:
        wrong = f"has the reduction '{reduction}', and a loss here is the mean of its rows"
    if wrong:
        raise ValueError(f"{name} {wrong}; {own_function.KIND}")

    def call(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return loss.call(*(keras.ops.cast(it, loss.dtype) for it in (y, prediction)))

    return call


def _per_row(name: str, function: Score, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """A user's own loss; where it gives a value for each unit, the mean of them.

    Raises ValueError where the function is no loss: without a gradient nothing would be trained,
    and with random numbers every run would give another result.
    """
    graph = tf.compat.v1.get_default_graph()
    known = len(graph.get_operations())
    # Keras's cross-entropies look behind a softmax or a sigmoid, and compute with the logits.
    watched = [prediction, *(it for it in prediction.op.inputs if it.dtype.is_floating)]
    try:
        with tf.GradientTape() as tape:
            tape.watch(watched)
            value = tf.cast(tf.convert_to_tensor(function(y, prediction)), tf.float32)
    except Exception as error:
        message = cut(described(error), 200)
        raise ValueError(f"{name} raised {message}; {own_function.KIND}") from error
    wrong = ""
    if value.shape.rank == 0:
        wrong = "returns one value for all rows"
    elif value.shape.rank is None or value.shape[0] != prediction.shape[0]:
        wrong = f"returns the shape {value.shape} for {prediction.shape[0]} rows"
    elif any("Random" in it.type for it in graph.get_operations()[known:]):
        wrong = "draws random numbers, which no seed in a config decides"
    elif all(it is None for it in tape.gradient(value, watched)):
        wrong = "has no gradient with respect to y_pred"
    if wrong:
        raise ValueError(f"{name} {wrong}; {own_function.KIND}")
    return tf.reduce_mean(tf.reshape(value, (value.shape[0], -1)), axis=1)


def _of_learned(loss: Score, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """The loss of what the network learns, the first column of the labels."""
    return loss(y[:, :1], prediction)


def _of_labels(metric: Score, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """A metric of the labels alone, which come before the class shares."""
    return metric(y[:, : prediction.shape[1]], prediction)


def _of_error(
    metric: Callable[[tf.Tensor], tf.Tensor], error: Score, y: tf.Tensor, prediction: tf.Tensor
) -> tf.Tensor:
    """A metric of the predicted values, over the targets of a row."""
    return _over_targets(metric(error(y, prediction)))


def _over_targets(values: tf.Tensor) -> tf.Tensor:
    """The mean over the targets of each row, (rows,) of (rows, targets)."""
    return values[:, 0] if values.shape[1] == 1 else tf.reduce_mean(values, axis=1)


def _error(meaning: Outputs, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """By how much the targets lie above the predicted values, (rows, targets)."""
    return y - of_units.values(meaning, prediction)


def _restored_error(
    meaning: Outputs, logarithmic: bool, y: tf.Tensor, prediction: tf.Tensor
) -> tf.Tensor:
    """The same of a transformed target, in its own units; see ``TargetTransform.of_errors``.

    It has no gradient: one of 0 times an infinite error would be NaN, and reach the weights.
    """
    learned, slope, factor = tf.split(y, 3, axis=1)
    predicted = of_units.values(meaning, prediction)
    above = slope * (tf.stop_gradient(predicted) - learned)
    return -factor * (tf.math.expm1(above) if logarithmic else above)


def accuracy(labels: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """1 on the right side of the decision boundary, else 0; on the boundary itself it is class 0.

    The boundary is 0.5 for the labels 0 and 1, and 0 for the labels -1 and 1. With several units,
    the class is that of the largest one. Of several labels of a row it is the share that is right.
    """
    if labels == "integer":
        right = tf.argmax(prediction, axis=1, output_type=tf.int32) == y[:, 0]
    elif labels == "one-hot":
        right = tf.argmax(prediction, axis=1) == tf.argmax(y, axis=1)
    else:
        boundary = 0.5 if labels == "0/1" else 0.0
        return _over_targets(tf.cast((prediction > boundary) == (y > boundary), tf.float32))
    return tf.cast(right, tf.float32)


def _accuracy_of_logits(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """The accuracy of a linear output for the labels 0 and 1: its boundary is 0."""
    return _over_targets(tf.cast((prediction > 0) == (y > 0.5), tf.float32))


def _accuracy_of_thresholds(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """The accuracy of thresholds for integer labels: the class is how many are likely passed.

    ``margins`` of ``tables.losses.outputs`` has the same boundaries.
    """
    above = tf.cumsum(tf.math.log_sigmoid(prediction), axis=1) > -math.log(2)
    return tf.cast(tf.reduce_sum(tf.cast(above, y.dtype), axis=1) == y[:, 0], tf.float32)


def rounded_accuracy(_: Labels, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """1 where the prediction, rounded to the nearest integer, equals the label.

    This is what Keras 2.2.4 called the accuracy of a single output. With a tanh output, every
    prediction from -0.5 to 0.5 counts as wrong, on whichever side of the boundary it lies.
    """
    return _over_targets(tf.cast(tf.round(prediction) == y, tf.float32))


METRICS: dict[str, Callable[[Labels, tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "accuracy": accuracy,
    "rounded_accuracy": rounded_accuracy,
}
# Of the errors, (rows, targets), in the units of the target.
ERRORS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {"mse": tf.square, "mae": tf.abs}
