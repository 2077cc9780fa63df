"""Check whether a worker's answer can be what it was asked for.

An answer is compared with what is known without training: types, names, shapes and seeds, and that
figures and weights are finite unless the training is marked as diverged. Figures that are made up
within these bounds cannot be found without training again.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.execution.work import Work
from lossbench.results.digits import shortest
from lossbench.results.history_csv import history_columns
from lossbench.results.metrics_json import WEIGHT_NAME
from lossbench.results.result import VALIDATION, Array, Training
from lossbench.tables.layers import Shape
from lossbench.text import on_one_line

NAME = re.compile(WEIGHT_NAME)
Answer = tuple[list[Training], Exception | None]


class WrongAnswer(ValueError):
    """A worker's answer cannot be right; says why, in words that follow "its answer"."""


def check_answer(answer: object, work: Work, seeds: Sequence[int]) -> Answer:
    """The answer of ``batches.train_batch`` for some seeds of a work; raises WrongAnswer.

    It must have a training of each seed, in order, or of the first ones and an exception.
    """
    experiment, split = work.experiment, work.split
    match answer:
        case (list(trainings), None | Exception() as error):
            pass
        case _:
            raise WrongAnswer("has an unknown form")
    outputs = experiment.loss.row.units(split.target_shape)
    shapes = experiment.model.weight_shapes(split.row_shape, outputs)
    for training in trainings:
        _check(training, experiment, shapes)
    found = [training.seed for training in trainings]
    if found != [*seeds[: len(found)]] or (error is None and len(found) < len(seeds)):
        raise WrongAnswer("is for other seeds")
    return trainings, error


def differences(theirs: object, ours: Mapping[str, str]) -> dict[str, str]:
    """How a worker's ``batches.environment`` differs from the one here, in words, by name."""
    answer: dict[object, object] = theirs if type(theirs) is dict else {}
    said = {name: it if type(it := answer.get(name)) is str else "unknown" for name in ours}
    return {
        name: f"{name} {on_one_line(said[name])} instead of {value}"
        for name, value in ours.items()
        if said[name] != value
    }


def _check(training: object, experiment: Experiment, shapes: dict[str, Shape] | None) -> None:
    """Raise WrongAnswer unless this can be a training of the experiment.

    ``shapes`` are those of its weights, None where only its own code knows them.
    """
    match training:
        case Training(
            seed=seed,
            diverged=diverged,
            train=dict(train),
            test=dict(test),
            history=dict(history),
            weights=tuple(weights),
            epochs=epochs,
            best_epoch=best,
            split=0,
            tuned=dict(tuned),
            weight_names=tuple(names),
            of_targets=dict(of_targets),
            seconds=float(seconds),
        ) if (
            type(seed) is int
            and type(diverged) is bool
            and 0 <= seconds < np.inf
            and not of_targets
        ):
            pass
        case _:
            raise WrongAnswer("has something else in place of a training")
    if not _are_epochs(epochs, best, experiment):
        raise WrongAnswer("has impossible numbers of epochs")
    if not (experiment.tune.can_choose(tuned) if experiment.tune else not tuned):
        raise WrongAnswer("has values that tuning cannot choose")
    if not all(_are_figures(it, diverged, experiment) for it in (train, test)):
        raise WrongAnswer("has impossible final figures")
    if not _is_history(history, diverged, epochs, experiment):
        raise WrongAnswer("has an impossible history")
    found = [it.shape for it in weights] if all(map(_is_array, weights)) else []
    if not found or (shapes is not None and found != [*shapes.values()]):
        raise WrongAnswer("has weights of another network")
    if not _are_names(names, len(weights), shapes, experiment):
        raise WrongAnswer("has other names of weights")
    if not (diverged or all(np.isfinite(it).all() for it in weights)):
        raise WrongAnswer("has impossible weights")


def _are_epochs(epochs: Any, best: Any, experiment: Experiment) -> bool:
    if experiment.early_stopping is None:
        return epochs is best is None
    first = experiment.early_stopping.start_from_epoch
    return type(epochs) is type(best) is int and first < best <= epochs <= experiment.epochs


def _are_figures(figures: dict[Any, Any], diverged: bool, experiment: Experiment) -> bool:
    """Whether they are float32 values in the fewest digits, or all NaN if training diverged."""
    if [*figures] != ["loss", *experiment.tracked]:
        return False
    if not all(type(it) is float for it in figures.values()):
        return False
    values = np.array([*figures.values()])
    if diverged:
        return bool(np.isnan(values).all())
    with np.errstate(over="ignore"):
        return bool(np.isfinite(values).all() and (shortest(values) == values).all())


def _is_history(
    history: dict[Any, Any], diverged: bool, epochs: int | None, experiment: Experiment
) -> bool:
    if [*history] != history_columns(experiment):
        return False
    shape = (epochs or experiment.epochs,)
    if not all(_is_array(it) and it.shape == shape for it in history.values()):
        return False
    # The loss on rows held back does not decide whether a training diverged.
    figures: list[Array] = [it for name, it in history.items() if name != VALIDATION]
    return diverged or all(np.isfinite(it).all() for it in figures)


def _are_names(
    names: tuple[Any, ...], count: int, shapes: dict[str, Shape] | None, experiment: Experiment
) -> bool:
    """Whether these are the names of the weights, which a perceptron does not state."""
    if isinstance(experiment.model, Perceptron):
        return not names
    if shapes is not None:
        return [*names] == [*shapes]
    return len({*names}) == count and all(type(it) is str and NAME.fullmatch(it) for it in names)


def _is_array(value: object) -> bool:
    """Whether it is an array of the type that trainings have."""
    return type(value) is np.ndarray and value.dtype == np.float32
