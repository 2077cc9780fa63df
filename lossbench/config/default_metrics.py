"""The metrics that an experiment has by default, which depend on its data."""

from typing import Any

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.tables.metrics import BALANCED, compared_on, unbalanced


def with_default_metrics(experiment: Experiment, split: Split) -> Experiment:
    """The experiment with balanced accuracy if its classes are unbalanced, and a metric to tune by.

    Where one class has many times the rows of another, accuracy says little.
    """
    changed: dict[str, Any] = {}
    row, named = experiment.loss.row, experiment.final_metrics
    rare = unbalanced(split.class_rows) and BALANCED in row.final_metrics
    if rare and BALANCED not in named:
        changed["final_metrics"] = (*named, BALANCED)
    if experiment.tune and experiment.tune.metric is None:
        metric = compared_on(row.problem, rare)
        changed["tune"] = experiment.tune.model_copy(update={"metric": metric})
    return experiment.model_copy(update=changed) if changed else experiment
