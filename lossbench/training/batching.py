"""The data of an experiment as a compiled program takes them: in batches of one size.

XLA compiles for fixed shapes, so that the last batch is padded where the batch size does not divide
the rows. A mask tells rows from padding.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Array, Split
from lossbench.data.freed import AT_ONCE, give_back_mapped
from lossbench.tables.layers import Shape
from lossbench.tables.losses import class_shares, encode
from lossbench.tables.metrics import METRICS
from lossbench.training.class_weight import row_weights

# How many rows, and numbers of x where layers may make many of each, are evaluated at once: it
# bounds the memory that evaluating large data takes.
EVALUATION_BATCH, NUMBERS_AT_ONCE = 2**13, 2**17
ALIGNMENT = 64  # bytes: TensorFlow ends the process if it finds a tensor at any other address


class TrainingRows(NamedTuple):
    """Which places of the batches of an epoch have a row to train on, and what the rows count.

    The rows themselves are those of ``EvaluationBatches``. ``mask``, (batches, batch size), is 1
    for a row and 0 for padding. ``weights``, (rows,), are what each row counts in the loss that is
    minimised; None if all count the same. ``balance`` is that of ``EvaluationBatches`` for these
    rows, (rows,), where they are the ones that are watched.
    """

    mask: tf.Tensor
    weights: tf.Tensor | None
    balance: tf.Tensor | None = None


class EvaluationBatches(NamedTuple):
    """All parts in batches of equal size: train first, then test, then what is held back.

    ``x``, ``y`` and ``mask`` have shape (batches, batch size, …); ``y`` is as ``encoded`` gives it.
    ``parts``, (batches, parts), says with a 1 which part a batch is of; ``rows``, (parts,), how
    many rows each part has; ``first_of_test`` which batch is the first of the test part.
    ``weights``, (batches, batch size), are what each row counts in the loss; None if all count the
    same. ``balance``, of the same shape, is what each row counts in a metric that is watched on the
    rows held back, if that is not the mean over rows; else None.
    """

    x: tf.Tensor
    y: tf.Tensor
    mask: tf.Tensor
    parts: tf.Tensor
    rows: tf.Tensor
    first_of_test: tf.Tensor
    weights: tf.Tensor | None
    balance: tf.Tensor | None

    def to_train_on(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The x and y of training rows by their numbers.

        The train part comes first and only its last batch is padded, so the data, which may be most
        of the memory, are not needed a second time without padding.
        """
        x, y = (tf.reshape(it, (-1, *it.shape[2:])) for it in (self.x, self.y))
        return tf.gather(x, numbers), tf.gather(y, numbers)


Inputs = tuple[TrainingRows, EvaluationBatches]


def program_inputs(experiment: Experiment, split: Split, filled: bool = True) -> Inputs:
    """The data as a program takes them: to train on, and to evaluate.

    Unless they are ``filled``, x and y are any numbers, and take no memory until they are looked
    at: those of a program that is compiled, which looks at none.
    """
    y_train, y_test = encoded(experiment, split)
    rows = experiment.fitted_rows(split)
    mask = in_batches(np.ones(rows, np.float32), min(experiment.batch_size, rows), padding=0.0)
    weights = split.weights_train
    if experiment.class_weight is not None:
        weights = row_weights(experiment.class_weight, split.y_train[:rows], split.classes)
    train = split.x_train[:rows], y_train[:rows]
    held_back = [(split.x_train[rows:], y_train[rows:])] if experiment.early_stopping else []
    of_rows = None if weights is None else tf.constant(weights[:rows])
    # As in fit, the loss on the rows held back uses the weights of rows, but not those of classes.
    of_held_back = None if split.weights_train is None else split.weights_train[rows:]
    perceptron = isinstance(experiment.model, Perceptron)
    watched = slice(rows, None) if experiment.early_stopping else slice(None)
    balance = _balance(experiment, split.measured[0][watched], split.classes)
    batches = _evaluation_batches(
        train,
        (split.x_test, y_test),
        *held_back,
        weights=of_held_back,
        most=EVALUATION_BATCH if perceptron else rows_at_once(split.row_shape),
        balance=balance if experiment.early_stopping else None,
        filled=filled,
    )
    of_training = None
    if balance is not None and not experiment.early_stopping:
        of_training = tf.constant(balance)
    return TrainingRows(tf.constant(mask), of_rows, of_training), batches


