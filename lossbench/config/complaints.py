"""What is wrong with a config, in the words of someone who writes YAML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic_core import ErrorDetails

from lossbench.config.experiment import Experiment
from lossbench.config.sections.base import ABSENT, Section, how_to_write_text
from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.disturb import Disturb
from lossbench.config.sections.early_stopping import EarlyStopping
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.model import Layer, Perceptron
from lossbench.config.sections.optimizer import Optimizer
from lossbench.config.sections.published import Published
from lossbench.config.sections.reduce_lr_on_plateau import ReduceLROnPlateau
from lossbench.config.sections.split_options import SplitOptions
from lossbench.config.sections.standardize import Standardize
from lossbench.config.sections.tune import Tune
from lossbench.config.unclear_number import unclear_number
from lossbench.config.yaml_reader import Key
from lossbench.data.generators import GENERATORS
from lossbench.tables import losses
from lossbench.text import close_to, named, nearest, on_one_line, shown

MAPPING = "must be a mapping of keys to values"
SECTIONS: dict[object, type[Section]] = {
    "dataset": Dataset,
    "split": SplitOptions,
    "standardize": Standardize,
    "disturb": Disturb,
    "model": Perceptron,
    "hidden": Layer,
    "early_stopping": EarlyStopping,
    "reduce_lr_on_plateau": ReduceLROnPlateau,
    "tune": Tune,
    "loss": LossChoice,
    "optimizer": Optimizer,
    "published": Published,
}
# What must be given for the keys without a default.
REQUIRED = {
    "dataset": "a mapping with a generator and its parameters, or with a file and its target",
    "generator": f"one of {named([*GENERATORS])}; or give a file and its target",
    "file": "the path of a data file, such as a CSV, from this config's folder",
    "target": "the name of the column to predict",
    "model": "a mapping with the hidden layers",
    "hidden": "a list of the units of each hidden layer, such as [50]; or give layers",
    "loss": f"one of {named([*losses.LOSSES])}",
    "name": f"one of {named([*losses.LOSSES])}",
    "epochs": "a whole number of at least 1",
    "units": "a whole number of at least 1",
}
# What pydantic's kinds of errors are called in a message.
MESSAGES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_pattern_mismatch": (
        "must be letters, digits and any of . _ = + - and start with a letter or digit"
    ),
    "string_too_long": "must have at most {max_length} characters",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "dict_type": MAPPING,
}


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a config, and where.

    ``path`` is the file, and ``line`` the line if it is known. Where something else set the key,
    such as an option of the command line, ``path`` names that.
    """

    path: Path | str
    line: int | None
    key: str
    message: str
    value: object = ABSENT

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        key = f" {on_one_line(self.key)}:" if self.key else ""
        value = "" if self.value is ABSENT else f" {shown(self.value)}"
        return f"{on_one_line(str(self.path))}{line}:{key}{value} {self.message}"


class ConfigError(ValueError):
    """All that is wrong with one or more configs: ``mistakes``, each with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


class Complaint(NamedTuple):
    """What is wrong with the value of a key, whatever set the value."""

    key: Key
    message: str
    value: object = ABSENT


def translated(
    error: ErrorDetails,
    section: type[Section] = Experiment,
    sections: Mapping[object, type[Section]] = SECTIONS,
    required: Mapping[str, str] = REQUIRED,
) -> Complaint:
    """An error of pydantic as a complaint, which names what is allowed.

    ``section`` is the whole that was validated, ``sections`` are its parts by their keys.
    """
    key, kind, limits = error["loc"], error["type"], error.get("ctx", {})
    if kind == "missing":
        return Complaint(key, f"is missing; it must be {required[str(key[-1])]}")
    if kind == "extra_forbidden":
        for name in key[:-1]:
            section = sections.get(name, section)
        keys = [field.alias or name for name, field in section.model_fields.items()]
        message = f"is not a known key; {nearest(key[-1], keys)}"
    elif kind in MESSAGES:
        whole = {name: int(it) for name, it in limits.items() if isinstance(it, float)}
        message = MESSAGES[kind].format(**limits | whole)
        if kind in ("int_type", "float_type"):
            message = unclear_number(error["input"]) or message
        if kind == "string_type":
            message += how_to_write_text(error["input"])
    else:
        message = error["msg"]
    return Complaint(key, message, error["input"])


def misspelt(errors: Sequence[ErrorDetails]) -> Iterator[Complaint]:
    """Keys that look like one that is missing, in sections that take any key for a parameter."""
    for error in errors:
        section = SECTIONS.get(error["loc"][0])
        if error["type"] == "missing" and section and section.model_config["extra"] == "allow":
            wanted = str(error["loc"][-1])
            meant = close_to(wanted, error["input"])
            if meant:
                message = f"is not a known key; did you mean '{wanted}'?"
                yield Complaint((*error["loc"][:-1], meant), message, error["input"][meant])


def dotted(key: Key) -> str:
    """A key as it is named: dataset.noise."""
    return ".".join(map(str, key))
