"""The data of an experiment as its program takes them: batches to train on, slices to evaluate."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Array, Split
from lossbench.tables.losses import encode
from lossbench.training.class_weight import row_weights

# How many rows are evaluated at once: it bounds the memory of an evaluation of large data.
ROWS_AT_ONCE = 2**13


class Examples(NamedTuple):
    """The training part, with the weight of every place in every batch: 0 where it is filled up.

    ``costs`` is what each row counts in the loss that is minimised, if not all count the same.
    """

    x: tf.Tensor
    y: tf.Tensor
    weights: tf.Tensor
    costs: tf.Tensor | None


class Slices(NamedTuple):
    """Both parts, the training one first, in slices of equal size that are evaluated in turn.

    ``x``, ``y`` and ``weights`` have shape (slices, rows, …); ``parts``, (slices, 2), says with
    a 1 which part a slice is of, and ``rows`` how many rows each has, test before train. A part
    that is held back for validation is a third one, in the last slices and the last column; its
    ``costs``, (slices, rows), are what each row counts in the loss, if not all count the same.
    """

    x: tf.Tensor
    y: tf.Tensor
    weights: tf.Tensor
    parts: tf.Tensor
    rows: tf.Tensor
    first_of_test: tf.Tensor
    costs: tf.Tensor | None


def tensors(experiment: Experiment, split: Split) -> tuple[Examples, Slices]:
    """The data as the program takes them."""
    labels, classes = experiment.loss.row.labels, len(split.classes)
    y_train, y_test = (encode(labels, y, classes) for y in (split.y_train, split.y_test))
    rows = experiment.fitted_rows(len(split.x_train))
    weights = in_batches(np.ones(rows, np.float32), min(experiment.batch_size, rows), fill=0.0)
    costs = split.weights_train
    if experiment.class_weight is not None:
        costs = row_weights(experiment.class_weight, split.y_train[:rows], split.classes)
    fitted = split.x_train[:rows], y_train[:rows]
    held_back = [(split.x_train[rows:], y_train[rows:])] if experiment.early_stopping else []
    x, y = map(tf.constant, fitted)
    of_fitted = None if costs is None else tf.constant(costs[:rows])
    # As in fit, the loss on what is held back heeds the weights of rows, and not those of classes.
    of_held_back = None if split.weights_train is None else split.weights_train[rows:]
    slices = _slices(fitted, (split.x_test, y_test), *held_back, costs=of_held_back)
    return Examples(x, y, tf.constant(weights), of_fitted), slices


def in_batches(values: Array, size: int, fill: float | None = None) -> Array:
    """Values in rows of ``size``, the last row filled up with ``fill`` or with its own first value.

    The filling of a batch weighs nothing, but it is made of the batch's own rows so that it
    cannot bring in a number that the batch does not have, such as infinity.
    """
    missing = -len(values) % size
    first = values[len(values) - len(values) % size] if fill is None and missing else fill
    return np.append(values, np.full(missing, first, values.dtype)).reshape(-1, size)


def _slices(*parts: tuple[Array, Array], costs: Array | None = None) -> Slices:
    """The parts, train before test, in slices of one size, each last one filled up at weight 0.

    ``costs`` are those of the rows that are held back.
    """
    size = min(len(parts[1][0]), ROWS_AT_ONCE)
    numbers = [in_batches(np.arange(len(x)), size) for x, _ in parts]
    weights = [in_batches(np.ones(len(x), np.float32), size, fill=0.0) for x, _ in parts]
    counts = [len(slices) for slices in numbers]
    of_slices = None
    if costs is not None and len(costs):
        of_slices = tf.constant(np.concatenate([*weights[:2], in_batches(costs, size, fill=0.0)]))
    # Test stands before train, and what is held back behind them.
    columns = [1, 0, 2][: len(parts)]
    return Slices(
        tf.constant(np.concatenate([x[rows] for (x, _), rows in zip(parts, numbers, strict=True)])),
        tf.constant(np.concatenate([y[rows] for (_, y), rows in zip(parts, numbers, strict=True)])),
        tf.constant(np.concatenate(weights)),
        tf.constant(np.repeat(np.eye(len(parts), dtype=np.float32)[columns], counts, axis=0)),
        tf.constant([len(parts[column][0]) for column in columns], tf.float32),
        tf.constant(counts[0]),
        of_slices,
    )
