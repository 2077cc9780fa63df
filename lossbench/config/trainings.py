"""How many trainings an experiment has, in words."""

from lossbench.config.experiment import Experiment
from lossbench.text import counted


def trainings_of(experiment: Experiment) -> str:
    """How many seeds there are, and in how many splits: "30 seeds", "10 splits x 3 seeds"."""
    seeds = counted(experiment.repeats, "seed")
    return f"{experiment.splits} splits x {seeds}" if experiment.splits > 1 else seeds
