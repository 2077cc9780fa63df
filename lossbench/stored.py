"""Results as they lie in a folder: reading what ``results.files`` wrote, without TensorFlow.

Nothing is unpickled, so a result from a stranger can be read safely.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lossbench.atomic import PREFIX
from lossbench.experiment import Experiment
from lossbench.marked_yaml import MarkedYamlError
from lossbench.marked_yaml import read as read_yaml
from lossbench.results import HALVES, Array, Result, Training, provenance

VERSION = version("lossbench")
FILES = ("metrics.json", "config.yaml", "weights.npz", "history.csv")
PARTS = ("kernel", "bias")
VALUE = re.compile(r"(?<==)(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?=\+|$)")
AGAIN = "run the experiment again"
MISSING = f"is missing; {AGAIN}"
HALF_WRITTEN = f"is damaged or half-written; {AGAIN}"

# What NumPy and zipfile raise at bytes that are no archive of arrays, or a broken one.
UNREADABLE_ARRAYS = (
    *(ValueError, TypeError, KeyError, IndexError, EOFError, OSError, MemoryError),
    *(zipfile.BadZipFile, NotImplementedError),
)


class DamagedResult(ValueError):
    """A folder that holds no whole result of this version of lossbench."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")


class NotReusable(ValueError):
    """A folder does not hold what training an experiment here and now would give; says why."""


class _Run(BaseModel):
    model_config = ConfigDict(strict=True)

    seed: int
    diverged: bool
    train: dict[str, float | None]
    test: dict[str, float | None]


class _Document(BaseModel):
    """What of metrics.json cannot be computed from the rest of it."""

    model_config = ConfigDict(strict=True)

    config: dict[str, Any]
    config_hash: str
    classes: tuple[str, ...] = Field((), strict=False)
    runs: list[_Run] = Field(min_length=1)
    provenance: dict[str, str]


def read(folder: Path) -> Result:
    """The result in a folder, equal to the one that was written there.

    ``history`` is empty where history.csv is missing: it is large, and git ignores it. Its figures
    are the float32 that were written, to the last bit. A null in metrics.json is NaN. Raises
    DamagedResult.
    """
    path = folder / "metrics.json"
    document = _document(path)
    experiment = _experiment(folder, document)
    names = ("loss", *experiment.metrics)
    if [run.seed for run in document.runs] != list(experiment.seeds):
        raise DamagedResult(path, f"has not one training for each of its config's seeds; {AGAIN}")
    if any({*names} - {*getattr(run, half)} for run in document.runs for half in HALVES):
        raise DamagedResult(path, f"lacks one of {', '.join(names)}; {AGAIN}")
    histories = _histories(folder / "history.csv", experiment)
    weights = _weights(folder / "weights.npz", len(document.runs))
    trainings = (
        Training(run.seed, run.diverged, _figures(run.train), _figures(run.test), history, arrays)
        for run, history, arrays in zip(document.runs, histories, weights, strict=True)
    )
    provenance = document.provenance
    return Result(
        experiment.from_folder(folder),
        provenance["data_sha256"],
        tuple(trainings),
        document.classes,
        provenance,
    )


def reusable(folder: Path, experiment: Experiment, data_sha256: str) -> Result:
    """The result in a folder, whose trainings are what training from their seeds would give.

    That is so where config, data, platform and all versions are the same and no file is missing.
    Name, seeds and published figures of the two experiments may differ. Raises NotReusable.
    """
    try:
        result = read(folder)
        then = _document(folder / "metrics.json").provenance
    except DamagedResult as error:
        raise NotReusable(str(error).removesuffix(f"; {AGAIN}")) from None
    if result.experiment.config_hash != experiment.config_hash:
        raise NotReusable("it is of another config")
    if result.data_sha256 != data_sha256:
        raise NotReusable("it is of other data")
    for name, now in provenance(data_sha256).items():
        if then.get(name) != now:
            raise NotReusable(f"it is of {name} {then.get(name, 'unknown')}, and this is {now}")
    if not all(training.history for training in result.trainings):
        raise NotReusable("its history.csv is missing")
    return result


