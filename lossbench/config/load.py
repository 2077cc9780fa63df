"""From YAML files, with what is set beside them, to Experiments with their data."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lossbench.config.checks import LoadedData, check
from lossbench.config.complaints import MAPPING, Complaint, ConfigError, Problem, dotted
from lossbench.config.experiment import Experiment
from lossbench.config.grid import Axis, Grid, Point, applied, text
from lossbench.config.grid import grid as grid_of
from lossbench.config.yaml_reader import Document, Key, MarkedYamlError, read
from lossbench.data.arrays import Split
from lossbench.data.files import DataFiles
from lossbench.text import close_to, nearest

BUNDLED = next(
    folder for folder in (it / "configs" for it in Path(__file__).parents[1:3]) if folder.is_dir()
)
SUFFIX = ".yaml"


@dataclass(frozen=True)
class Case:
    """An experiment with the file it was read from and its data.

    ``sweep`` names the sweep it is a point of, if any, and ``base`` the experiment that it varies;
    ``point`` maps the dotted keys that vary to their values here. ``options`` are the keys that
    an option gave, and not the config.
    """

    path: Path
    experiment: Experiment
    split: Split
    base: str = ""
    sweep: str = ""
    point: Mapping[str, Any] = field(default_factory=dict)
    options: frozenset[str] = frozenset()


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
    found = sorted(Path(folder).glob(f"*{SUFFIX}"))
    # A pipe or a device would be waited for. A link to nothing is a config that is missing.
    paths = [path for path in found if path.is_file() or not path.exists()]
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

    >>> import lossbench
    >>> experiment = lossbench.load("hinge", {"repeats": 3, "epochs": 2})
    >>> experiment.loss.name, list(experiment.seeds)
    ('hinge', [0, 1, 2])
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
    loaded = LoadedData()
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
    path: Path, overrides: Mapping[str, Any], grid: Grid, loaded: LoadedData, allow_code: bool
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
        if "published" in config and not _still_published(
            config, values, overrides, grid, loaded.files
        ):
            values["published"] = {}
        base = values["name"]
        if isinstance(base, str):
            values["name"] = grid.name(base, point)
        experiment, split, complaints = check(values, loaded, allow_code)
        wrong += [(point, complaint) for complaint in complaints]
        if experiment and split:
            sweep = grid.sweep(base) if grid.varying else ""
            varied, options = grid.values(point), frozenset(overrides)
            cases.append(Case(path, experiment, split, base, sweep, varied, options))
    problems = [
        Problem(path, line, dotted(key), f"comes twice, first on line {first}")
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
    files: DataFiles,
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
            Experiment.model_validate({**it, "published": {}}, context=files).config_hash
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
        key = complaint.key
        # The option says its key, though not one in a mapping that it sets; a bare name has none.
        if axis and (len(key) <= len(axis.key) or isinstance(point[grid.axes.index(axis)], str)):
            key = ()
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
            problems.append(Problem(path, line, dotted(key), message + where, value))
            continue
        number = grid.axes.index(axis)
        values = [value for value in axis.values if any(value is point[number] for point in points)]
        all_points = [it for it in grid.points() if any(value is it[number] for value in values)]
        where = _among(grid, points, all_points, besides=axis)
        message = _meant(found[0][1], axis, document) or message
        problems.append(Problem(axis.option(values), None, dotted(key), message + where))
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
