"""Which trainings can share a compiled program: those that differ in values, not in shapes.

A program takes its data as arguments and keeps the learning rate in a variable, as Keras's
optimizers do, and some other parameters too (``arguments``); it trains as many epochs as it is
told. All else about an experiment is built into its program.
"""

import hashlib
import json
from dataclasses import fields

import numpy as np

from lossbench.datasets import Split
from lossbench.experiment import BESIDE_TRAINING, Experiment

# What of an experiment decides none of its program. The data count by their shapes alone.
OUTSIDE = BESIDE_TRAINING | {"dataset", "epochs"}
# The parameters that a program reads from variables. Others may join them if the test that a
# shared program gives the same bits takes them.
ARGUMENTS = {"optimizer": {"momentum"}, "loss": {"label_smoothing"}}


def key(experiment: Experiment, split: Split) -> str:
    """The same for experiments that one program can train, each with its own data."""
    built_in = experiment.model_dump(mode="json", exclude=OUTSIDE)
    # A schedule of learning rates is no variable: it is part of the program.
    if isinstance(built_in["optimizer"].get("learning_rate"), int | float):
        del built_in["optimizer"]["learning_rate"]
    for section, numbers in arguments(experiment).items():
        for name, number in numbers.items():
            built_in[section][name] = _kind(number)
    data = {field.name: _shape(getattr(split, field.name)) for field in fields(split)}
    document = json.dumps([built_in, experiment.tracked, data], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


def arguments(experiment: Experiment) -> dict[str, dict[str, float]]:
    """By section and name, the numbers that the experiment's program reads from variables.

    Those of a person's own loss are not among them: it may do with them what it likes.
    """
    return {
        section: {
            name: float(number)
            for name, number in getattr(experiment, section).parameters.items()
            if name in names
        }
        for section, names in ARGUMENTS.items()
        if section != "loss" or experiment.loss.function is None
    }


def _shape(part: object) -> object:
    """What of a part of the data is built into a program."""
    if isinstance(part, np.ndarray):
        return [str(part.dtype), part.shape]
    return len(part) if isinstance(part, tuple) else repr(part)


def _kind(number: float) -> str:
    """Where a number lies of 0 and 1, by which alone Keras decides what to compute."""
    if number in (0, 1):
        return str(int(number))
    return "below" if number < 0 else "between" if number < 1 else "above"
