"""Experiments for a choice, which share data and protocol, and what is written of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lossbench.config.bundled import SUFFIX, in_folder
from lossbench.config.complaints import ConfigError, Mistake
from lossbench.config.experiment_checks import possible_metrics
from lossbench.config.load import Case, load_all
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.split_options import SplitOptions
from lossbench.config.yaml_reader import read
from lossbench.data.arrays import DatasetError
from lossbench.evidence.baselines import Baseline, baselines
from lossbench.evidence.choice import Choice, choose
from lossbench.results import atomic
from lossbench.results.files import HISTORY
from lossbench.results.folders import RESULTS
from lossbench.results.result import Result
from lossbench.starters.configs import configs
from lossbench.starters.dataset import StarterDataset, generator_named, starter_dataset
from lossbench.starters.description import Description, describe_split
from lossbench.starters.description_text import dataset_lines
from lossbench.suite import choice_files
from lossbench.suite.suite import Suite
from lossbench.tables.metrics import METRICS, monitored
from lossbench.text import nearest, printable

TRAIN_SIZE, VALIDATION_SIZE = 0.8, 0.2
# With early stopping, more epochs than ``new`` asks for cost little: those of slow rates.
EPOCHS, MOST_EPOCHS = 5, 150
PATIENCE, LEAST_PATIENCE = 0.2, 10  # a share of the epochs, and epochs
CHOICES = RESULTS / "choose"
CONFIGS = "configs"  # the folder of those that are written


@dataclass(frozen=True)
class Protocol:
    """How losses are compared.

    ``grid`` has the values of further keys that are tuned. ``group`` and ``time`` name columns by
    which rows are split. Without a ``metric``, the data decide; ``epochs`` are those of the configs
    if not given. ``region`` is the difference that does not matter. ``allow_code`` permits losses
    that are a person's own functions, and ``force`` trains what is stored again.
    """

    metric: str | None = None
    splits: int = 10
    seeds: int = 3
    seed: int = 0
    epochs: int | None = None
    group: str | None = None
    time: str | None = None
    grid: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    region: float | None = None
    allow_code: bool = False
    force: bool = False


class Source(NamedTuple):
    """What there is to choose from: configs, and the folder for the results.

    ``dataset`` describes the data for which the configs were written; None for a person's own.
    """

    title: str
    folder: Path
    paths: list[Path]
    dataset: StarterDataset | None = None

    @property
    def notes(self) -> list[str]:
        """What the data hold, and what was decided about them, as ``new`` says it."""
        return [*map(printable, dataset_lines(self.dataset))] if self.dataset else []

    @property
    def seems_stored(self) -> bool:
        """Whether every result seems to be stored, as far as a glance can tell."""
        return all((self.folder / path.stem / HISTORY).is_file() for path in self.paths)

    def cases(self, protocol: Protocol) -> list[Case]:
        """The experiments, each in the splits of the protocol; raises ConfigError."""
        if self.dataset:
            return _cases_of_new(self.dataset, self.paths, protocol)
        return _cases_of_own(self.paths, protocol)


def source_of(
    data: str,
    target: str | None,
    problem: str | None,
    settings: Mapping[str, Any],
    losses: Sequence[str],
    out: Path | None = None,
) -> Source:
    """The configs in a folder, or those for data, which are written beside the results.

    ``target``, ``problem`` and ``settings`` are those of ``starter_dataset``. A bare name of data
    of scikit-learn means these, also where a folder has that name. Raises DatasetError,
    ConfigError, and OSError where nothing can be written.
    """
    if not generator_named(data) and Path(data).is_dir() and any(Path(data).glob(f"*{SUFFIX}")):
        given = {"--target": target, "--problem": problem, "--set": settings}
        if option := next((name for name, value in given.items() if value), None):
            raise DatasetError(option, "is for data; configs have their own")
        name = Path(data).resolve().name
        return Source(name, out or CHOICES / name, _configs_in(Path(data), losses))
    dataset = starter_dataset(data, target, problem, settings)
    folder = out or CHOICES / dataset.name
    choice_files.refuse(folder)
    title = f"{dataset.title}, {dataset.target}" if dataset.path else dataset.name
    return Source(title, folder, _written(dataset, folder / CONFIGS, losses), dataset)


def _written(dataset: StarterDataset, folder: Path, losses: Sequence[str]) -> list[Path]:
    """Configs for data, for the losses named or for all that suit; older ones are replaced."""
    paths = []
    for name, text in configs(dataset, folder, dataset.named(losses) or None).items():
        atomic.replace_file(folder / name, text.encode())
        paths.append(folder / name)
    return paths


def _configs_in(folder: Path, losses: Sequence[str]) -> list[Path]:
    """The configs in a folder, or those of them that are named; raises ConfigError."""
    by_name = {path.stem: path for path in in_folder(folder)}
    if unknown := [name for name in losses if name not in by_name]:
        message = f"is none of the configs in {folder}; {nearest(unknown[0], by_name)}"
        raise ConfigError([Mistake(f"--losses {unknown[0]}", None, "", message)])
    return [by_name[name] for name in losses or by_name]


def suite_of(source: Source, cases: Sequence[Case], force: bool) -> Suite:
    """The suite that trains the cases, each into a folder of its name."""
    return Suite(cases, [source.folder / it.experiment.name for it in cases], force=force)


def _cases_of_new(dataset: StarterDataset, paths: Sequence[Path], protocol: Protocol) -> list[Case]:
    """The experiments of configs that were written for data; raises ConfigError."""
    values = read(paths[0]).values
    epochs = min(EPOCHS * values["epochs"], MOST_EPOCHS)
    split = _split(dataset.description, SplitOptions(), protocol)
    return _cases(paths, dataset.description, split, epochs, protocol)


def _cases_of_own(paths: Sequence[Path], protocol: Protocol) -> list[Case]:
    """The experiments of a person's configs; raises ConfigError.

    All get the same splits and are tuned in the same way. They must share their data.
    """
    plain = load_all(paths, allow_code=protocol.allow_code)
    _refuse_other_data(plain)
    _refuse_other_problems(plain)
    first = plain[0]
    description = describe_split(first.split, first.experiment.loss.row.problem)
    split = _split(description, first.experiment.dataset.split or SplitOptions(), protocol)
    epochs = max(it.experiment.epochs for it in plain)
    return _cases(paths, description, split, epochs, protocol)


def _cases(
    paths: Sequence[Path],
    description: Description,
    split: Mapping[str, Any],
    epochs: int,
    protocol: Protocol,
) -> list[Case]:
    """The experiments in the same splits, tuned in the same way, with all metrics they can have."""
    metric, epochs = protocol.metric or description.metric, protocol.epochs or epochs
    watched = metric in monitored(bool(description.several))
    fitting = [
        it.name for it in METRICS.values() if it.ordered and description.problem in it.problems
    ]
    if metric not in fitting:
        message = f"is no metric for {description.problem}; {nearest(metric, fitting)}"
        raise ConfigError([Mistake(f"--metric {metric}", None, "", message)])
    options = {
        "dataset.train_size": TRAIN_SIZE,
        "dataset.split": dict(split),
        "splits": protocol.splits,
        "repeats": protocol.seeds,
        "seed": protocol.seed,
        "epochs": epochs,
        "early_stopping": {
            "patience": max(LEAST_PATIENCE, round(PATIENCE * epochs)),
            "validation_size": VALIDATION_SIZE,
            "monitor": metric if watched else "loss",
        },
        "published": {},
        "metrics": [],
    }
    cases = []
    for case in _tuned(paths, options, protocol, metric):
        metrics = possible_metrics(case.experiment, case.splits)
        if metric not in (*metrics, *case.experiment.tracked):
            message = f"cannot be taken of {case.experiment.name} on these data"
            raise ConfigError([Mistake(f"--metric {metric}", None, "", message)])
        experiment = case.experiment.model_copy(update={"final_metrics": metrics})
        cases.append(replace(case, experiment=experiment))
    return cases


def _tuned(
    paths: Sequence[Path], options: Mapping[str, Any], protocol: Protocol, metric: str
) -> list[Case]:
    """The experiments with the keys that are tuned; a parameter only where the loss has it."""
    keys_of = {path: tuple(it for it in protocol.grid if _has(path, it)) for path in paths}
    for key in protocol.grid:
        if not any(key in keys for keys in keys_of.values()):
            message = "is a parameter of none of the losses"
            raise ConfigError([Mistake(f"--tune {key}", None, "", message)])
    found: dict[Path, Case] = {}
    for keys in dict.fromkeys(keys_of.values()):
        grid = {key: [*protocol.grid[key]] for key in keys}
        alike = [path for path in paths if keys_of[path] == keys]
        tune = {"tune": {"metric": metric, "grid": grid}}
        cases = load_all(alike, {**options, **tune}, allow_code=protocol.allow_code)
        found |= {case.path: case for case in cases}
    return [found[path] for path in paths]


def _has(path: Path, key: str) -> bool:
    """Whether a config, which is known to be right, can have a key of the grid."""
    section, _, name = key.partition(".")
    if section != "loss":
        return True
    loss = LossChoice.model_validate(read(path).values["loss"])
    return loss.takes(name)


def _split(description: Description, options: SplitOptions, protocol: Protocol) -> dict[str, Any]:
    """How rows are split: as asked for or as a config says, by classes where that is possible."""
    group, time = protocol.group or options.group, protocol.time or options.time
    if time and not protocol.group:
        return {"time": time}
    stratify = min(description.balance.values(), default=0) >= 2
    of_group = {"group": group} if group else {}
    return {"random_state": options.random_state, "stratify": stratify, **of_group}


def _refuse_other_data(cases: Sequence[Case]) -> None:
    first = cases[0]
    for it in cases[1:]:
        own, other = (
            case.experiment.dataset.model_dump(exclude={"target_transform", "standardize"})
            for case in (it, first)
        )
        if own != other:
            message = f"are not those of {first.path}: choose compares losses on the same data"
            raise ConfigError([Mistake(it.path, None, "dataset", message)])


def _refuse_other_problems(cases: Sequence[Case]) -> None:
    first = cases[0]
    problem = first.experiment.loss.row.problem
    for it in cases[1:]:
        other = it.experiment.loss.row.problem
        if other != problem and (first.splits[0].targets or "regression" in (other, problem)):
            message = f"is for {other}, and that of {first.path} for {problem}"
            message += ": choose compares losses for one problem"
            raise ConfigError([Mistake(it.path, None, "loss", message)])


def others(cases: Sequence[Case]) -> list[Baseline]:
    """What models of scikit-learn reach on the splits of the cases."""
    metric = judged_by(cases)
    names = {name for it in cases for name in it.experiment.metrics if name != "rounded_accuracy"}
    problem = cases[0].experiment.loss.row.problem
    return baselines(cases[0].splits, sorted(names), metric, problem)


def judged_by(cases: Sequence[Case]) -> str:
    """The metric that losses are chosen by."""
    tune = cases[0].experiment.tune
    assert tune
    return tune.judged_by


def judged(
    cases: Sequence[Case],
    results: Sequence[Result],
    of_others: Sequence[Baseline],
    region: float | None,
) -> Choice:
    """The choice that results of the cases give.

    If more splits and seeds are stored than were asked for, the others are left out.
    """
    asked = cases[0].experiment
    results = [it.only(asked.splits, asked.seeds) for it in results]
    ratio = float(np.mean([len(it.y_test) / len(it.y_train) for it in cases[0].splits]))
    seconds = {it.experiment.name: sum(of.seconds for of in it.trainings) for it in results}
    return choose(results, of_others, judged_by(cases), ratio, region, seconds)
