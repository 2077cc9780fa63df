"""From YAML files to Experiments; every complaint about a config is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lossbench import losses
from lossbench.datasets import DatasetError, Split
from lossbench.experiment import (
    Dataset,
    Experiment,
    LossChoice,
    Model,
    Optimizer,
    Published,
    Section,
    Standardize,
    nearest,
)
from lossbench.marked_yaml import Key, MarkedYamlError, read

BUNDLED = next(
    folder
    for folder in (Path(__file__).parent / "configs", Path(__file__).parent.parent / "configs")
    if folder.is_dir()
)
SUFFIX = ".yaml"
NOTHING = object()
SECTIONS: dict[object, type[Section]] = {
    "dataset": Dataset,
    "standardize": Standardize,
    "model": Model,
    "loss": LossChoice,
    "optimizer": Optimizer,
    "published": Published,
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a config."""

    path: Path
    line: int
    key: str
    message: str
    value: object = NOTHING

    def __str__(self) -> str:
        key = f" {self.key}:" if self.key else ""
        value = "" if self.value is NOTHING else f" {_shown(self.value)}"
        return f"{self.path}:{self.line}:{key}{value} {self.message}"


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
    path, bundled = Path(config), BUNDLED / f"{config}{SUFFIX}"
    return bundled if bundled.is_file() and not path.is_file() else path


def in_folder(folder: str | Path) -> list[Path]:
    """The configs directly in a folder, by name; raises ConfigError where there are none."""
    paths = sorted(Path(folder).glob(f"*{SUFFIX}"))
    if not paths:
        what = "holds no config" if Path(folder).is_dir() else "is not a folder"
        raise ConfigError([Problem(Path(folder), 1, "", what)])
    return paths


def load(config: str | Path, overrides: Mapping[str, Any] | None = None) -> Experiment:
    """The experiment of a config, given as a path or as the name of a bundled one.

    ``overrides`` replaces top-level keys. Raises ConfigError with all that is wrong.
    """
    return load_all([config], overrides)[0].experiment


def load_all(
    configs: Sequence[str | Path], overrides: Mapping[str, Any] | None = None
) -> list[Case]:
    """The experiments of several configs with their data.

    Raises ConfigError with all that is wrong with any of them.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    taken: dict[str, Path] = {}
    for path in map(find, configs):
        try:
            case = _load(path, overrides or {})
        except ConfigError as error:
            problems += error.problems
            continue
        name = case.experiment.name
        if name in taken:
            problems.append(Problem(path, 1, "", f"has the same name as {taken[name]}: '{name}'"))
        taken[name] = path
        cases.append(case)
    if problems:
        raise ConfigError(problems)
    return cases


def to_yaml(experiment: Experiment) -> str:
    """The config of an experiment with every default filled in."""
    return yaml.dump(experiment.resolved(), Dumper=_Dumper, sort_keys=False)


def _load(path: Path, overrides: Mapping[str, Any]) -> Case:
    if not path.exists():
        names = [str(file.relative_to(BUNDLED).with_suffix("")) for file in BUNDLED.rglob("*.yaml")]
        message = f"no such file, nor a bundled config of that name; {nearest(path, names)}"
        raise ConfigError([Problem(path, 1, "", message)])
    if not path.is_file():
        message = "is not a file; a folder of configs is run by 'lossbench run-all'"
        raise ConfigError([Problem(path, 1, "", message)])
    try:
        document = read(path)
    except MarkedYamlError as error:
        raise ConfigError([Problem(path, error.line, "", str(error))]) from None
    except OSError as error:
        raise ConfigError([Problem(path, 1, "", f"cannot be read: {error.strerror}")]) from None
    if not isinstance(document.values, dict):
        raise ConfigError(
            [Problem(path, 1, "", "must be a mapping of keys to values", document.values)]
        )

    values = {"name": path.stem, **document.values, **overrides}

    experiment, split, complaints = _check(values)
    if complaints or not experiment or not split:
        raise ConfigError(
            [
                Problem(
                    path, document.line(it.key), ".".join(map(str, it.key)), it.message, it.value
                )
                for it in sorted(complaints, key=lambda it: document.line(it.key))
            ]
        )
    return Case(path, experiment, split)


def _check(values: dict[str, Any]) -> tuple[Experiment | None, Split | None, list[Complaint]]:
    """Every complaint there is; what fits together is looked at even where other keys are wrong."""
    complaints: list[Complaint] = []
    experiment = None
    try:
        experiment = Experiment.model_validate(values)
    except ValidationError as error:
        complaints += map(_translated, error.errors())
    dataset = _section(Dataset, values.get("dataset"))
    model = _section(Model, values.get("model"))
    loss = _section(LossChoice, values.get("loss"))
    split = None
    if dataset:
        try:
            split = dataset.load()
        except DatasetError as error:
            value = dataset.parameters.get(error.key, getattr(dataset, error.key, NOTHING))
            complaints.append(Complaint(("dataset", error.key), str(error), value))
    if loss and model:
        allowed = loss.row.activations
        if model.output_activation not in (None, *allowed):
            message = f"does not fit {loss.name}; {nearest(model.output_activation, allowed)}"
            complaints.append(
                Complaint(("model", "output_activation"), message, model.output_activation)
            )
    if loss and split and not loss.row.fits(len(split.classes)):
        kind = f"{len(split.classes)} classes" if split.classes else "real numbers"
        fitting = ", ".join(losses.fitting(len(split.classes)))
        message = f"does not fit a target of {kind}; losses that do: {fitting}"
        complaints.append(Complaint(("loss",), message, loss.name))
    published = values.get("published")
    if loss and isinstance(published, dict):
        for metric in published:
            if metric not in loss.row.metrics:
                message = f"is not a metric of {loss.name}; {nearest(metric, loss.row.metrics)}"
                complaints.append(Complaint(("published", str(metric)), message))
    return experiment, split, complaints


AnySection = TypeVar("AnySection", bound=Section)


def _section(kind: type[AnySection], values: object) -> AnySection | None:
    """The section if it is valid by itself."""
    try:
        return kind.model_validate(values)
    except ValidationError:
        return None


def _translated(error: ErrorDetails) -> Complaint:
    """A complaint of pydantic's, in words that name what is allowed."""
    key = error["loc"]
    if error["type"] == "missing":
        return Complaint(key, "is missing")
    if error["type"] == "extra_forbidden":
        section = Experiment
        for name in key[:-1]:
            section = SECTIONS.get(name, section)
        return Complaint(key, f"is not a known key; {nearest(key[-1], section.model_fields)}")
    message = error["msg"].replace("Input should be", "must be")
    return Complaint(key, message[:1].lower() + message[1:], error["input"])


def _shown(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Dumper(yaml.SafeDumper):
    """The safe dumper, writing a figure with its decimals, and short lists on one line."""


_Dumper.add_representer(
    Decimal, lambda dumper, it: dumper.represent_scalar("tag:yaml.org,2002:float", format(it, "f"))
)
_Dumper.add_representer(
    tuple,
    lambda dumper, it: dumper.represent_sequence("tag:yaml.org,2002:seq", it, flow_style=True),
)
_Dumper.add_multi_representer(float, yaml.SafeDumper.represent_float)
