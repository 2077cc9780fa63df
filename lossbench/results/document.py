"""Reading metrics.json and config.yaml: what a stored result is of, and its final figures.

Both are read only as far as a result of so many trainings can fill them.
"""

import json
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lossbench.config.experiment import Experiment
from lossbench.config.yaml_reader import YamlError, parse
from lossbench.results.files import AGAIN, HALF_WRITTEN, DamagedResult, content
from lossbench.results.result import CONFIG, FIGURES, HISTORY, PARTS, WEIGHTS, digest
from lossbench.tables.metrics import METRICS
from lossbench.text import on_one_line

VERSION = version("lossbench")
# How many bytes and how many values may be in config.yaml, and in metrics.json beside its runs and
# for each of them. Memory goes by the values: every one has one of the marks before it. Of how many
# runs it is, an unchecked config says, which is believed up to what fits into memory.
MOST_IN_CONFIG = 2**20, 50_000
MOST_IN_METRICS, MOST_IN_RUN = (2**22, 200_000), (2**11, 100)
MOST_RUNS = 100_000
MARKS = b"\n,[{:-?"
REPEATS = re.compile(rb"^repeats: (\d{1,7})\r?$", re.MULTILINE)
DEEPEST = 20  # mappings and lists in each other
LARGEST = float(np.finfo(np.float32).max)


class Run(BaseModel):
    """The final figures of one training; a null is NaN."""

    model_config = ConfigDict(strict=True)

    seed: int
    diverged: bool
    epochs: int | None = Field(None, ge=1)
    best_epoch: int | None = Field(None, ge=1)
    train: dict[str, float | None]
    test: dict[str, float | None]

    def figures(self, part: str) -> dict[str, float]:
        """The figures of a part by name."""
        stored = getattr(self, part).items()
        return {name: np.nan if value is None else value for name, value in stored}


class Digests(BaseModel):
    """The SHA-256 of the files beside metrics.json; older results have none."""

    model_config = ConfigDict(strict=True, extra="forbid")

    history: str | None = Field(None, alias=HISTORY)
    weights: str | None = Field(None, alias=WEIGHTS)


class Document(BaseModel):
    """What of metrics.json cannot be computed from the rest of it."""

    model_config = ConfigDict(strict=True)

    config: dict[str, Any]
    config_hash: str
    classes: tuple[str, ...] = Field((), strict=False)
    runs: list[Run] = Field(min_length=1)
    provenance: dict[str, str]
    files: Digests = Digests()


def read(folder: Path) -> tuple[dict[str, Any], Document, Experiment]:
    """All values of metrics.json, those that count, and the config; raises DamagedResult.

    Of the two configs, which must be the same, that of config.yaml is kept: its published figures
    have the decimals they were printed with, which JSON's numbers have not.
    """
    path = folder / FIGURES
    values = _values(path, _repeats(folder / CONFIG))
    try:
        document = Document.model_validate(values)
        version, _ = (document.provenance[name] for name in ("lossbench", "data_sha256"))
        stored = _experiment(path, document.config)
    except (ValidationError, KeyError) as error:
        raise DamagedResult(path, _unreadable(error, _version(values))) from None
    if stored.config_hash != document.config_hash:
        raise DamagedResult(path, _of_another(version))
    path = folder / CONFIG
    try:
        printed = _sparing(path, *MOST_IN_CONFIG).decode("utf-8")
        experiment = _experiment(path, parse(printed).values)
    except (UnicodeDecodeError, YamlError, ValidationError):
        raise DamagedResult(path, HALF_WRITTEN) from None
    if experiment != stored:
        raise DamagedResult(path, f"is not the config of metrics.json; {AGAIN}")
    for name in experiment.published:
        if name not in experiment.metrics:
            message = f"published: {on_one_line(name)} is not a metric of its loss; {AGAIN}"
            raise DamagedResult(path, message)
    _check(folder / FIGURES, document.runs, experiment)
    return values, document, experiment


def _repeats(path: Path) -> int:
    """How many trainings config.yaml speaks of, if it can be seen, up to MOST_RUNS."""
    try:
        found = REPEATS.search(content(path, MOST_IN_CONFIG[0]))
    except DamagedResult:
        found = None
    return min(int(found[1]), MOST_RUNS) if found else 0


