"""Which trainings can share a compiled program: those that differ in numbers, not in shapes.

A program takes its data and the weights of classes and rows as arguments, and trains as many epochs
as it is told. It reads the numbers of an experiment (``numbers``), and the settings of its early
stopping, from variables. All else about an experiment is built into its program.
"""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields
from typing import Any

import numpy as np

from lossbench.config.experiment import BESIDE_TRAINING, Experiment
from lossbench.config.sections.model import Layer
from lossbench.data.arrays import Split
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameters, is_number

# What of an experiment decides none of its program. The data count by their shapes alone.
OUTSIDE = BESIDE_TRAINING | {"dataset", "epochs", "class_weight", "early_stopping"}
OF_LAYERS = ("dropout", "l1", "l2")

Place = tuple[str | int, ...]  # the keys that lead to a number: ("optimizer", "beta_1")
# These an optimizer needs for the state that it starts from alone, which is no part of a program.
OF_STATE = ("learning_rate", "initial_accumulator_value")


def key(experiment: Experiment, split: Split) -> str:
    """The same for experiments that one program can train, each with its own data."""
    built_in = experiment.model_dump(mode="json", exclude=OUTSIDE)
    built_in["model"] = {
        "hidden": [layer.model_dump() for layer in experiment.model.layers],
        "output_activation": experiment.output_activation,
    }
    for place, number in numbers(experiment).items():
        _put(built_in, place, _sign(number))
    for name in OF_STATE:
        if is_number(built_in["optimizer"].get(name)):
            del built_in["optimizer"][name]
    document = [
        built_in,
        experiment.tracked,
        experiment.class_weight is not None,
        experiment.early_stopping is not None,
        experiment.fitted_rows(len(split.x_train)),
        {field.name: _shape(getattr(split, field.name)) for field in fields(split)},
    ]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def numbers(experiment: Experiment) -> dict[Place, float]:
    """The numbers that the experiment's program reads from variables, by where they stand.

    Those of a person's own loss are not among them: it may do with them what it likes. Nor are
    whole numbers of an optimizer, by which Keras decides what to compute, and what is in lists.
    """
    optimizer, loss = experiment.optimizer, experiment.loss
    table = {key: row for key, row in OPTIMIZERS[optimizer.name].items() if key not in OF_STATE}
    found = _numbers(("optimizer",), optimizer.parameters, table)
    rate = optimizer.parameters["learning_rate"]
    if isinstance(rate, Mapping):
        schedule = SCHEDULES[rate["schedule"]]
        found |= _numbers(("optimizer", "learning_rate"), rate, schedule, whole=True)
    if loss.function is None:
        found |= _numbers(("loss",), loss.parameters, loss.row.parameters)
    for number, layer in enumerate(experiment.model.layers):
        found |= {("model", "hidden", number, name): getattr(layer, name) for name in OF_LAYERS}
    return found


def with_numbers(experiment: Experiment, given: Mapping[Place, float]) -> Experiment:
    """The experiment with other numbers in their places, which are not validated."""
    layers = [dict(layer) for layer in experiment.model.layers]
    changed: dict[str, Any] = {
        "optimizer": deepcopy(experiment.optimizer.parameters),
        "loss": experiment.loss.parameters,
        "model": {"hidden": layers},
    }
    for place, number in given.items():
        _put(changed, place, number)
    changed["model"]["hidden"] = tuple(Layer.model_construct(**layer) for layer in layers)
    sections = {
        name: getattr(experiment, name).model_copy(update=update)
        for name, update in changed.items()
    }
    return experiment.model_copy(update=sections)


def _numbers(
    place: Place, values: Mapping[str, Any], table: Parameters, whole: bool = False
) -> dict[Place, float]:
    """The numbers among the values of a table's parameters; the whole ones only if asked for."""
    return {
        (*place, name): float(value)
        for name, row in table.items()
        if is_number(value := values.get(name, row.default)) and (whole or not row.whole)
    }


def _put(section: Any, place: Place, value: object) -> None:
    *parents, name = place
    for parent in parents:
        section = section[parent]
    section[name] = value


def _shape(part: object) -> object:
    """What of a part of the data is built into a program."""
    if isinstance(part, np.ndarray):
        return [str(part.dtype), part.shape]
    return len(part) if isinstance(part, tuple) else repr(part)


def _sign(number: float) -> str:
    """Whether a number is 0, or on which side of it, by which Keras decides what to compute."""
    return "0" if number == 0 else "below" if number < 0 else "above"
