"""From YAML files to Experiments; every complaint about a config is written here."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lossbench import losses, optimizers, own_code
from lossbench.datasets import GENERATORS, DatasetError, Split
from lossbench.experiment import (
    ABSENT,
    OUTPUT_ACTIVATIONS,
    Dataset,
    EarlyStopping,
    Experiment,
    Layer,
    LossChoice,
    Model,
    Optimizer,
    Published,
    Section,
    Standardize,
    close_to,
    nearest,
)
from lossbench.losses import FINAL_METRICS, Loss
from lossbench.marked_yaml import RESOLVERS, Key, MarkedYamlError, read

BUNDLED = next(
    folder
    for folder in (Path(__file__).parent / "configs", Path(__file__).parent.parent / "configs")
    if folder.is_dir()
)
SUFFIX = ".yaml"
NOTHING = object()
MAPPING = "must be a mapping of keys to values"
SECTIONS: dict[object, type[Section]] = {
    "dataset": Dataset,
    "standardize": Standardize,
    "model": Model,
    "hidden": Layer,
    "early_stopping": EarlyStopping,
    "loss": LossChoice,
    "optimizer": Optimizer,
    "published": Published,
}
# What the keys are that have no default.
REQUIRED = {
    "dataset": "a mapping with a generator and its parameters",
    "generator": f"one of {', '.join(GENERATORS)}",
    "model": "a mapping with the hidden layers",
    "hidden": "a list of the units of each hidden layer, such as [50]",
    "loss": f"one of {', '.join(losses.LOSSES)}",
    "name": f"one of {', '.join(losses.LOSSES)}",
    "epochs": "a whole number of at least 1",
    "units": "a whole number of at least 1",
}
# Pydantic's kinds of errors, in the words of someone who writes YAML.
MESSAGES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_pattern_mismatch": "must be letters, digits and any of . _ = + - but not start by one",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "dict_type": MAPPING,
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a config; without a line where the file was not read."""

    path: Path
    line: int | None
    key: str
    message: str
    value: object = NOTHING

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        key = f" {self.key}:" if self.key else ""
        value = "" if self.value is NOTHING else f" {_shown(self.value)}"
        return f"{self.path}{line}:{key}{value} {self.message}"


class ConfigError(ValueError):
    """All that is wrong with some configs."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Complaint(NamedTuple):
    """What is wrong with the value of a key, whichever file it is from."""

    key: Key
    message: str
    value: object = NOTHING


@dataclass(frozen=True)
class Case:
    """An experiment with the file it was read from and its data."""

    path: Path
    experiment: Experiment
    split: Split


def find(config: str | Path) -> Path:
    """The file of a config: a path as it is, or the name of a bundled one ("hinge")."""
    path, shipped = Path(config), BUNDLED / f"{config}{SUFFIX}"
    # Unlike Path.is_file, this takes any path.
    is_file = os.path.isfile(path)  # noqa: PTH113
    return shipped if shipped in bundled() and not is_file else path


def bundled() -> list[Path]:
    """The configs that come with lossbench: the nine of the first article, then the others."""
    return sorted(BUNDLED.rglob(f"*{SUFFIX}"), key=lambda path: (len(path.parts), path))


def in_folder(folder: str | Path) -> list[Path]:
    """The configs directly in a folder, by name; raises ConfigError where there are none."""
    paths = sorted(Path(folder).glob(f"*{SUFFIX}"))
    if not paths:
        what = "holds no config" if Path(folder).is_dir() else "is not a folder"
        raise ConfigError([Problem(Path(folder), None, "", what)])
    return paths


def load(
    config: str | Path, overrides: Mapping[str, Any] | None = None, *, allow_code: bool = False
) -> Experiment:
    """The experiment of a config, given as a path or as the name of a bundled one.

    ``overrides`` replaces top-level keys. Without ``allow_code`` a config that names a function
    of its own is refused. Raises ConfigError with all that is wrong.
    """
    return load_all([config], overrides, allow_code=allow_code)[0].experiment


def load_all(
    configs: Sequence[str | Path],
    overrides: Mapping[str, Any] | None = None,
    *,
    allow_code: bool = False,
) -> list[Case]:
    """The experiments of several configs with their data.

    Without ``allow_code`` those that name a function of their own are refused. Raises ConfigError
    with all that is wrong with any of them.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    taken: dict[str, Path] = {}
    for path in map(find, configs):
        name = path.stem
        try:
            case = _load(path, overrides or {}, allow_code)
            cases.append(case)
            name = case.experiment.name
        except ConfigError as error:
            problems += error.problems
        if name in taken:
            problems.append(Problem(path, 1, "name", f"is the name of {taken[name]} too", name))
        taken[name] = path
    if problems:
        raise ConfigError(problems)
    return cases


