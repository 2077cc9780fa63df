"""Metrics of the final weights, which are computed after training.

They are those that a config asks for, and where there are several targets, all metrics of each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.results.constants import constants_of
from lossbench.results.result import PARTS, Result, Training
from lossbench.results.target_units import units_of
from lossbench.tables.metrics import METRICS, unbalanced
from lossbench.tables.problems import SOFT_LABEL
from lossbench.training.answers import answers

MOST_TOLD = 20  # targets that have metrics of their own beside those of all


def complete(
    experiment: Experiment, splits: Sequence[Split], trainings: Iterable[Training]
) -> Result:
    """The result of an experiment, with all metrics that its config asks for.

    ``trainings`` have the loss and the metrics of every epoch already.
    """
    wanted = [name for name in experiment.metrics if name not in experiment.tracked]
    first = splits[0]
    told = _told(experiment, first)
    if wanted or told:
        trainings = [
            _with(wanted, told, with_point(experiment, it.tuned), splits[it.split], it)
            for it in trainings
        ]
    return Result(
        experiment,
        first.sha256,
        tuple(trainings),
        first.classes,
        target=units_of(first, experiment.fitted_rows(first)),
        constants=tuple(constants_of(experiment, it) for it in splits),
        rows=(len(first.y_train), len(first.y_test)),
        class_rows=first.class_rows if unbalanced(first.class_rows) else (),
        targets=first.targets,
    )


def _told(experiment: Experiment, split: Split) -> list[str]:
    """The metrics that are told of each target; none where there is one, or many."""
    if not 1 < len(split.targets) <= MOST_TOLD or experiment.loss.row.problem == SOFT_LABEL:
        return []
    return [it for it in experiment.metrics if not METRICS[it].all_targets]


def _with(
    wanted: list[str], told: list[str], experiment: Experiment, split: Split, training: Training
) -> Training:
    """A training with the wanted metrics of both parts, and those told of each target.

    They are NaN where it diverged.
    """
    # The rows that early stopping held back are in neither the train nor the test part.
    rows, (y_train, y_test) = experiment.fitted_rows(split), split.measured
    data = {"train": (split.x_train[:rows], y_train[:rows]), "test": (split.x_test, y_test)}
    transform = split.original.transform if split.original else None
    found, of_targets = {}, {}
    for part in PARTS:
        given = None
        if not training.diverged:
            given = answers(experiment, training.weights, *data[part], transform)
        found[part] = {it: given.value(it) if given else np.nan for it in wanted}
        nothing = (np.nan,) * len(split.targets)
        of_targets[part] = {it: given.of_each_target(it) if given else nothing for it in told}
    return replace(
        training,
        train={**training.train, **found["train"]},
        test={**training.test, **found["test"]},
        of_targets=of_targets if told else {},
    )
