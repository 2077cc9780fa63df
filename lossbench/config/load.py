"""From configs, and what is set beside them, to Experiments with their data."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lossbench.config.bundled import find
from lossbench.config.checks import check
from lossbench.config.complaints import Complaint, ConfigError, Mistake, dotted
from lossbench.config.data_checks import LoadedData
from lossbench.config.data_path import with_expanded_file
from lossbench.config.default_metrics import with_default_metrics
from lossbench.config.experiment import Experiment
from lossbench.config.grid import Axis, Grid, Point, read_settings, with_values
from lossbench.config.loss_defaults import loss_defaults
from lossbench.config.pipes import is_piped
from lossbench.config.places import mistakes, whole_key
from lossbench.config.published_figures import still_published, without_published
from lossbench.config.source import (
    Source,
    as_in_yaml,
    source_of_file,
    source_of_mapping,
)
from lossbench.config.yaml_reader import Key
from lossbench.data.arrays import Split
from lossbench.data.files import DataFiles

NAME_HINT = "; a key 'name' in the config replaces the name of the file"


@dataclass(frozen=True)
class Case:
    """An experiment with the file it was read from and its data, which are those of each split.

    ``sweep`` names the sweep that it is a point of, if any, and ``base`` the experiment that the
    sweep varies; ``axes`` are the keys that vary, and ``point`` has their values here by dotted
    key. ``options`` are the keys that an option gave, and not the config. ``original`` is the
    experiment as its file has it, None where that needs what options or settings give.
    """

    path: Path
    experiment: Experiment
    splits: tuple[Split, ...]
    base: str = ""
    sweep: str = ""
    point: Mapping[str, Any] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    axes: tuple[Axis, ...] = ()
    original: Experiment | None = None

    @property
    def split(self) -> Split:
        """The data of the first split."""
        return self.splits[0]


def load(
    config: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    *,
    allow_code: bool = False,
) -> Experiment:
    """The experiment of a config, whose data are there and fit.

    ``config`` is the path of a file, the name of a bundled config, or a mapping with the keys of a
    config; the path of a data file in a mapping starts from the working directory. ``overrides``
    replace values by dotted keys, as ``--set`` does, and leave the name as it is.

    >>> import lossbench
    >>> lossbench.load("hinge", {"epochs": 5, "optimizer.learning_rate": 0.05}).epochs
    5

    A mapping without a ``name`` is named after its loss.

    >>> config = {
    ...     "dataset": {"generator": "make_moons", "noise": 0.1},
    ...     "model": {"hidden": [20]},
    ...     "loss": "hinge",
    ...     "epochs": 50,
    ... }
    >>> [lossbench.load(config, {"loss": it}).name for it in ("hinge", "squared_hinge")]
    ['hinge', 'squared_hinge']

    Raises ConfigError with all that is wrong:

    >>> lossbench.load("hinge", {"repeats": 0, "epochs": 0})
    Traceback (most recent call last):
    lossbench.config.complaints.ConfigError: overrides: repeats: 0 must be at least 1
    overrides: epochs: 0 must be at least 1

    Without ``allow_code`` a config that names a function of its own as its loss is refused; with
    it, the packages above that function are imported.
    """
    source = (
        source_of_mapping(config) if isinstance(config, Mapping) else source_of_file(find(config))
    )
    given = {str(key): as_in_yaml(value) for key, value in (overrides or {}).items()}
    try:
        (case,) = _cases(source, given, read_settings([]), LoadedData(), allow_code)
    except ConfigError as error:
        raise ConfigError([_of_overrides(it, given, source) for it in error.mistakes]) from None
    return case.experiment


def load_all(
    configs: Sequence[str | Path],
    options: Mapping[str, Any] | None = None,
    settings: Sequence[str] = (),
    *,
    allow_code: bool = False,
    later: bool = False,
) -> list[Case]:
    """The experiments of several configs with their data, at every point of the settings' grid.

    ``options`` replace keys of the configs; ``settings`` are those of ``grid``. Without
    ``allow_code`` configs that name a function of their own are refused. With ``later``, data that
    surely can be made are made only when they are looked at. Raises ConfigError with all that is
    wrong with any of the configs.
    """
    options = options or {}
    grid, wrong = _grid(settings, options)
    cases: list[Case] = []
    taken: dict[str, Path] = {}
    loaded = LoadedData(later=later)
    paths = [find(config) for config in configs]
    of_settings: dict[Mistake, list[Path]] = defaultdict(list)
    for path in paths:
        names = [] if is_piped(path) else [path.stem]
        try:
            found = _cases(source_of_file(path), options, grid, loaded, allow_code)
            cases += found
            names = [case.experiment.name for case in found]
        except ConfigError as error:
            for it in error.mistakes:
                if isinstance(it.path, str):
                    of_settings[it].append(path)
                else:
                    wrong.append(it)
        for name in names:
            if name in taken:
                wrong.append(Mistake(path, 1, "name", f"is the name of {taken[name]} too", name))
            taken[name] = path
    for it, at in of_settings.items():
        which = "" if len(at) == len(paths) else f" (in {', '.join(map(str, at))})"
        wrong.append(replace(it, message=it.message + which))
    if wrong:
        raise ConfigError(wrong)
    loaded.files.forget()
    return cases


def _grid(settings: Sequence[str], options: Mapping[str, Any]) -> tuple[Grid, list[Mistake]]:
    """The grid of some settings, and what is wrong with them whatever the config."""
    grid = read_settings(settings)
    wrong = [Mistake(option, None, "", message) for option, message in grid.refused]
    for axis in grid.axes:
        if axis.dotted in options:
            option = axis.option(axis.values)
            wrong.append(Mistake(option, None, "", f"is given by --{axis.dotted} too"))
    return grid, wrong


def _cases(
    source: Source, overrides: Mapping[str, Any], grid: Grid, loaded: LoadedData, allow_code: bool
) -> list[Case]:
    """The experiments of a config at every point of a grid."""
    cases: list[Case] = []
    wrong: list[tuple[Point, Complaint]] = []
    replaced: dict[Key, Any] = {tuple(key.split(".")): it for key, it in overrides.items()}
    keys = {str(key[0]) for key in (*replaced, *(axis.key for axis in grid.axes))}
    for point in grid.points():
        set_here = _with_expanded_file({**replaced, **grid.settings(point)})
        values = with_values(source.values, set_here)
        named_by_file = "name" not in values and source.file_name
        base = values.setdefault("name", source.name(values))
        if isinstance(base, str):
            values["name"] = grid.name(base, point)
        checked = check(values, loaded, allow_code)
        if not still_published(source, grid, keys, values, checked[0], loaded.files):
            checked = without_published(checked, values, loaded, allow_code)
        experiment, splits, complaints = checked
        for it in complaints:
            hint = NAME_HINT if named_by_file and it.key == ("name",) else ""
            wrong.append((point, it._replace(message=it.message + hint)))
        if experiment and splits:
            sweep = grid.sweep(base) if grid.varying else ""
            varied, options = grid.values(point), frozenset(overrides)
            axes = grid.varying
            cases.append(Case(source.path, experiment, splits, base, sweep, varied, options, axes))
    found = [
        Mistake(source.path, line, dotted(key), f"comes twice, first on line {first}")
        for key, line, first in source.document.repeated
    ]
    found += mistakes(source, grid, wrong)
    if found:
        raise ConfigError(sorted(found, key=lambda it: it.line or 0))
    if not keys:
        return [replace(it, original=it.experiment) for it in cases]
    original = _original(source, cases[0].split, loaded.files)
    return [replace(it, original=original) for it in cases]


def _original(source: Source, split: Split, files: DataFiles) -> Experiment | None:
    """The experiment as its file has it; None where it is not whole by itself."""
    values = {"name": source.name(source.values), **source.values}
    try:
        experiment = Experiment.model_validate(values, context=files)
        if filled_in := loss_defaults(experiment.loss, experiment.dataset, split):
            filled = with_values(values, filled_in)
            experiment = Experiment.model_validate(filled, context=files)
    except ValidationError:
        return None
    return with_default_metrics(experiment, split)


def _with_expanded_file(settings: dict[Key, Any]) -> dict[Key, Any]:
    """What is set, with the path of a data file expanded if one is set."""
    dataset = with_expanded_file(with_values({}, settings).get("dataset"))
    if not isinstance(dataset, dict) or not isinstance(dataset.get("file"), str):
        return settings
    return {**settings, ("dataset", "file"): dataset["file"]}


def _of_overrides(mistake: Mistake, overrides: Mapping[str, Any], source: Source) -> Mistake:
    """The mistake, as one of the overrides where they set its key."""
    of = [key for key in overrides if f"{mistake.key}.".startswith(f"{key}.")]
    if isinstance(mistake.value, Mapping):
        of += [key for key in overrides if key.startswith(f"{mistake.key}.")]
    if not of:
        return mistake
    hint = whole_key(mistake.key, mistake.message, source.values)
    return replace(mistake, path="overrides", line=None, message=hint or mistake.message)