def to_yaml(experiment: Experiment) -> str:
    """The config of an experiment with every default filled in."""
    return yaml.dump(experiment.resolved(), Dumper=_Dumper, sort_keys=False)


def _load(path: Path, overrides: Mapping[str, Any], allow_code: bool) -> Case:
    try:
        document = read(path)
    except MarkedYamlError as error:
        raise ConfigError([Problem(path, error.line, "", str(error))]) from None
    except FileNotFoundError:
        names = [file.relative_to(BUNDLED).with_suffix("").as_posix() for file in bundled()]
        message = f"no such file, nor a bundled config of that name; {nearest(path, names)}"
        raise ConfigError([Problem(path, None, "", message)]) from None
    except IsADirectoryError:
        message = "is a folder; 'lossbench run-all' runs the configs in a folder"
        raise ConfigError([Problem(path, None, "", message)]) from None
    except OSError as error:
        raise ConfigError([Problem(path, None, "", f"cannot be read: {error.strerror}")]) from None

    problems = [
        Problem(path, line, _dotted(key), f"comes twice, first on line {first}")
        for key, line, first in document.repeated
    ]
    if not isinstance(document.values, dict):
        raise ConfigError([Problem(path, 1, "", MAPPING, document.values)])
    values = {"name": path.stem, **document.values, **overrides}
    experiment, split, complaints = _check(values, allow_code)
    problems += [
        Problem(path, document.line(it.key), _dotted(it.key), it.message, it.value)
        for it in complaints
    ]
    if problems or not experiment or not split:
        raise ConfigError(sorted(problems, key=lambda it: it.line or 0))
    return Case(path, experiment, split)


def _check(
    values: dict[str, Any], allow_code: bool
) -> tuple[Experiment | None, Split | None, list[Complaint]]:
    """Every complaint there is; what fits together is looked at even where other keys are wrong."""
    complaints: list[Complaint] = []
    experiment = None
    try:
        experiment = Experiment.model_validate(values)
    except ValidationError as error:
        complaints += map(_translated, error.errors())
        complaints += _misspelt(error.errors())
    split, refused = _data(values.get("dataset"))
    loss, wrong = _sound(LossChoice, values.get("loss"))
    if isinstance(values.get("loss"), dict) and "function" in values["loss"]:
        # A function that is wrong was left out, and is then no name of a loss either.
        wrong = [it for it in wrong if it.key != ("name",)]
    refused += [it._replace(key=("loss", *it.key)) for it in wrong]
    optimizer, wrong = _sound(Optimizer, values.get("optimizer", {}))
    refused += [it._replace(key=("optimizer", *it.key)) for it in wrong]
    if optimizer:
        refused += _too_new(optimizer)
    known = {it.key for it in complaints}
    complaints += [it for it in refused if it.key not in known]
    if not loss:
        return experiment, split, complaints
    model, published = values.get("model"), values.get("published")
    activation = model.get("output_activation") if isinstance(model, dict) else None
    if activation in OUTPUT_ACTIVATIONS and activation not in loss.row.activations:
        message = f"does not fit {loss.name}; {nearest(activation, loss.row.activations)}"
        complaints.append(Complaint(("model", "output_activation"), message, activation))
    if loss.function is not None:
        complaints += _unusable(loss.function, allow_code)
    further = values.get("metrics")
    further = further if isinstance(further, list) else []
    reported = [*loss.row.metrics, *(metric for metric in further if isinstance(metric, str))]
    for metric, figures in published.items() if isinstance(published, dict) else ():
        if metric not in reported:
            message = f"is not a metric of {loss.name}; {nearest(metric, reported)}"
            if metric in FINAL_METRICS[loss.row.problem]:
                message = f"is not reported; ask for it by metrics: [{metric}]"
            complaints.append(Complaint(("published", metric), message, figures))
    count = len(split.classes) if split else 0
    # How many classes there are is not known where a key of the dataset is wrong.
    counts = (2, 3) if count and not experiment else (count,)
    if split and not any(map(loss.row.fits, counts)):
        kind = f"{count} class{'es' if count > 1 else ''}" if count else "real numbers"
        fitting = ", ".join(losses.fitting(count)) or "none"
        message = f"does not fit a target of {kind}; losses that do: {fitting}"
        complaints.append(Complaint(("loss",), message, loss.name))
    elif experiment and split:
        complaints += _at_odds(experiment, split)
    return experiment, split, complaints


