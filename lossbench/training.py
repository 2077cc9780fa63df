"""Training, compiled: what Keras's ``fit`` does, without its price per step.

One XLA program holds the whole training: a loop over epochs around a loop over batches,
made of Keras's own layers, losses and optimizers. Another seed is the same program called
again with other initial weights and row orders, so a seed's result cannot depend on which
other seeds ran.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from lossbench.arguments import Slots, with_arguments
from lossbench.datasets import Split
from lossbench.experiment import Experiment
from lossbench.losses import encode
from lossbench.network import build, initial_weights
from lossbench.results import HALVES, Array, Training, shortest
from lossbench.scores import Score, scores

# How many row numbers are handed over, and how many rows evaluated, at once: they bound the
# memory of a training on large data.
INDICES_AT_ONCE = 2**22
ROWS_AT_ONCE = 2**13


class Examples(NamedTuple):
    """The training half, with the weight of every place in every batch: 0 where it is filled up."""

    x: tf.Tensor
    y: tf.Tensor
    weights: tf.Tensor


class Slices(NamedTuple):
    """Both halves, the training one first, in slices of equal size that are evaluated in turn.

    ``x``, ``y`` and ``weights`` have shape (slices, rows, …); ``halves``, (slices, 2), says with
    a 1 which half a slice is of, and ``rows`` how many rows each has, test before train.
    """

    x: tf.Tensor
    y: tf.Tensor
    weights: tf.Tensor
    halves: tf.Tensor
    rows: tf.Tensor
    first_of_test: tf.Tensor


class Program(NamedTuple):
    """A compiled training and the variables it works on, for every experiment of one ``key``.

    Neither the data nor the values of the variables are part of it: those of the optimizer, and
    of the ``slots``. ``epochs_at_once`` is how many epochs one call of ``run`` trains at most.
    """

    model: keras.Sequential
    optimizer: keras.optimizers.Optimizer
    slots: Slots
    run: Callable[..., tf.Tensor]
    epochs_at_once: int


class Outcome(NamedTuple):
    """The figures of one training, the loss before the metrics, and its final weights.

    ``history`` has shape (epochs, 2, figures) and ``final`` (2, figures), train before test.
    """

    history: Array
    final: Array
    weights: list[Array]


def trainer(
    experiment: Experiment, split: Split, program: Program | None = None
) -> Callable[[int], Training]:
    """A function that trains the experiment once from a seed.

    The row orders and each layer's weights are drawn from independent streams of the seed. With
    a ``program``, compiled for an experiment of the same ``programs.key``, nothing is compiled.
    """
    program = program or compile_program(experiment, split)
    model = program.model
    with tf.device("CPU:0"):
        train = _with_values(experiment, split, program)

    def train_from(seed: int) -> Training:
        order_stream, *layer_streams = np.random.SeedSequence(seed).spawn(1 + len(model.layers))
        shuffle = np.random.default_rng(order_stream)
        orders = (shuffle.permutation(len(split.x_train)) for _ in range(experiment.epochs))
        with tf.device("CPU:0"):
            return _training(experiment, seed, train(initial_weights(model, layer_streams), orders))

    return train_from


def compile_program(
    experiment: Experiment, split: Split, model: keras.Sequential | None = None
) -> Program:
    """Compile an experiment's program, for itself and all others of the same ``programs.key``."""
    # Where there is a GPU, a network this small waits longer for it than it computes.
    with tf.device("CPU:0"):
        model = model or build(experiment, split.x_train.shape[1], len(split.classes))
        open_to_values, slots = with_arguments(experiment)
        optimizer = _optimizer(open_to_values, model)
        rows = len(split.x_train)
        size = min(experiment.batch_size, rows)
        epochs_at_once = max(1, min(experiment.epochs, INDICES_AT_ONCE // rows))
        run = _program(model, optimizer, scores(open_to_values))
        # No epoch at all is trained here, only compiled. A number of Python would be a constant
        # of the program, and every other number another program.
        nothing = np.zeros((epochs_at_once, -(-rows // size), size), np.int32)
        run(*_tensors(experiment, split), nothing, tf.constant(0))
    return Program(model, optimizer, slots, run, epochs_at_once)


def compile_training(
    experiment: Experiment, split: Split, model: keras.Sequential
) -> Callable[[list[Array], Iterable[Array]], Outcome]:
    """A function from initial weights and the row order of every epoch to an Outcome.

    The weights are in the order of ``model.weights``, and an order is a permutation of the
    training rows. Where the batch size does not divide them, the last batch is shorter, as in
    ``fit``.
    """
    return _with_values(experiment, split, compile_program(experiment, split, model))


def _with_values(
    experiment: Experiment, split: Split, program: Program
) -> Callable[[list[Array], Iterable[Array]], Outcome]:
    """The function of ``compile_training``: the program with this experiment's data and values."""
    model, optimizer, slots, run, epochs_at_once = program
    # The values are those of an optimizer of its own: momenta of 0, and its learning rate.
    fresh = [variable.numpy() for variable in _optimizer(experiment, model).variables]
    examples, slices = _tensors(experiment, split)
    size = examples.weights.shape[1]

    def train(initial: list[Array], orders: Iterable[Array]) -> Outcome:
        for variable, value in zip(optimizer.variables, fresh, strict=True):
            variable.assign(value)
        slots.fill(experiment)
        model.set_weights(initial)
        orders = iter(orders)
        chunks = []
        while chunk := [_in_batches(order, size) for order in islice(orders, epochs_at_once)]:
            padding = [chunk[0]] * (epochs_at_once - len(chunk))
            indices = np.stack(chunk + padding).astype(np.int32)
            epochs = tf.constant(len(chunk))
            chunks.append(run(examples, slices, indices, epochs).numpy()[: len(chunk)])
        figures = np.concatenate(chunks)
        return Outcome(figures[:, :2], figures[-1, :0:-1], model.get_weights())

    return train


def _optimizer(experiment: Experiment, model: keras.Sequential) -> keras.optimizers.Optimizer:
    """A fresh optimizer of the model's weights."""
    optimizer = getattr(keras.optimizers, experiment.optimizer.name)(
        **experiment.optimizer.parameters
    )
    optimizer.build(model.trainable_variables)
    return optimizer


def _tensors(experiment: Experiment, split: Split) -> tuple[Examples, Slices]:
    """The data as the program takes them."""
    labels, classes = experiment.loss.row.labels, len(split.classes)
    y_train, y_test = (encode(labels, y, classes) for y in (split.y_train, split.y_test))
    rows = len(y_train)
    weights = _in_batches(np.ones(rows, np.float32), min(experiment.batch_size, rows), fill=0.0)
    examples = Examples(tf.constant(split.x_train), tf.constant(y_train), tf.constant(weights))
    return examples, _slices((split.x_train, y_train), (split.x_test, y_test))


def _program(
    model: keras.Sequential, optimizer: keras.optimizers.Optimizer, scores: list[Score]
) -> Callable[..., tf.Tensor]:
    """The XLA program; one shape of arguments is one compilation.

    It trains so many epochs in the order of ``indices``, (epochs, batches, batch size), and
    returns figures shaped (epochs, 3, figures): of the training half during the epoch, of the
    test half after it, and, in the last epoch only, of the training half after it.
    """
    trainable = model.trainable_variables

    def figures(y: tf.Tensor, prediction: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        return tf.stack([tf.reduce_sum(score(y, prediction) * weights) for score in scores])

    def step(x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            sums = figures(y, model(x, training=True), weights)
            loss = sums[0] / tf.reduce_sum(weights)
        gradients = tape.gradient(loss, [variable.value for variable in trainable])
        optimizer.apply(gradients, trainable)
        return sums

    def evaluate(slices: Slices, first: tf.Tensor) -> tf.Tensor:
        """Figures of both halves, (2, figures), test before train; needs slices from ``first``."""

        def add(part: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            prediction = model(slices.x[part], training=False)
            of_part = figures(slices.y[part], prediction, slices.weights[part])
            return part + 1, sums + slices.halves[part][:, None] * of_part

        zeros = tf.zeros((2, len(scores)))
        return _loop(slices.x.shape[0], add, zeros, first) / slices.rows[:, None]

    def run(examples: Examples, slices: Slices, indices: tf.Tensor, epochs: tf.Tensor) -> tf.Tensor:
        def train_epoch(epoch: tf.Tensor, history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            def add(batch: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                rows = indices[epoch, batch]
                x, y = tf.gather(examples.x, rows), tf.gather(examples.y, rows)
                return batch + 1, sums + step(x, y, examples.weights[batch])

            sums = _loop(indices.shape[1], add, tf.zeros(len(scores)))
            during = sums / tf.reduce_sum(examples.weights)
            # The slices of the training half come first, and only the end needs them.
            first = tf.where(epoch + 1 < epochs, slices.first_of_test, 0)
            both = tf.concat([during[None], evaluate(slices, first)], axis=0)
            return epoch + 1, tf.tensor_scatter_nd_update(history, [[epoch]], [both])

        return _loop(epochs, train_epoch, tf.zeros((indices.shape[0], 3, len(scores))))

    program: Callable[..., tf.Tensor] = tf.function(run, jit_compile=True, autograph=False)
    return program


def _loop(stop: Any, body: Callable[..., Any], value: tf.Tensor, start: Any = 0) -> tf.Tensor:
    """What ``body(number, value)`` makes of the value, for every number from start to stop."""
    return tf.while_loop(lambda number, _: number < stop, body, (start, value))[1]


def _in_batches(values: Array, size: int, fill: float | None = None) -> Array:
    """Values in rows of ``size``, the last row filled up with ``fill`` or with its own first value.

    The filling of a batch weighs nothing, but it is made of the batch's own rows so that it
    cannot bring in a number that the batch does not have, such as infinity.
    """
    missing = -len(values) % size
    first = values[len(values) - len(values) % size] if fill is None and missing else fill
    return np.append(values, np.full(missing, first, values.dtype)).reshape(-1, size)


def _slices(*halves: tuple[Array, Array]) -> Slices:
    """Both halves in slices of one size, each half's last slice filled up at weight 0."""
    size = min(len(halves[1][0]), ROWS_AT_ONCE)
    numbers = [_in_batches(np.arange(len(x)), size) for x, _ in halves]
    weights = [_in_batches(np.ones(len(x), np.float32), size, fill=0.0) for x, _ in halves]
    counts = [len(part) for part in numbers]
    return Slices(
        tf.constant(
            np.concatenate([x[part] for (x, _), part in zip(halves, numbers, strict=True)])
        ),
        tf.constant(
            np.concatenate([y[part] for (_, y), part in zip(halves, numbers, strict=True)])
        ),
        tf.constant(np.concatenate(weights)),
        tf.constant(np.repeat(np.eye(2, dtype=np.float32)[::-1], counts, axis=0)),
        tf.constant([len(x) for x, _ in halves][::-1], tf.float32),
        tf.constant(counts[0]),
    )


def _training(experiment: Experiment, seed: int, outcome: Outcome) -> Training:
    names = ("loss", *experiment.metrics)
    diverged = not (np.isfinite(outcome.history).all() and np.isfinite(outcome.final).all())
    final = shortest(np.where(diverged, np.nan, outcome.final))
    history = {
        f"{half}_{name}": outcome.history[:, row, column]
        for column, name in enumerate(names)
        for row, half in enumerate(HALVES)
    }
    train, test = (dict(zip(names, figures.tolist(), strict=True)) for figures in final)
    return Training(seed, diverged, train, test, history, tuple(outcome.weights))
