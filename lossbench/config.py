"""From YAML files to Experiments; every complaint about a config is written here."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lossbench import losses, optimizers, own_code
from lossbench.datasets import DatasetError, Split
from lossbench.experiment import (
    ABSENT,
    OUTPUT_ACTIVATIONS,
    Dataset,
    Drawn,
    EarlyStopping,
    Experiment,
    Layer,
    LossChoice,
    Model,
    Optimizer,
    Published,
    Section,
    Standardize,
)
from lossbench.generators import GENERATORS
from lossbench.losses import FINAL_METRICS, Loss
from lossbench.marked_yaml import RESOLVERS, Document, Key, MarkedYamlError, read
from lossbench.names import close_to, nearest, on_one_line, shown
from lossbench.overrides import Axis, Grid, Point, applied, text
from lossbench.overrides import grid as grid_of

BUNDLED = next(
    folder
    for folder in (Path(__file__).parent / "configs", Path(__file__).parent.parent / "configs")
    if folder.is_dir()
)
SUFFIX = ".yaml"
# What a process can hold, as the rows of a history.csv and as the weights of a network.
MOST_ROWS = MOST_WEIGHTS = 100_000_000
MAPPING = "must be a mapping of keys to values"
SECTIONS: dict[object, type[Section]] = {
    "dataset": Dataset,
    "split": Drawn,
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
    "dataset": "a mapping with a generator and its parameters, or with a file and its target",
    "generator": f"one of {', '.join(GENERATORS)}; or give a file and its target",
    "file": "the path of a CSV, TSV or Parquet file, from this config's folder",
    "target": "the name of the column to predict",
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
    "less_than_equal": "must be at most {le}",
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "dict_type": MAPPING,
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a config; without a line where the file was not read.

    ``path`` may be an option of the command line instead, which set what is wrong.
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
    """All that is wrong with some configs."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Complaint(NamedTuple):
    """What is wrong with the value of a key, whichever file it is from."""

    key: Key
    message: str
    value: object = ABSENT


@dataclass(frozen=True)
class Case:
    """An experiment with the file it was read from and its data.

    ``sweep`` names the sweep it is a point of, if any, and ``base`` the experiment that it varies;
    ``point`` maps the dotted keys that vary to their values here.
    """

    path: Path
    experiment: Experiment
    split: Split
    base: str = ""
    sweep: str = ""
    point: Mapping[str, Any] = field(default_factory=dict)


def find(config: str | Path) -> Path:
    """The file of a config: a path as it is, or the name of a bundled one ("hinge")."""
    path, shipped = Path(config), BUNDLED / f"{config}{SUFFIX}"
    # Unlike Path.is_file, this takes any path.
    is_file = os.path.isfile(path)  # noqa: PTH113
    return shipped if shipped in bundled() and not is_file else path


def bundled() -> list[Path]:
    """The configs that come with lossbench: the nine of the first article, then the others."""
    return sorted(BUNDLED.rglob(f"*{SUFFIX}"), key=lambda path: (len(path.parts), path))


def names_of(path: Path, settings: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """The sweep, if any, and the name of each experiment, as far as a glance can tell."""
    try:
        values = read(path).values
    except (OSError, MarkedYamlError):
        values = {}
    name = values.get("name", path.stem) if isinstance(values, dict) else path.stem
    grid = grid_of(settings)
    for point in grid.points():
        base = str(applied({"name": name}, grid, point)["name"])
        yield grid.sweep(base) if grid.varying else "", grid.name(base, point)


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
    settings: Sequence[str] = (),
    *,
    allow_code: bool = False,
) -> list[Case]:
    """The experiments of several configs with their data, at every point of the settings' grid.

    ``settings`` are as in ``overrides.grid``. Without ``allow_code`` configs that name a function
    of their own are refused. Raises ConfigError with all that is wrong with any of them.
    """
    grid, problems = _grid(settings, overrides or {})
    cases: list[Case] = []
    taken: dict[str, Path] = {}
    loaded: Loaded = {}
    paths = [find(config) for config in configs]
    of_options: dict[Problem, list[Path]] = defaultdict(list)
    for path in paths:
        names = [path.stem]
        try:
            found = _load(path, overrides or {}, grid, loaded, allow_code)
            cases += found
            names = [case.experiment.name for case in found]
        except ConfigError as error:
            for problem in error.problems:
                if isinstance(problem.path, str):
                    of_options[problem].append(path)
                else:
                    problems.append(problem)
        for name in names:
            if name in taken:
                problems.append(Problem(path, 1, "name", f"is the name of {taken[name]} too", name))
            taken[name] = path
    for problem, at in of_options.items():
        which = "" if len(at) == len(paths) else f" (in {', '.join(map(str, at))})"
        problems.append(replace(problem, message=problem.message + which))
    if problems:
        raise ConfigError(problems)
    return cases


