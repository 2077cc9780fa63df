"""A compiled program: one XLA program trains a seed of every experiment that can share it.

Compiled as a whole, training does what Keras's ``fit`` does without its cost per step. Another seed
is another call of the same program, with other initial weights and row orders. So the result of a
seed cannot depend on which other seeds are trained.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split
from lossbench.training.batching import program_inputs
from lossbench.training.convolution import convolutions_as_products
from lossbench.training.early_stopping import EarlyStoppingState
from lossbench.training.network import build, layers_of
from lossbench.training.optimizer import RestartableOptimizer
from lossbench.training.program_cache import kept
from lossbench.training.reduce_lr_on_plateau import PlateauState
from lossbench.training.scores import scores
from lossbench.training.sharing import hyperparameters, program_key, with_hyperparameters
from lossbench.training.training_loop import TrainingLoop
from lossbench.training.uncompilable import uncompilable
from lossbench.training.variables import HyperparameterVariable
from lossbench.training.watched import watched, weighted_places

# How many row numbers one call of a program takes: it bounds the memory of training on large data.
ROWS_PER_CALL = 2**22
# How many epochs at once, where training may stop early: row orders of the others are not drawn.
EPOCHS_BEFORE_STOP = 50


class Program(NamedTuple):
    """A compiled training loop and its variables, for all experiments of one ``program_key``.

    The data and the values of the variables are not part of it. ``run`` and ``evaluate`` are those
    of ``TrainingLoop``, compiled, for data of the shapes that they were compiled with alone; one
    call of ``run`` trains at most ``epochs_per_call`` epochs.
    """

    model: keras.Sequential
    optimizer: RestartableOptimizer
    early_stopping: EarlyStoppingState | None
    plateau: PlateauState | None
    hyperparameters: HyperparameterVariable
    run: Callable[..., Any]
    evaluate: Callable[..., tf.Tensor]
    epochs_per_call: int

    def calls(self, epochs: int) -> list[int]:
        """How many epochs each call of ``run`` trains, until all are trained."""
        whole, last = divmod(epochs, self.epochs_per_call)
        return [self.epochs_per_call] * whole + [last] * (last > 0)

    @property
    def changes_final_weights(self) -> bool:
        """Whether the final weights may be others than those after the last epoch."""
        return self.early_stopping is not None or self.optimizer.averages


def compile_program(experiment: Experiment, split: Split) -> Program:
    """Compile a program for the experiment and all others with the same ``program_key``."""
    key = f"{program_key(experiment, split)} {experiment.epochs}"
    return kept(key, lambda: _compiled_program(experiment, split))


def _compiled_program(experiment: Experiment, split: Split) -> Program:
    # On a GPU, networks as small as these would wait longer than they compute.
    with tf.device("CPU:0"):
        program = _program(experiment, split)
        rows, batches = program_inputs(experiment, split, filled=False)
        # The calls compile. They train no epoch and evaluate no batch. The number of epochs is a
        # tensor: each Python number would be a constant, and compile a program of its own.
        no_orders = tf.zeros((program.epochs_per_call, *rows.mask.shape), tf.int32)
        none = tf.constant(0)
        run, evaluate = program.run, program.evaluate
        try:
            run = _called(run, rows, batches, no_orders, none)
            if program.changes_final_weights:
                evaluate = _called(evaluate, batches, tf.constant(batches.x.shape[0]))
        except (tf.errors.OpError, NotImplementedError, TypeError) as error:
            if isinstance(experiment.model, Perceptron):
                raise
            raise uncompilable(program.model, error) from error
    return program._replace(run=run, evaluate=evaluate)


def _called(function: Any, *given: Any) -> Callable[..., Any]:
    """The function for arguments of these shapes alone, which it need not look at any more."""
    concrete: Callable[..., Any] = function.get_concrete_function(*given)
    concrete(*given)
    return concrete


def _program(experiment: Experiment, split: Split) -> Program:
    """The program for an experiment; it is compiled when it is first called."""
    variable = HyperparameterVariable()
    traced = with_hyperparameters(experiment, variable.traced(hyperparameters(experiment)))
    units = experiment.loss.row.units(split.target_shape)
    model = build(traced, split.row_shape, units)
    optimizer = RestartableOptimizer(traced.optimizer, model)
    stopping, tuned = experiment.early_stopping, experiment.tune is not None
    early_stopping = (
        EarlyStoppingState(model, watched(experiment, stopping.monitor), ties_by_loss=tuned)
        if stopping
        else None
    )
    reducing = experiment.reduce_lr_on_plateau
    plateau = (
        PlateauState(optimizer.learning_rate, watched(experiment, reducing.monitor))
        if reducing
        else None
    )
    rows = experiment.fitted_rows(split)
    last = rows % min(experiment.batch_size, rows)
    perceptron = isinstance(experiment.model, Perceptron)
    masked = perceptron and last and bool(layers_of(model, keras.layers.BatchNormalization))
    of_program = scores(traced, split.original.transform if split.original else None)
    most = min(experiment.epochs, EPOCHS_BEFORE_STOP) if stopping else experiment.epochs
    loop = TrainingLoop(
        model,
        optimizer.optimizer,
        of_program,
        early_stopping,
        bool(masked),
        plateau,
        weighted_places(experiment),
        last_rows=0 if perceptron else last,
    )
    return Program(
        model,
        optimizer,
        early_stopping,
        plateau,
        variable,
        _compiled(loop.run),
        _compiled(loop.evaluate),
        epochs_per_call=max(1, min(most, ROWS_PER_CALL // rows)),
    )


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    def traced(*given: Any) -> Any:
        with convolutions_as_products():
            return function(*given)

    compiled: Callable[..., Any] = tf.function(traced, jit_compile=True, autograph=False)
    return compiled
