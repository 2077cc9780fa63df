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

Tensors = tuple[tf.Tensor, ...]


class Outcome(NamedTuple):
    """The figures of one training, the loss before the metrics, and its final weights.

    ``history`` has shape (epochs, 2, figures) and ``final`` (2, figures), train before test.
    """

    history: Array
    final: Array
    weights: list[Array]


def trainer(experiment: Experiment, split: Split) -> Callable[[int], Training]:
    """A function that trains the experiment once from a seed; its first call compiles.

    The row orders and each layer's weights are drawn from independent streams of the seed.
    """
    # Where there is a GPU, a network this small waits longer for it than it computes.
    with tf.device("CPU:0"):
        model = build(experiment, split.x_train.shape[1], len(split.classes))
        train = compile_training(experiment, split, model)

    def train_from(seed: int) -> Training:
        order_stream, *layer_streams = np.random.SeedSequence(seed).spawn(1 + len(model.layers))
        shuffle = np.random.default_rng(order_stream)
        orders = (shuffle.permutation(len(split.x_train)) for _ in range(experiment.epochs))
        with tf.device("CPU:0"):
            return _training(experiment, seed, train(initial_weights(model, layer_streams), orders))

    return train_from


def compile_training(
    experiment: Experiment, split: Split, model: keras.Sequential
) -> Callable[[list[Array], Iterable[Array]], Outcome]:
    """A function from initial weights and the row order of every epoch to an Outcome.

    The weights are in the order of ``model.weights``, and an order is a permutation of the
    training rows. Where the batch size does not divide them, the last batch is shorter, as in
    ``fit``.
    """
    row, classes = experiment.loss.row, len(split.classes)
    y_train = encode(row.labels, split.y_train, classes)
    y_test = encode(row.labels, split.y_test, classes)
    optimizer = getattr(keras.optimizers, experiment.optimizer.name)(
        **experiment.optimizer.parameters
    )
    optimizer.build(model.trainable_variables)
    fresh = [variable.numpy() for variable in optimizer.variables]

    rows = len(y_train)
    size = min(experiment.batch_size, rows)
    epochs_at_once = max(1, min(experiment.epochs, INDICES_AT_ONCE // rows))
    examples = tuple(map(tf.constant, (split.x_train, y_train)))
    weights = tf.constant(_in_batches(np.ones(rows, np.float32), size, fill=0.0))
    halves = (_slices(split.x_train, y_train), _slices(split.x_test, y_test))
    run = _program(model, optimizer, scores(experiment))

    def train(initial: list[Array], orders: Iterable[Array]) -> Outcome:
        for variable, value in zip(optimizer.variables, fresh, strict=True):
            variable.assign(value)
        model.set_weights(initial)
        orders = iter(orders)
        history = []
        while chunk := [_in_batches(order, size) for order in islice(orders, epochs_at_once)]:
            padding = [chunk[0]] * (epochs_at_once - len(chunk))
            indices = np.stack(chunk + padding).astype(np.int32)
            figures, final_train = run(examples, weights, halves, indices, len(chunk))
            history.append(figures.numpy()[: len(chunk)])
        # The last epoch's test figures are those of the final weights already.
        final = np.stack([final_train.numpy(), history[-1][-1, 1]])
        return Outcome(np.concatenate(history), final, model.get_weights())

    return train


def _program(
    model: keras.Sequential, optimizer: keras.optimizers.Optimizer, scores: list[Score]
) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    """The XLA program; one shape of arguments is one compilation."""
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

    def evaluate(half: Tensors) -> tf.Tensor:
        x, y, weights = half

        def add(part: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            prediction = model(x[part], training=False)
            return part + 1, sums + figures(y[part], prediction, weights[part])

        return _loop(x.shape[0], add, tf.zeros(len(scores))) / tf.reduce_sum(weights)

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def run(
        examples: Tensors,
        weights: tf.Tensor,
        halves: tuple[Tensors, Tensors],
        indices: tf.Tensor,
        epochs: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        def train_epoch(epoch: tf.Tensor, history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            def add(batch: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                x, y = (tf.gather(half, indices[epoch, batch]) for half in examples)
                return batch + 1, sums + step(x, y, weights[batch])

            train = _loop(indices.shape[1], add, tf.zeros(len(scores))) / tf.reduce_sum(weights)
            both = tf.stack([train, evaluate(halves[1])])
            return epoch + 1, tf.tensor_scatter_nd_update(history, [[epoch]], [both])

        history = tf.zeros((indices.shape[0], len(HALVES), len(scores)))
        return _loop(epochs, train_epoch, history), evaluate(halves[0])

    return run


def _loop(times: Any, body: Callable[..., Any], start: tf.Tensor) -> tf.Tensor:
    """What ``body(number, value)`` has made of the value after so many times."""
    return tf.while_loop(lambda number, _: number < times, body, (0, start))[1]


def _in_batches(values: Array, size: int, fill: float | None = None) -> Array:
    """Values in rows of ``size``, the last row filled up with ``fill`` or with its own first value.

    The filling of a batch weighs nothing, but it is made of the batch's own rows so that it
    cannot bring in a number that the batch does not have, such as infinity.
    """
    missing = -len(values) % size
    first = values[len(values) - len(values) % size] if fill is None and missing else fill
    return np.append(values, np.full(missing, first, values.dtype)).reshape(-1, size)


def _slices(x: Array, y: Array) -> Tensors:
    """Examples and their weights in equal slices, the last one filled up at weight 0."""
    size = min(len(x), ROWS_AT_ONCE)
    numbers = _in_batches(np.arange(len(x)), size)
    weights = _in_batches(np.ones(len(x), np.float32), size, fill=0.0)
    return tf.constant(x[numbers]), tf.constant(y[numbers]), tf.constant(weights)


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