def _sparing(path: Path, length: int, values: int) -> bytes:
    """A text of so many bytes and so many values at most."""
    text = content(path, length)
    if sum(text.count(bytes([mark])) for mark in MARKS) > values:
        raise DamagedResult(path, f"has more values than it may have; {AGAIN}")
    return text


def _values(path: Path, repeats: int) -> dict[str, Any]:
    """The values of metrics.json, which are those that its digest, if it has one, is of."""
    most = (it + repeats * more for it, more in zip(MOST_IN_METRICS, MOST_IN_RUN, strict=True))
    text = _sparing(path, *most)
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or not _within(values, DEEPEST):
            raise ValueError
        stored = values.pop("sha256", None)
        found = digest(values)  # without one, too: of what is never written, it is none
    except (ValueError, RecursionError):
        raise DamagedResult(path, HALF_WRITTEN) from None
    version = _version(values)
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise DamagedResult(path, _of_another(version))
    if stored not in (None, found):
        raise DamagedResult(path, f"is damaged, or was changed by hand; {AGAIN}")
    return values


def _within(value: Any, depth: int) -> bool:
    """Whether mappings and lists lie in each other no deeper than that."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 0 and all(_within(it, depth - 1) for it in inner)


def _experiment(path: Path, config: Any) -> Experiment:
    """Raises ValidationError, and DamagedResult where it would be dangerous to look any further."""
    if not _within(config, DEEPEST):
        raise DamagedResult(path, HALF_WRITTEN)
    dataset = config.get("dataset") if isinstance(config, dict) else None
    file, sha256 = map(dataset.get, ("file", "sha256")) if isinstance(dataset, dict) else (None, "")
    # The file would be read for a digest that is missing.
    if file is not None and (not sha256 or "\0" in str(file)):
        raise DamagedResult(path, f"names a data file without its sha256; {AGAIN}")
    return Experiment.model_validate(config)


def _check(path: Path, runs: Sequence[Run], experiment: Experiment) -> None:
    """Refuse runs that are not those of the config's seeds, or that cannot have ended as said."""
    if [run.seed for run in runs] != list(experiment.seeds):
        raise DamagedResult(path, f"has not one training for each of its config's seeds; {AGAIN}")
    names = ("loss", *experiment.metrics)
    if any({*names} - {*getattr(run, part)} for run in runs for part in PARTS):
        raise DamagedResult(path, f"lacks one of {', '.join(names)}; {AGAIN}")
    if not all(_stopped_as_asked(run, experiment) for run in runs):
        raise DamagedResult(path, f"has not the number of epochs that were trained; {AGAIN}")
    tracked = {"loss", *experiment.tracked}
    for run in runs:
        for name in names:
            low, high = (-LARGEST, LARGEST) if name == "loss" else METRICS[name].range
            for value in (run.train[name], run.test[name]):
                # A metric of the final weights may have no value.
                known = not run.diverged and (value is not None or name in tracked)
                if known if value is None else not (known and low <= value <= high):
                    what = f"of seed {run.seed} is out of its range"
                    raise DamagedResult(path, f"{name} {what}; {AGAIN}")


def _stopped_as_asked(run: Run, experiment: Experiment) -> bool:
    """Whether early stopping, and no other training, has a number of epochs and the best one."""
    if experiment.early_stopping is None:
        return run.epochs is None and run.best_epoch is None
    return 1 <= (run.best_epoch or 0) <= (run.epochs or 0) <= experiment.epochs


def _version(values: dict[str, Any]) -> str:
    try:
        return on_one_line(str(values["provenance"]["lossbench"]))
    except (TypeError, KeyError, IndexError):
        return "an unknown version"


def _of_another(version: str) -> str:
    version = on_one_line(version)
    return f"is of lossbench {version}, which this one ({VERSION}) does not read; {AGAIN}"


def _unreadable(error: ValidationError | KeyError, version: str) -> str:
    if isinstance(error, KeyError):
        return f"lacks {error}; {AGAIN}"
    first = error.errors()[0]
    where = on_one_line(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return f"{where} (written by lossbench {version}); {AGAIN}"
