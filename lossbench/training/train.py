"""Training, compiled: what Keras's ``fit`` does, without its price per step.

One XLA program holds the whole training: a loop over epochs around a loop over batches,
made of Keras's own layers, losses and optimizers. Another seed is the same program called
again with other initial weights and row orders, so a seed's result cannot depend on which
other seeds ran. What an experiment does not ask for, such as class weights, penalties or early
stopping, is not in its program.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import PARTS, VALIDATION, Array, Training, shortest
from lossbench.training import sharing as programs
from lossbench.training.batching import Examples, Slices, in_batches, tensors
from lossbench.training.early_stopping import Stopping
from lossbench.training.network import (
    build,
    initial_weights,
    layers_of,
    seed_dropout,
    without_filling,
)
from lossbench.training.optimizer import Descent
from lossbench.training.scores import Score, scores
from lossbench.training.variables import Slots

# How many row numbers are handed over at once: it bounds the memory of a training on large data.
INDICES_AT_ONCE = 2**22


class Program(NamedTuple):
    """A compiled training and the variables it works on, for every experiment of one ``key``.

    Neither the data nor the values of the variables are part of it: those of the descent, of the
    stopping and of the ``slots``. ``epochs_at_once`` is how many epochs one call of ``run`` trains
    at most.
    """

    model: keras.Sequential
    descent: Descent
    stopping: Stopping | None
    slots: Slots
    run: Callable[..., tuple[tf.Tensor, ...]]
    evaluate: Callable[..., tf.Tensor]
    epochs_at_once: int


class Outcome(NamedTuple):
    """The figures of one training, the loss before the metrics, and its final weights.

    ``history`` has shape (epochs, 2, figures) and ``final`` (2, figures), train before test.
    With early stopping the epochs are those that were trained, ``validation`` has the loss on
    the rows held back for each of them, and ``best_epoch``, from 1, is the one that was restored.
    """

    history: Array
    final: Array
    weights: list[Array]
    validation: Array | None = None
    best_epoch: int | None = None


Train = Callable[..., Outcome]


def trainer(
    experiment: Experiment, split: Split, program: Program | None = None
) -> Callable[[int], Training]:
    """A function that trains the experiment once from a seed.

    The row orders, each layer's weights and what each dropout drops are drawn from independent
    streams of the seed. With a ``program``, compiled for an experiment of the same
    ``programs.key``, nothing is compiled.
    """
    program = program or compile_program(experiment, split)
    model = program.model
    with tf.device("CPU:0"):
        train = _with_values(experiment, split, program)
    dense, dropouts = (
        len(layers_of(model, kind)) for kind in (keras.layers.Dense, keras.layers.Dropout)
    )
    rows = experiment.fitted_rows(len(split.x_train))

    def train_from(seed: int) -> Training:
        streams = np.random.SeedSequence(seed).spawn(1 + dense + dropouts)
        shuffle = np.random.default_rng(streams[0])
        orders = (shuffle.permutation(rows) for _ in range(experiment.epochs))
        with tf.device("CPU:0"):
            initial = initial_weights(model, streams[1 : 1 + dense])
            return _training(experiment, seed, train(initial, orders, streams[1 + dense :]))

    return train_from


def compile_program(experiment: Experiment, split: Split) -> Program:
    """Compile an experiment's program, for itself and all others of the same ``programs.key``."""
    # Where there is a GPU, a network this small waits longer for it than it computes.
    with tf.device("CPU:0"):
        slots = Slots()
        arguments = slots.arguments(programs.numbers(experiment))
        of_arguments = programs.with_numbers(experiment, arguments)
        model = build(of_arguments, split.x_train.shape[1], len(split.classes))
        descent = Descent(of_arguments.optimizer, model)
        stopping = Stopping(model) if experiment.early_stopping else None
        rows = experiment.fitted_rows(len(split.x_train))
        size = min(experiment.batch_size, rows)
        epochs_at_once = max(1, min(experiment.epochs, INDICES_AT_ONCE // rows))
        # The filling of a batch must not enter its mean and variance.
        masked = bool(layers_of(model, keras.layers.BatchNormalization) and rows % size)
        run, evaluate = _program(model, descent.optimizer, scores(of_arguments), masked, stopping)
        program = Program(model, descent, stopping, slots, run, evaluate, epochs_at_once)
        # No epoch at all is trained here, only compiled. A number of Python would be a constant
        # of the program, and every other number another program.
        examples, slices = tensors(experiment, split)
        nothing = np.zeros((epochs_at_once, -(-rows // size), size), np.int32)
        run(examples, slices, nothing, tf.constant(0))
        if _changes_at_the_end(program):
            evaluate(slices, tf.constant(0))
    return program


def compile_training(experiment: Experiment, split: Split) -> Train:
    """A function from initial weights and the row order of every epoch to an Outcome.

    The weights are in the order of ``model.weights``, and an order is a permutation of the
    training rows. Where the batch size does not divide them, the last batch is shorter, as in
    ``fit``. A third argument has a stream of chance for each dropout layer.
    """
    return _with_values(experiment, split, compile_program(experiment, split))


def _with_values(experiment: Experiment, split: Split, program: Program) -> Train:
    """The function of ``compile_training``: the program with this experiment's data and values."""
    model, descent, stopping, slots, run, evaluate, epochs_at_once = program
    examples, slices = tensors(experiment, split)
    size = examples.weights.shape[1]
    initial_state = descent.initial_state(experiment.optimizer)
    numbers = programs.numbers(experiment)

    def train(
        initial: list[Array],
        orders: Iterable[Array],
        dropout: Sequence[np.random.SeedSequence] = (),
    ) -> Outcome:
        model.set_weights(initial)
        seed_dropout(model, dropout)
        descent.restart(initial_state)
        slots.fill(numbers)
        if stopping and experiment.early_stopping:
            stopping.restart(experiment.early_stopping)
        orders = iter(orders)
        chunks, stopped = [], False
        while not stopped and (
            chunk := [in_batches(order, size) for order in islice(orders, epochs_at_once)]
        ):
            padding = [chunk[0]] * (epochs_at_once - len(chunk))
            indices = np.stack(chunk + padding).astype(np.int32)
            trained, *last = run(examples, slices, indices, tf.constant(len(chunk)))
            chunks.append(trained.numpy()[: len(chunk)])
            stopped = any(last)
        figures = np.concatenate(chunks)
        if not _changes_at_the_end(program):
            return Outcome(figures[:, :2], figures[-1, :0:-1], model.get_weights())
        validation, best_epoch = None, None
        descent.finish()
        if stopping:
            stopping.restore()
            figures = figures[: stopping.epochs]
            validation, best_epoch = figures[:, 3, 0], stopping.best_epoch
        final = evaluate(slices, tf.constant(0)).numpy()[1::-1]
        return Outcome(figures[:, :2], final, model.get_weights(), validation, best_epoch)

    return train


def _changes_at_the_end(program: Program) -> bool:
    """Whether the final weights are others than those after the last epoch."""
    return program.stopping is not None or program.descent.averages


def _program(
    model: keras.Sequential,
    optimizer: keras.optimizers.Optimizer,
    scores: list[Score],
    masked: bool,
    stopping: Stopping | None,
) -> tuple[Callable[..., tuple[tf.Tensor, ...]], Callable[..., tf.Tensor]]:
    """The XLA program, and one that only evaluates; a shape of arguments is one compilation.

    It trains so many epochs in the order of ``indices``, (epochs, batches, batch size), and
    returns figures shaped (epochs, 3, figures): of the training part during the epoch, of the
    test part after it, and, in the last epoch only, of the training part after it. A part that
    is held back has a fourth row, and may end the epochs: a second result says whether it did.
    """
    trainable = model.trainable_variables

    def figures(
        y: tf.Tensor, prediction: tf.Tensor, weights: tf.Tensor, costs: tf.Tensor | None = None
    ) -> tf.Tensor:
        of_loss = weights if costs is None else weights * costs
        each = [of_loss] + [weights] * (len(scores) - 1)
        return tf.stack(
            [
                tf.reduce_sum(score(y, prediction) * it)
                for score, it in zip(scores, each, strict=True)
            ]
        )

    def step(x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor, costs: tf.Tensor | None) -> tf.Tensor:
        with tf.GradientTape() as tape:
            prediction = (
                without_filling(model, x, weights > 0) if masked else model(x, training=True)
            )
            sums = figures(y, prediction, weights, costs)
            rows = tf.reduce_sum(weights)
            sums = _penalized(model, sums, rows)
            loss = sums[0] / rows
        gradients = tape.gradient(loss, [variable.value for variable in trainable])
        optimizer.apply(gradients, trainable)
        return sums

    def evaluate(slices: Slices, first: tf.Tensor) -> tf.Tensor:
        """Figures of the parts, (parts, figures), test before train; of slices from ``first``."""

        def add(part: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            prediction = model(slices.x[part], training=False)
            costs = None if slices.costs is None else slices.costs[part]
            of_part = figures(slices.y[part], prediction, slices.weights[part], costs)
            return part + 1, sums + slices.parts[part][:, None] * of_part

        zeros = tf.zeros((slices.parts.shape[1], len(scores)))
        sums = _loop(slices.x.shape[0], add, zeros, first)
        return _penalized(model, sums / slices.rows[:, None])

    def run(
        examples: Examples, slices: Slices, indices: tf.Tensor, epochs: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        def train_epoch(epoch: tf.Tensor, history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            def add(batch: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                rows = indices[epoch, batch]
                x, y = tf.gather(examples.x, rows), tf.gather(examples.y, rows)
                costs = None if examples.costs is None else tf.gather(examples.costs, rows)
                return batch + 1, sums + step(x, y, examples.weights[batch], costs)

            sums = _loop(indices.shape[1], add, tf.zeros(len(scores)))
            during = sums / tf.reduce_sum(examples.weights)
            # The slices of the training part come first, and only the end needs them.
            first = tf.where(epoch + 1 < epochs, slices.first_of_test, 0)
            after = evaluate(slices, slices.first_of_test if stopping else first)
            both = tf.concat([during[None], after], axis=0)
            return epoch + 1, tf.tensor_scatter_nd_update(history, [[epoch]], [both])

        history = tf.zeros((indices.shape[0], 1 + slices.parts.shape[1], len(scores)))
        if stopping is None:
            return (_loop(epochs, train_epoch, history),)

        def train_and_judge(epoch: tf.Tensor, history: tf.Tensor, _: tf.Tensor) -> tuple[Any, ...]:
            following, history = train_epoch(epoch, history)
            return following, history, stopping.after_epoch(history[epoch, 3, 0])

        _, history, last = tf.while_loop(
            lambda epoch, _, last: (epoch < epochs) & ~last, train_and_judge, (0, history, False)
        )
        return history, last

    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        program: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
        return program

    return compiled(run), compiled(evaluate)


def _penalized(model: keras.Sequential, figures: tf.Tensor, rows: Any = 1.0) -> tf.Tensor:
    """Figures shaped (…, figures) with the penalties on the weights added to their loss."""
    penalties = model.losses
    if not penalties:
        return figures
    return figures + rows * tf.add_n(penalties) * tf.one_hot(0, figures.shape[-1])


def _loop(stop: Any, body: Callable[..., Any], value: tf.Tensor, start: Any = 0) -> tf.Tensor:
    """What ``body(number, value)`` makes of the value, for every number from start to stop."""
    return tf.while_loop(lambda number, _: number < stop, body, (start, value))[1]


def _training(experiment: Experiment, seed: int, outcome: Outcome) -> Training:
    names = ("loss", *experiment.tracked)
    # Some losses have a finite value of any prediction, also where the weights are NaN.
    reached = (outcome.history, outcome.final, *outcome.weights)
    diverged = not all(np.isfinite(it).all() for it in reached)
    final = shortest(np.where(diverged, np.nan, outcome.final))
    history = {
        f"{part}_{name}": outcome.history[:, row, column]
        for column, name in enumerate(names)
        for row, part in enumerate(PARTS)
    }
    train, test = (dict(zip(names, figures.tolist(), strict=True)) for figures in final)
    if outcome.validation is None:
        return Training(seed, diverged, train, test, history, tuple(outcome.weights))
    history[VALIDATION] = outcome.validation
    return Training(
        seed,
        diverged,
        train,
        test,
        history,
        tuple(outcome.weights),
        len(outcome.history),
        outcome.best_epoch,
    )