def rows_at_once(row: Shape) -> int:
    """How many rows of a shape layers of any kind may evaluate at once."""
    return max(32, min(EVALUATION_BATCH, NUMBERS_AT_ONCE // prod(row)))


def _balance(experiment: Experiment, target: Array, classes: Sequence[str]) -> Array | None:
    """What each row counts in a metric that is watched on rows of this target; None if all alike.

    The mean over rows then is the mean of the means over the rows of each class, or the mean in
    units of the variance of the target.
    """
    for row in (METRICS[it] for it in experiment.monitored):
        if row.follows == "mean of classes":
            return row_weights("balanced", target, classes)
        if row.follows == "1 - share of variance":
            return np.full(len(target), 1 / np.var(target, dtype=np.float64), np.float32)
    return None


def encoded(experiment: Experiment, split: Split) -> tuple[Array, Array]:
    """The target of both parts as the loss expects it, and what metrics need besides.

    A target that is transformed has two further columns, from ``TargetTransform.of_errors``. So
    its scale is no part of a program, and each row has it wherever the row goes. In the same way
    a loss that needs the class shares of the rows that are trained on finds them in further
    columns.
    """
    row, classes = experiment.loss.row, len(split.classes)
    y_train, y_test = (encode(row.labels, y, classes) for y in (split.y_train, split.y_test))
    if row.class_shares:
        shares = class_shares(split.y_train[: experiment.fitted_rows(split)], classes)
        y_train, y_test = (np.hstack([y, np.tile(shares, (len(y), 1))]) for y in (y_train, y_test))
    if split.original is None:
        return y_train, y_test
    further = map(split.original.transform.of_errors, split.measured)
    y_train, y_test = (
        np.hstack([y, of_errors.astype(np.float32)])
        for y, of_errors in zip((y_train, y_test), further, strict=True)
    )
    return y_train, y_test


def in_batches(values: Array, size: int, padding: float | None = None) -> Array:
    """Values in batches of ``size``; the last one is padded, by default with its own first value.

    Padding has no weight, but without a value given it is made of the batch's own rows, so that it
    cannot bring in a number that the batch does not have, such as infinity.
    """
    missing = -len(values) % size
    if padding is None and missing:
        padding = values[len(values) - len(values) % size]
    return np.append(values, np.full(missing, padding, values.dtype)).reshape(-1, size)


def orders_in_batches(orders: Array, shape: tuple[int, ...]) -> Array:
    """Row numbers in the order of training, (epochs, rows), as a program takes them.

    ``shape`` is (epochs of a call, batches, batch size). The last batch is padded with its own
    first row; epochs that are not to be trained are empty.
    """
    (epochs, rows), (most, batches, size) = orders.shape, shape
    numbers = np.zeros((most, batches * size), np.int32)
    numbers[:epochs, :rows] = orders
    numbers[:epochs, rows:] = orders[:, rows - rows % size :][:, :1]
    return numbers.reshape(shape)


def _taken(parts: Sequence[Array], numbers: Sequence[Array], filled: bool) -> tf.Tensor:
    """The rows of each part by their numbers, (batches, batch size, columns), one after the other.

    They may be most of the memory, so they are copied once: the tensor takes over the memory of an
    array, while ``tf.constant`` would hold two more copies for a while. Of rows that are mapped
    from a file only a few are in memory at a time.
    """
    counts = [len(rows) for rows in numbers]
    taken = _aligned((sum(counts), *numbers[0].shape[1:], *parts[0].shape[1:]), parts[0].dtype)
    ends = np.cumsum(counts)
    step = max(1, len(taken) * AT_ONCE // taken.nbytes)
    for values, rows, end in zip(parts, numbers, ends, strict=True) if filled else ():
        of_part = taken[end - len(rows) : end]
        for first in range(0, len(rows), step):
            some = slice(first, first + step)
            np.take(values, rows[some], axis=0, out=of_part[some], mode="clip")
            give_back_mapped(values)
    return tf.experimental.dlpack.from_dlpack(taken.__dlpack__())


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array for any values, at an address where TensorFlow can use its memory."""
    size = prod(shape) * dtype.itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(dtype).reshape(shape)


def _evaluation_batches(
    *parts: tuple[Array, Array],
    most: int,
    weights: Array | None,
    balance: Array | None,
    filled: bool,
) -> EvaluationBatches:
    """The parts in batches of one size; ``weights`` and ``balance`` are of the rows held back."""
    size = min(len(parts[1][0]), most)
    numbers = [in_batches(np.arange(len(x)), size) for x, _ in parts]
    masks = [in_batches(np.ones(len(x), np.float32), size, padding=0.0) for x, _ in parts]
    counts = [len(batches) for batches in numbers]

    def beside_masks(of_held_back: Array | None) -> tf.Tensor | None:
        if of_held_back is None or not len(of_held_back):
            return None
        return tf.constant(np.concatenate([*masks[:2], in_batches(of_held_back, size, 0.0)]))

    return EvaluationBatches(
        _taken([x for x, _ in parts], numbers, filled),
        _taken([y for _, y in parts], numbers, filled),
        tf.constant(np.concatenate(masks)),
        tf.constant(np.repeat(np.eye(len(parts), dtype=np.float32), counts, axis=0)),
        tf.constant([len(x) for x, _ in parts], tf.float32),
        tf.constant(counts[0]),
        beside_masks(weights),
        beside_masks(balance),
    )
