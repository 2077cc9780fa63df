"""Train an experiment with the values that suit it best, judged by rows that are held back.

Every combination of values is trained from one seed, whichever are asked for, so that what a seed
gives does not depend on others. The values with the best metric on the rows held back are those of
all seeds. The test part is not looked at.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.tune import LEARNING_RATE, Point, Tune, further_rates
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.results.result import Training
from lossbench.tables.metrics import METRICS
from lossbench.training import train
from lossbench.training.answers import values
from lossbench.training.batching import program_inputs
from lossbench.training.figures import LOSS, WATCHED
from lossbench.training.program import Program, compile_program
from lossbench.training.sharing import program_key
from lossbench.training.train import Fitted

SEED = 0  # that values are tried from


class Trial(NamedTuple):
    """What the values of a point gave.

    ``error`` is the metric on the rows held back, turned so that less is better, and ``loss`` the
    loss there, which decides between equal errors. ``fit`` trains another seed.
    """

    error: float
    loss: float
    point: Point
    training: Training
    fit: Callable[[int], Fitted]

    @property
    def rank(self) -> tuple[float, float]:
        """What the best trial has least of."""
        return self.error, self.loss


def trainer(
    experiment: Experiment, split: Split, program: Program | None = None
) -> Callable[[int], Training]:
    """A function that trains the experiment once from a seed, tuned if it is to be.

    Nothing is compiled for the experiment itself when a ``program`` is given; it must be of the
    same ``program_key``. Tuning comes with the first call.
    """
    program = program or compile_program(experiment, split)
    tune = experiment.tune
    if tune is None:
        return _timed(train.trainer(experiment, split, program))
    best: list[Trial] = []

    def tuned(seed: int) -> Training:
        if not best:
            best.append(_tuned(experiment, tune, split, program))
        (trial,) = best
        if seed == trial.training.seed:
            return trial.training
        chosen = with_point(experiment, trial.point)
        return replace(train.training(chosen, seed, trial.fit(seed)), tuned=trial.point)

    return _timed(tuned)


def _timed(trained: Callable[[int], Training]) -> Callable[[int], Training]:
    def timed(seed: int) -> Training:
        start = time.perf_counter()
        training = trained(seed)
        return replace(training, seconds=time.perf_counter() - start)

    return timed


def _tuned(experiment: Experiment, tune: Tune, split: Split, program: Program) -> Trial:
    """The best trial; where its values lie at an end of their list, the list is continued."""
    programs = {program_key(experiment, split): program}
    # The data are the same for all, unless the weights of classes are tuned.
    shared = None if "class_weight" in tune.grid else program_inputs(experiment, split)

    def tried(point: Point) -> Trial:
        changed = with_point(experiment, point)
        key = program_key(changed, split)
        if key not in programs:
            programs[key] = compile_program(changed, split)
        fit = train.fitter(changed, split, programs[key], shared)
        fitted = fit(SEED)
        training = replace(train.training(changed, SEED, fitted), tuned=point)
        return Trial(
            *_judged(changed, tune.judged_by, split, fitted, training), point, training, fit
        )

    best = min(map(tried, tune.points()), key=lambda it: it.rank)
    for rate in further_rates(tune.grid[LEARNING_RATE], best.point[LEARNING_RATE]):
        trial = tried({**best.point, LEARNING_RATE: rate})
        if trial.rank < best.rank:
            best = trial
        elif np.isfinite(best.error):  # where all diverged, a rate far away may not
            break
    return best


def _judged(
    experiment: Experiment, metric: str, split: Split, fitted: Fitted, training: Training
) -> tuple[float, float]:
    """The error and the loss on the rows held back; both infinite where training diverged."""
    stopping = experiment.early_stopping
    if training.diverged or stopping is None or fitted.kept_epoch is None:
        return np.inf, np.inf
    figures: Any = fitted.history.validation[fitted.kept_epoch - 1]
    row = METRICS[metric]
    if metric in experiment.tracked:
        value = figures[1 + experiment.tracked.index(metric)]
    elif metric == stopping.monitor:
        row, value = METRICS[row.as_mean_of], figures[WATCHED]
    else:
        rows, (y, _) = experiment.fitted_rows(split), split.measured
        transform = split.original.transform if split.original else None
        x, y = split.x_train[rows:], y[rows:]
        value = values([metric], experiment, training.weights, x, y, transform)[metric]
    error = float(value if row.smaller_is_better else -value)
    return (error if np.isfinite(error) else np.inf), float(figures[LOSS])
