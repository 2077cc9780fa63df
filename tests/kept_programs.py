"""Programs that are compiled once for all tests that a process runs.

To compile one takes longer than most trainings of the tests. What a training, its files or its
comparisons are is the same with a program that is shared, as test_sharing_of_programs.py shows.
Tests of compiling itself, or of the first training of a program, compile their own.
"""

from collections.abc import Callable
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import Result, Training
from lossbench.suite.write import write
from lossbench.training.final_metrics import complete
from lossbench.training.program import Program, compile_program
from lossbench.training.sharing import program_key
from lossbench.training.train import trainer

_programs: dict[str, Program] = {}


def kept_program(experiment: Experiment, split: Split) -> Program:
    """A program for the experiment, which is kept."""
    key = program_key(experiment, split)
    if key not in _programs:
        _programs[key] = compile_program(experiment, split)
    return _programs[key]


def kept_trainer(experiment: Experiment, split: Split) -> Callable[[int], Training]:
    """What ``trainer`` gives, with a program that is kept."""
    return trainer(experiment, split, kept_program(experiment, split))


def run(experiment: Experiment, out: Path | None = None) -> Result:
    """What ``lossbench.run`` does, with a program that is kept."""
    split = experiment.dataset.load()
    train = kept_trainer(experiment, split)
    result = complete(experiment, (split,), map(train, experiment.seeds))
    if out is not None:
        write(result, split, out / experiment.name)
    return result