def to_yaml(experiment: Experiment) -> str:
    """The config of an experiment with every default filled in."""
    return yaml.dump(experiment.resolved(), Dumper=_Dumper, sort_keys=False)


def flow(value: object) -> str:
    """A plain value as a config has it on one line."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10**6)
    return text.removesuffix("...\n").rstrip("\n")


def _grid(settings: Sequence[str], overrides: Mapping[str, Any]) -> tuple[Grid, list[Problem]]:
    """The grid of some settings, and what is wrong with them whatever the config."""
    grid = grid_of(settings)
    problems = [Problem(option, None, "", message) for option, message in grid.refused]
    for axis in grid.axes:
        if axis.dotted in overrides:
            option = axis.option(axis.values)
            problems.append(Problem(option, None, "", f"is given by --{axis.dotted} too"))
    return grid, problems


def _load(
    path: Path, overrides: Mapping[str, Any], grid: Grid, loaded: "Loaded", allow_code: bool
) -> list[Case]:
    """The experiment of a config at every point of a grid."""
    document = _document(path)
    if not isinstance(document.values, dict):
        raise ConfigError([Problem(path, 1, "", MAPPING, document.values)])
    config = _from_folder({"name": path.stem, **document.values}, path.parent)
    cases: list[Case] = []
    wrong: list[tuple[Point, Complaint]] = []
    for point in grid.points():
        values = applied({**config, **overrides}, grid, point)
        if "published" in config and not _still_published(config, values, overrides, grid):
            values["published"] = {}
        base = values["name"]
        if isinstance(base, str):
            values["name"] = grid.name(base, point)
        experiment, split, complaints = _check(values, loaded, allow_code)
        wrong += [(point, complaint) for complaint in complaints]
        if experiment and split:
            sweep = grid.sweep(base) if grid.varying else ""
            cases.append(Case(path, experiment, split, base, sweep, grid.values(point)))
    problems = [
        Problem(path, line, _dotted(key), f"comes twice, first on line {first}")
        for key, line, first in document.repeated
    ]
    problems += _problems(path, document, grid, wrong)
    if problems:
        raise ConfigError(sorted(problems, key=lambda it: it.line or 0))
    return cases


def _document(path: Path) -> Document:
    try:
        return read(path)
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


def _from_folder(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The config's values, with a path that holds from the working directory."""
    dataset = values.get("dataset")
    if not isinstance(dataset, dict) or not isinstance(dataset.get("file"), str):
        return values
    return values | {"dataset": dataset | {"file": str(folder / dataset["file"])}}


def _still_published(
    config: Mapping[str, Any],
    changed: Mapping[str, Any],
    overrides: Mapping[str, Any],
    grid: Grid,
) -> bool:
    """Whether what is published of a config is of the changed one too.

    It is not where something is changed that decides a training. The points of a sweep are
    compared with each other, and judged by nothing else.
    """
    keys = {*overrides, *(str(axis.key[0]) for axis in grid.axes)}
    if "published" in keys or not keys:
        return True
    if grid.varying:
        return False
    try:
        before, after = (
            Experiment.model_validate({**it, "published": {}}).config_hash
            for it in (config, changed)
        )
    except ValidationError:
        return not keys - {"name", "seed", "repeats"}
    return before == after


def _problems(
    path: Path, document: Document, grid: Grid, wrong: Sequence[tuple[Point, Complaint]]
) -> list[Problem]:
    """What is wrong at the points of a grid, each thing once, with the option or the line."""
    by_cause: dict[tuple[Axis | None, Key, str], list[tuple[Point, Complaint]]] = defaultdict(list)
    for point, complaint in wrong:
        axis = grid.axis_of(complaint.key, complaint.value)
        key = complaint.key if axis is None else ()
        by_cause[axis, key, complaint.message].append((point, complaint))
    problems = []
    for (axis, key, message), found in by_cause.items():
        points = [point for point, _ in found]
        if axis is None:
            value = found[0][1].value
            where = _among(grid, points, grid.points())
            touched = [it for it in grid.axes if key and it.key[0] == key[0]]
            if touched and not where and not grid.varying:
                where = f" (with {', '.join(it.option(it.values) for it in touched)})"
            line = document.line(key)
            problems.append(Problem(path, line, _dotted(key), message + where, value))
            continue
        number = grid.axes.index(axis)
        values = [value for value in axis.values if any(value is point[number] for point in points)]
        all_points = [it for it in grid.points() if any(value is it[number] for value in values)]
        where = _among(grid, points, all_points, besides=axis)
        message = _meant(found[0][1], axis, document) or message
        problems.append(Problem(axis.option(values), None, "", message + where))
    return problems


