"""Which experiments can share a compiled program: those that differ in numbers, not in shapes.

A program takes its data, the weights of classes and rows, and the number of epochs as arguments.
It reads the numeric hyperparameters of an experiment (``hyperparameters``) and the settings of
early stopping and of a learning rate that is reduced from variables. Everything else about an
experiment is compiled into its program.

This module imports no TensorFlow: a process that only hands out work needs the keys, too.
"""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields
from typing import Any

import numpy as np

from lossbench.config.experiment import BESIDE_TRAINING, Experiment
from lossbench.config.sections.loss_sum import WEIGHT
from lossbench.config.sections.model import Layer, Perceptron
from lossbench.data.arrays import Original, Split
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameters, is_number

# Sections of a config that are not compiled into a program. Of the data only the shapes are.
NOT_COMPILED = BESIDE_TRAINING | {
    "dataset",
    "epochs",
    "class_weight",
    "early_stopping",
    "reduce_lr_on_plateau",
    "tune",
}
OF_LAYERS = ("dropout", "l1", "l2")
# These are in the initial state of an optimizer, which is not part of a program.
OF_STATE = ("learning_rate", "initial_accumulator_value")

Keys = tuple[str | int, ...]  # that lead to a number in a config: ("optimizer", "beta_1")


def program_key(experiment: Experiment, split: Split) -> str:
    """A key that is the same for all experiments that one program can train, each on its data."""
    compiled = experiment.model_dump(mode="json", exclude=NOT_COMPILED)
    if isinstance(experiment.model, Perceptron):
        layers = [layer.model_dump() for layer in experiment.model.hidden_layers]
        compiled["model"] = {"hidden": layers}
    compiled["model"]["output_activation"] = experiment.output_activation
    for keys, number in hyperparameters(experiment).items():
        _put(compiled, keys, _sign(number))
    for name in OF_STATE:
        if is_number(compiled["optimizer"].get(name)):
            del compiled["optimizer"][name]
    document = [
        compiled,
        experiment.tracked,
        experiment.class_weight is not None,
        experiment.early_stopping and experiment.early_stopping.monitor,
        experiment.reduce_lr_on_plateau and experiment.reduce_lr_on_plateau.monitor,
        experiment.tune is not None,
        experiment.fitted_rows(split),
        {field.name: _shape(getattr(split, field.name)) for field in fields(split)},
    ]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def hyperparameters(experiment: Experiment) -> dict[Keys, float]:
    """The numbers that the experiment's program reads from variables, by their keys in a config.

    Other numbers are compiled into the program instead: those of a user's own loss or model, which
    may do anything with them; those of named layers; whole numbers of an optimizer, by which Keras
    decides what to compute; and those in lists.
    """
    optimizer, loss = experiment.optimizer, experiment.loss
    table = {key: row for key, row in OPTIMIZERS[optimizer.name].items() if key not in OF_STATE}
    found = _numbers(("optimizer",), optimizer.parameters, table)
    rate = optimizer.parameters["learning_rate"]
    if isinstance(rate, Mapping):
        schedule = SCHEDULES[rate["schedule"]]
        found |= _numbers(("optimizer", "learning_rate"), rate, schedule, whole=True)
    if loss.function is None:
        for term in loss.terms:
            keys = ("loss", *term.keys)
            found |= _numbers(keys, term.loss.parameters, term.loss.row.parameters)
            found |= {(*keys, WEIGHT): term.weight} if term.keys else {}
    if isinstance(experiment.model, Perceptron):
        for number, layer in enumerate(experiment.model.hidden_layers):
            found |= {("model", "hidden", number, name): getattr(layer, name) for name in OF_LAYERS}
    return found


def with_hyperparameters(experiment: Experiment, given: Mapping[Keys, float]) -> Experiment:
    """The experiment with other numbers at these keys, which are not validated."""
    changed: dict[str, Any] = {
        "optimizer": deepcopy(experiment.optimizer.parameters),
        "loss": {**experiment.loss.parameters, "sum": deepcopy(experiment.loss.sum)},
    }
    if isinstance(experiment.model, Perceptron):
        changed["model"] = {"hidden": [dict(layer) for layer in experiment.model.hidden_layers]}
    for keys, number in given.items():
        _put(changed, keys, number)
    if "model" in changed:
        layers = (Layer.model_construct(**layer) for layer in changed["model"]["hidden"])
        changed["model"]["hidden"] = tuple(layers)
    sections = {
        name: getattr(experiment, name).model_copy(update=update)
        for name, update in changed.items()
    }
    return experiment.model_copy(update=sections)


def _numbers(
    keys: Keys, values: Mapping[str, Any], table: Parameters, whole: bool = False
) -> dict[Keys, float]:
    """The values of a table's parameters that are numbers; whole ones only if asked for."""
    return {
        (*keys, name): float(value)
        for name, row in table.items()
        if is_number(value := values.get(name, row.default)) and (whole or not row.whole)
    }


def _put(section: Any, keys: Keys, value: object) -> None:
    *parents, name = keys
    for parent in parents:
        section = section[parent]
    section[name] = value


def _shape(field: object) -> object:
    """What of a field of the data is compiled into a program."""
    if isinstance(field, Original):
        return field.transform.logarithmic  # its numbers come with the target
    if isinstance(field, np.ndarray):
        return [str(field.dtype), field.shape]
    return len(field) if isinstance(field, tuple) else repr(field)


def _sign(number: float) -> str:
    """The sign of a number: whether it is 0 or negative decides what Keras computes."""
    return "0" if number == 0 else "below" if number < 0 else "above"