def read_all(folder: Path) -> tuple[list[Result], list[str]]:
    """The results directly in a folder, by name, and a complaint about each that is damaged.

    Values in the names of a sweep's points count as numbers: 0.001, 0.02, 0.1, 1.

    A folder without any file of a result, such as ``5000-samples`` with results of its own, is
    passed over. Where there is nothing at all, a complaint says so.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return [], [f"{folder}: {what}; 'lossbench run-all' makes results"]
    results, complaints = [], []
    for path in sorted(folder.iterdir(), key=_order):
        if path.name.startswith(PREFIX) or not any((path / name).is_file() for name in FILES):
            continue
        try:
            results.append(read(path))
        except DamagedResult as error:
            complaints.append(str(error))
    if not results and not complaints:
        complaints.append(f"{folder}: holds no results; 'lossbench run-all' makes some")
    return results, complaints


def _order(path: Path) -> list[tuple[float, str]]:
    """What to sort a folder by: its name, with the numbers after an equals sign as numbers."""
    parts = VALUE.split(path.name)
    return [
        (0, part) if number % 2 == 0 else (float(part), "") for number, part in enumerate(parts)
    ]


def _document(path: Path) -> _Document:
    stored = _content(path)
    try:
        content = json.loads(stored, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise DamagedResult(path, HALF_WRITTEN) from None
    version = _version(content)
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise DamagedResult(path, _of_another(version))
    try:
        document = _Document.model_validate(content)
        document.provenance["data_sha256"]
    except (ValidationError, KeyError) as error:
        raise DamagedResult(path, _unreadable(error, version)) from None
    return document


def _experiment(folder: Path, document: _Document) -> Experiment:
    """The config, checked to be one and the same in both files.

    config.yaml is the one that is kept: its published figures have the decimals they were
    printed with, which JSON's numbers have not.
    """
    path = folder / "config.yaml"
    version = document.provenance["lossbench"]
    try:
        stored = Experiment.model_validate(document.config)
        if stored.config_hash != document.config_hash:
            raise DamagedResult(folder / "metrics.json", _of_another(version))
    except ValidationError as error:
        raise DamagedResult(folder / "metrics.json", _unreadable(error, version)) from None
    try:
        _content(path)
        printed = Experiment.model_validate(read_yaml(path).values)
    except (MarkedYamlError, ValidationError):
        raise DamagedResult(path, HALF_WRITTEN) from None
    if printed != stored:
        raise DamagedResult(path, f"is not the config of metrics.json; {AGAIN}")
    if unknown := [name for name in printed.published if name not in printed.metrics]:
        raise DamagedResult(path, f"published: {unknown[0]} is not a metric of its loss; {AGAIN}")
    return printed


def _histories(path: Path, experiment: Experiment) -> Sequence[Mapping[str, Array]]:
    """The history of each training."""
    if not path.exists():
        return [{}] * experiment.repeats
    text = _content(path).decode("utf-8", "replace")
    header, *rows = text.splitlines() or [""]
    names = header.split(",")
    wanted = {f"{half}_{name}" for half in HALVES for name in ("loss", *experiment.metrics)}
    shape = (experiment.repeats, experiment.epochs, len(names))
    try:
        if not {*names} >= wanted | {"seed", "epoch"} or len(rows) != shape[0] * shape[1]:
            raise ValueError
        if not text.endswith("\n"):  # the last number may lack digits
            raise ValueError
        values = np.loadtxt(rows, delimiter=",", ndmin=2).reshape(shape)
        with np.errstate(over="ignore"):
            figures = values.astype(np.float32)
        columns = {name: values[:, :, index] for index, name in enumerate(names)}
        seeds = np.array(experiment.seeds)[:, None]
        if (columns["seed"] != seeds).any() or (
            columns["epoch"] != np.arange(1, shape[1] + 1)
        ).any():
            raise ValueError
        return [
            {name: figures[number, :, names.index(name)] for name in columns if name in wanted}
            for number in range(shape[0])
        ]
    except (ValueError, KeyError):
        raise DamagedResult(path, HALF_WRITTEN) from None


def _weights(path: Path, trainings: int) -> Iterator[tuple[Array, ...]]:
    """The weights of each training: kernel (inputs, units) and bias (units,) of each layer."""
    stored = io.BytesIO(_content(path))
    try:
        with np.load(stored, allow_pickle=False) as file:
            names = [f"{part}_{layer + 1}" for layer in range(len(file) // 2) for part in PARTS]
            arrays = [file[name] for name in names]
            if not arrays or len(arrays) != len(file):
                raise ValueError
        inputs = arrays[0].shape[1]
        for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True):
            units = bias.shape[-1]
            if kernel.shape != (trainings, inputs, units) or bias.shape != (trainings, units):
                raise ValueError
            inputs = units
    except UNREADABLE_ARRAYS:
        raise DamagedResult(path, HALF_WRITTEN) from None
    return zip(*arrays, strict=True)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DamagedResult(path, MISSING) from None
    except OSError as error:
        raise DamagedResult(path, f"cannot be read: {error.strerror}") from None


def _figures(stored: Mapping[str, float | None]) -> dict[str, float]:
    return {name: np.nan if value is None else value for name, value in stored.items()}


def _refuse(name: str) -> float:
    raise ValueError(name)


def _version(content: Any) -> str:
    try:
        return str(content["provenance"]["lossbench"])
    except (TypeError, KeyError, IndexError):
        return "an unknown version"


def _of_another(version: str) -> str:
    return f"is of lossbench {version}, which this one ({VERSION}) does not read; {AGAIN}"


def _unreadable(error: ValidationError | KeyError, version: str) -> str:
    if isinstance(error, KeyError):
        return f"lacks {error}; {AGAIN}"
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']} (written by lossbench {version}); {AGAIN}"