def _unusable(function: str, allow_code: bool) -> Iterator[Complaint]:
    """A person's own function that may not be run, or is not there."""
    key = ("loss", "function")
    if not allow_code:
        message = "is code, which a config may name only with --allow-code: read it first"
        yield Complaint(key, message, function)
    elif message := own_code.missing(function) or "":
        yield Complaint(key, message, function)


def _too_new(optimizer: Optimizer) -> Iterator[Complaint]:
    """An optimizer that the Keras which is installed has not."""
    since = optimizers.SINCE.get(optimizer.name)
    if since:
        installed = version("keras")
        if tuple(map(int, installed.split(".")[:2])) < since:
            needed = ".".join(map(str, since))
            message = f"needs Keras {needed} or later; this is {installed}"
            yield Complaint(("optimizer", "name"), message, optimizer.name)


def _at_odds(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What does not fit together in an experiment, each of whose keys is right, and its data."""
    row, classes = experiment.loss.row, split.classes
    target = np.concatenate([split.y_train, split.y_test])
    if message := losses.unfit(row.targets, target):
        yield Complaint(("loss",), message, experiment.loss.name)
    alpha = experiment.loss.parameters.get("alpha")
    if experiment.loss.function is None and isinstance(alpha, tuple) and len(alpha) != len(classes):
        message = f"must be a number, or have one for each of the {len(classes)} classes"
        yield Complaint(("loss", "alpha"), message, list(alpha))
    yield from _of_classes(experiment, row, classes)
    stopping, rows = experiment.early_stopping, len(split.y_train)
    fitted = stopping.fitted(rows) if stopping else rows
    if stopping and not 0 < fitted < rows:
        message = f"must leave rows to train on and rows to judge by, of the {rows} that train"
        key: Key = ("early_stopping", "validation_size")
        yield Complaint(key, message, stopping.validation_size)
        return
    allowed = (*row.metrics, *FINAL_METRICS[row.problem])
    halves = {"train": split.y_train[:fitted], "test": split.y_test}
    for number, metric in enumerate(experiment.final_metrics):
        key = ("metrics", number)
        if metric not in allowed:
            message = f"is not a metric of {experiment.loss.name}; {nearest(metric, allowed)}"
            yield Complaint(key, message, metric)
            continue
        for half, truth in halves.items():
            if metric == "roc_auc" and len(np.unique(truth)) < len(classes):
                yield Complaint(key, f"needs all classes in the {half} rows", metric)
            if metric == "r2" and len(truth) < 2:
                yield Complaint(key, f"needs two {half} rows", metric)


def _of_classes(experiment: Experiment, row: Loss, classes: Sequence[str]) -> Iterator[Complaint]:
    weights = experiment.class_weight
    if weights is None:
        return
    if row.problem == "regression":
        message = f"is of classifiers, and {experiment.loss.name} is not of one"
        yield Complaint(("class_weight",), message, weights)
    elif not isinstance(weights, str):
        for name in weights.keys() - {*classes}:
            message = f"is not a class; {nearest(name, classes)}"
            yield Complaint(("class_weight", name), message, weights[name])


def _data(values: object) -> tuple[Split | None, list[Complaint]]:
    """The data and all that scikit-learn refuses: what is refused is left out of the next try."""
    dataset, complaints = _sound(Dataset, values)
    complaints = [it._replace(key=("dataset", *it.key)) for it in complaints]
    left_out: set[str] = set()
    while dataset and "generator" not in left_out:
        try:
            return dataset.load(), complaints
        except DatasetError as error:
            if error.key in left_out:
                break
            # How many rows there are is not known where another key is wrong.
            if error.key != "train_size" or not complaints:
                value = dataset.parameters.get(error.key, getattr(dataset, error.key, NOTHING))
                complaints.append(Complaint(("dataset", error.key), str(error), value))
            left_out.add(error.key)
            given = dataset.model_dump(exclude_unset=True, exclude=left_out)
            dataset, _ = _sound(Dataset, given)
    return None, complaints


AnySection = TypeVar("AnySection", bound=Section)


def _sound(kind: type[AnySection], values: object) -> tuple[AnySection | None, list[Complaint]]:
    """The section without its wrong keys, unless it needs them, and what is wrong with those.

    Parameters are looked at only where all else is right, so there is more than one round.
    """
    complaints: list[Complaint] = []
    while True:
        try:
            return kind.model_validate(values), complaints
        except ValidationError as error:
            complaints += map(_translated, error.errors())
            wrong = {it["loc"][0] for it in error.errors() if it["loc"]}
        if not isinstance(values, dict) or not wrong & values.keys():
            return None, complaints
        values = {name: value for name, value in values.items() if name not in wrong}


def _translated(error: ErrorDetails) -> Complaint:
    """A complaint of pydantic's, in words that name what is allowed."""
    key, kind, limits = error["loc"], error["type"], error.get("ctx", {})
    if kind == "missing":
        return Complaint(key, f"is missing; it must be {REQUIRED[str(key[-1])]}")
    if kind == "extra_forbidden":
        section: type[Section] = Experiment
        for name in key[:-1]:
            section = SECTIONS.get(name, section)
        keys = [field.alias or name for name, field in section.model_fields.items()]
        message = f"is not a known key; {nearest(key[-1], keys)}"
    elif kind in MESSAGES:
        whole = {name: int(it) for name, it in limits.items() if isinstance(it, float)}
        message = MESSAGES[kind].format(**limits | whole)
    else:
        message = error["msg"]
    value = NOTHING if error["input"] is ABSENT else error["input"]
    return Complaint(key, message, value)


def _misspelt(errors: Sequence[ErrorDetails]) -> Iterator[Complaint]:
    """Keys meant for one that is missing, in the sections that take any key for a parameter."""
    for error in errors:
        section = SECTIONS.get(error["loc"][0])
        if error["type"] == "missing" and section and section.model_config["extra"] == "allow":
            wanted = str(error["loc"][-1])
            meant = close_to(wanted, error["input"])
            if meant:
                message = f"is not a known key; did you mean '{wanted}'?"
                yield Complaint((*error["loc"][:-1], meant), message, error["input"][meant])


def _dotted(key: Key) -> str:
    return ".".join(map(str, key))


def _shown(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Dumper(yaml.SafeDumper):
    """The safe dumper, writing a figure with its decimals, and short lists on one line."""


def _figure(dumper: yaml.SafeDumper, figure: Decimal) -> yaml.Node:
    text = f"{figure:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.yaml_implicit_resolvers = RESOLVERS
_Dumper.add_representer(Decimal, _figure)
_Dumper.add_representer(
    tuple,
    lambda dumper, it: dumper.represent_sequence("tag:yaml.org,2002:seq", it, flow_style=True),
)
_Dumper.add_multi_representer(float, yaml.SafeDumper.represent_float)