def _among(
    grid: Grid, points: Sequence[Point], all_points: Sequence[Point], besides: Axis | None = None
) -> str:
    """At which of the points, if not at all of them."""
    if len(points) >= len(all_points):
        return ""
    places: dict[str, None] = {}
    for point in points:
        values = grid.values(point).items()
        pairs = (f"{key}={text(it)}" for key, it in values if not besides or key != besides.dotted)
        places[", ".join(pairs)] = None
    first, *more = places
    return f" (at {first}{f', and at {len(more)} more' if more else ''})"


def _meant(complaint: Complaint, axis: Axis, document: Document) -> str | None:
    """A hint at the whole key where only its end was given: learning_rate."""
    if len(axis.key) > 1 or "is not a known key" not in complaint.message:
        return None
    if "did you mean" in complaint.message:
        return None
    try:
        known = Experiment.model_validate({"name": "any", **document.values}).resolved()
    except ValidationError:
        return None
    ends = {
        str(name): f"{section}.{name}"
        for section, values in known.items()
        if isinstance(values, dict)
        for name in values
    }
    meant = close_to(axis.dotted, ends)
    return f"is not a known key; did you mean '{ends[meant]}'?" if meant else None


def _check(
    values: dict[str, Any], loaded: "Loaded", allow_code: bool
) -> tuple[Experiment | None, Split | None, list[Complaint]]:
    """Every complaint there is; what fits together is looked at even where other keys are wrong."""
    complaints: list[Complaint] = []
    experiment = None
    try:
        experiment = Experiment.model_validate(values)
    except ValidationError as error:
        complaints += map(_translated, error.errors())
        complaints += _misspelt(error.errors())
    split, refused = _data_once(values.get("dataset"), loaded)
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
    if experiment and split:
        complaints += _too_large(experiment, split)
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
        dataset = values["dataset"]
        if "file" in dataset and not {"generator", "problem"} & dataset.keys():
            other = "regression" if count else "classification"
            message += f"; the dataset's 'problem: {other}' takes the target for another one"
        complaints.append(Complaint(("loss",), message, loss.name))
    elif experiment and split:
        complaints += _at_odds(experiment, split)
    return experiment, split, complaints


# What became of the datasets that were asked for: the points of a grid share their data.
Loaded = dict[str, tuple[Split | None, list[Complaint]]]


def _data_once(values: object, loaded: Loaded) -> tuple[Split | None, list[Complaint]]:
    """The data as ``_data`` has them, from what is loaded if they are there."""
    asked = repr(values)
    if asked not in loaded:
        loaded[asked] = _data(values)
    split, complaints = loaded[asked]
    return split, list(complaints)


def _too_large(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What no machine this is meant for could hold."""
    if experiment.epochs * experiment.repeats > MOST_ROWS:
        message = f"times {experiment.repeats} repeats are more than {MOST_ROWS} epochs in all"
        yield Complaint(("epochs",), message, experiment.epochs)
    units = experiment.loss.row.units(len(split.classes))
    shapes = experiment.model.weight_shapes(split.x_train.shape[1], units)
    weights = sum(map(prod, shapes.values()))
    if weights > MOST_WEIGHTS:
        message = f"makes {weights} weights; there may be {MOST_WEIGHTS}"
        yield Complaint(("model", "hidden"), message)


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
    fitted = experiment.fitted_rows(rows)
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
        for name, weight in weights.items():
            if name not in classes:
                message = f"is not a class; {nearest(name, classes)}"
                yield Complaint(("class_weight", name), message, weight)


def _data(values: object) -> tuple[Split | None, list[Complaint]]:
    """The data and all that scikit-learn refuses: what is refused is left out of the next try."""
    dataset, complaints = _sound(Dataset, values)
    complaints = [it._replace(key=("dataset", *it.key)) for it in complaints]
    left_out: set[str] = set()
    while dataset and not left_out & {"generator", "file", "target"}:
        try:
            return dataset.load(), complaints
        except DatasetError as error:
            if error.key in left_out:
                break
            # How many rows there are is not known where another key is wrong.
            if error.key != "train_size" or not complaints:
                value = dataset.parameters.get(error.key, getattr(dataset, error.key, None))
                value = value.model_dump() if isinstance(value, Section) else value
                value = list(value) if isinstance(value, tuple) else value
                value = ABSENT if value is None else value
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
            known = {it.key for it in complaints}
            complaints += [it for it in map(_translated, error.errors()) if it.key not in known]
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
    return Complaint(key, message, error["input"])


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
