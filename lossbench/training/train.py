"""Train an experiment from a seed."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split
from lossbench.results.digits import shortest
from lossbench.results.result import PARTS, VALIDATION, Array, Training
from lossbench.training.batching import (
    EvaluationBatches,
    Inputs,
    TrainingRows,
    orders_in_batches,
    program_inputs,
)
from lossbench.training.figures import LOSS, Figures
from lossbench.training.network import build, names_of_weights
from lossbench.training.program import Program, compile_program
from lossbench.training.seeding import Draws, draw, draw_anew, random_states, seed_layers
from lossbench.training.sharing import hyperparameters
from lossbench.training.values import Values


class Fitted(NamedTuple):
    """What training gave: figures with the loss before the metrics, and the final weights.

    The figures in ``history`` have shape (epochs, figures), for the epochs that were trained, and
    those in ``final`` (figures,). With early stopping, ``best_epoch`` from 1 is the best one on the
    rows held back, and ``kept_epoch`` the one whose weights these are.
    """

    history: Figures
    final: Figures
    weights: list[Array]
    best_epoch: int | None = None
    kept_epoch: int | None = None
    weight_names: tuple[str, ...] = ()


def trainer(
    experiment: Experiment, split: Split, program: Program | None = None
) -> Callable[[int], Training]:
    """A function that trains the experiment once from a seed.

    Nothing is compiled when a ``program`` is given; it must be of the same ``program_key``.
    """
    fit = fitter(experiment, split, program or compile_program(experiment, split))
    return lambda seed: training(experiment, seed, fit(seed))


def fitter(
    experiment: Experiment, split: Split, program: Program, inputs: Inputs | None = None
) -> Callable[[int], Fitted]:
    """A function that gives what training the experiment once from a seed gives.

    ``inputs`` are those of ``program_inputs``, where they are there already.
    """
    rows = experiment.fitted_rows(split)
    names = names_of_weights(experiment, program.model)
    with tf.device("CPU:0"):
        fit = fit_function(experiment, program, inputs or program_inputs(experiment, split))

    def fitted(seed: int) -> Fitted:
        with tf.device("CPU:0"):
            fitted = fit(_drawn(seed, experiment, program, rows))
            return fitted._replace(weight_names=names)

    return fitted


def _drawn(seed: int, experiment: Experiment, program: Program, rows: int) -> Draws:
    model, calls = program.model, program.calls(experiment.epochs)
    if isinstance(experiment.model, Perceptron):
        return draw(seed, model, rows, calls)
    row, units = model.input_shape[1:], model.output_shape[1]
    return draw_anew(seed, partial(build, experiment, row, units), rows, calls)


def fit_function(
    experiment: Experiment, program: Program, inputs: Inputs
) -> Callable[[Draws], Fitted]:
    """A function that trains the experiment from given weights and row orders, as ``fit`` does.

    Where the batch size does not divide the rows, the last batch of an epoch is shorter.
    """
    rows, batches = inputs
    initial_state = program.optimizer.initial_state(experiment.optimizer)
    numbers = program.hyperparameters.values(hyperparameters(experiment))
    weights, states = Values(program.model.weights), random_states(program.model)
    early_stopping = program.early_stopping

    def fit(draws: Draws) -> Fitted:
        weights.assign(draws.weights)
        seed_layers(states, draws.layers)
        program.optimizer.restart(initial_state)
        program.hyperparameters.assign(numbers)
        if early_stopping and experiment.early_stopping:
            early_stopping.restart(experiment.early_stopping)
        if program.plateau and experiment.reduce_lr_on_plateau:
            program.plateau.restart(experiment.reduce_lr_on_plateau)
        history, final = _run(program, rows, batches, draws.orders)
        if not program.changes_final_weights:
            return Fitted(history, final, weights.arrays())
        program.optimizer.finish()
        best_epoch = kept_epoch = None
        if early_stopping:
            kept_epoch = early_stopping.restore()
            history = Figures(*(it[: early_stopping.epochs] for it in history))
            best_epoch = early_stopping.best_epoch
        final = Figures(*program.evaluate(batches, tf.constant(0)).numpy())
        return Fitted(history, final, weights.arrays(), best_epoch, kept_epoch)

    return fit


def _run(
    program: Program, rows: TrainingRows, batches: EvaluationBatches, orders: Iterable[Array]
) -> tuple[Figures, Figures]:
    """The history of the epochs, and the figures with the weights after the last one.

    Training may stop early: then the history has more epochs than were trained.
    """
    shape, figures = (program.epochs_per_call, *rows.mask.shape), []
    for of_call in orders:
        numbers = tf.constant(orders_in_batches(of_call, shape))
        epochs = program.run(rows, batches, numbers, tf.constant(len(of_call)))
        figures.append(epochs.figures.numpy()[: len(of_call)])
        if epochs.stopped.numpy():
            break
    during, *after = np.concatenate(figures).swapaxes(0, 1)
    after_epochs = Figures(*after)
    final = Figures(*(it[-1] for it in after))
    return after_epochs._replace(train=during), final


def training(experiment: Experiment, seed: int, fitted: Fitted) -> Training:
    """What a seed gave, by the names of its figures."""
    names = ("loss", *experiment.tracked)
    # What early stopping watches comes last, once more.
    figures = {part: getattr(fitted.history, part)[:, : len(names)] for part in PARTS}
    finals = {part: getattr(fitted.final, part)[: len(names)] for part in PARTS}
    # Weights are looked at too: some losses have a finite value even where the weights are NaN.
    reached = (*figures.values(), *finals.values(), *fitted.weights)
    diverged = not all(np.isfinite(it).all() for it in reached)
    train, test = (_named(names, np.where(diverged, np.nan, it)) for it in finals.values())
    history = {
        f"{part}_{name}": figures[part][:, column]
        for column, name in enumerate(names)
        for part in PARTS
    }
    epochs = None
    if fitted.history.validation is not None:
        history[VALIDATION] = fitted.history.validation[:, LOSS]
        epochs = len(fitted.history.train)
    return Training(
        seed,
        diverged,
        train,
        test,
        history,
        tuple(fitted.weights),
        epochs=epochs,
        best_epoch=fitted.best_epoch,
        weight_names=fitted.weight_names,
    )


def _named(names: tuple[str, ...], figures: Array) -> dict[str, float]:
    """The figures by name, each with the fewest digits that mean it."""
    return dict(zip(names, shortest(figures).tolist(), strict=True))
