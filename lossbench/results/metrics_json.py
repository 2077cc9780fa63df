"""The file metrics.json: what is written to it, and how it is read back.

It holds the config, the final figures of each seed and what follows from them, what made the
result, and the digests of the other files.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lossbench.results.files import (
    AGAIN,
    HALF_WRITTEN,
    HISTORY,
    WEIGHTS,
    DamagedResult,
    limited_content,
)
from lossbench.results.provenance import provenance
from lossbench.results.result import PARTS, Constants, Part, Result, Training
from lossbench.results.statistics import judge
from lossbench.results.target_units import StoredUnits
from lossbench.text import finite_or_none, on_one_line

VERSION = version("lossbench")
# How many bytes and how many values metrics.json may have: beside its seeds, and for each of them.
MOST_BESIDE_SEEDS, MOST_PER_SEED = (2**22, 200_000), (2**15, 1600)
WEIGHT_NAME = r"^[a-z][a-z0-9_]*$"
WeightName = Annotated[str, Field(pattern=WEIGHT_NAME, max_length=200)]
DEEPEST = 20  # mappings and lists inside each other


def as_document(result: Result) -> dict[str, Any]:
    """The content of metrics.json without its digests; what is not finite is None."""
    experiment = result.experiment
    names = ("loss", *experiment.metrics)
    shapes = {name: list(shape) for name, shape in result.weight_shapes.items()}
    return {
        "name": experiment.name,
        "config": json.loads(json.dumps(experiment.resolved(), default=float)),
        "config_hash": experiment.config_hash,
        "classes": list(result.classes),
        **({"class_rows": list(result.class_rows)} if result.class_rows else {}),
        **({"targets": list(result.targets)} if result.targets else {}),
        **({"target": result.target.as_json()} if result.target else {}),
        **({"weights": shapes} if shapes else {}),
        "runs": [
            {
                **({"split": training.split} if experiment.splits > 1 else {}),
                "seed": training.seed,
                "diverged": training.diverged,
                **_stopped(training),
                **({"tuned": dict(training.tuned)} if training.tuned else {}),
                **{
                    part: {name: finite_or_none(training.final(part)[name]) for name in names}
                    for part in PARTS
                },
                **({"targets": _of_targets(training)} if training.of_targets else {}),
            }
            for training in result.trainings
        ],
        "summary": {
            part: {name: result.summary(part, name).as_json() for name in names} for part in PARTS
        },
        "diverged": result.diverged,
        **({"rows": list(result.rows)} if result.rows else {}),
        "constants": [
            {
                part: {name: finite_or_none(it) for name, it in of_part.items()}
                for part, of_part in of_split.items()
            }
            for of_split in result.constants
        ],
        "published": {name: beside_published(result, name) for name in experiment.published},
        "provenance": provenance(result.data_sha256),
    }


def _of_targets(training: Training) -> dict[str, dict[str, list[float | None]]]:
    """The metrics of each of several targets, by part and name."""
    return {
        part: {name: [*map(finite_or_none, values)] for name, values in of_part.items()}
        for part, of_part in training.of_targets.items()
    }


def beside_published(result: Result, metric: str) -> dict[str, Any]:
    """Each published figure of a metric, by part, with what was found; empty if none is published.

    A figure is judged by the interval of the seeds, see ``judge``.
    """
    return {
        part: {
            "value": float(value),
            **result.summary(part, metric).as_json(),
            "verdict": judge(value, result.final(part, metric)),
        }
        for part, value in result.published(metric).items()
    }


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the values of a document; line breaks and the order of keys do not matter.

    Raises ValueError where a value is not finite, or a text is not valid Unicode.
    """
    text = json.dumps(document, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _stopped(training: Training) -> dict[str, int | None]:
    """When early stopping ended a training; empty without early stopping."""
    if training.epochs is None:
        return {}
    return {"epochs": training.epochs, "best_epoch": training.best_epoch}


class Run(BaseModel):
    """The final figures of one seed in a split; null stands for NaN."""

    model_config = ConfigDict(strict=True)

    split: int = Field(0, ge=0)
    seed: int
    diverged: bool
    tuned: dict[str, Any] = {}
    epochs: int | None = Field(None, ge=1)
    best_epoch: int | None = Field(None, ge=1)
    train: dict[str, float | None]
    test: dict[str, float | None]
    targets: dict[Part, dict[str, list[float | None]]] = {}

    def stored(self, part: Part) -> dict[str, float | None]:
        """The figures of a part by name, as they are in the file."""
        return self.train if part == "train" else self.test

    def final(self, part: Part) -> dict[str, float]:
        """The figures of a part by name, with NaN for null."""
        return _with_nan(self.stored(part))

    @property
    def of_targets(self) -> dict[Part, dict[str, tuple[float, ...]]]:
        """The metrics of each of several targets by part and name, with NaN for null."""
        return {
            part: {
                name: tuple(np.nan if it is None else it for it in values)
                for name, values in of_part.items()
            }
            for part, of_part in self.targets.items()
        }


class Digests(BaseModel):
    """The SHA-256 of the files beside metrics.json; older results have none."""

    model_config = ConfigDict(strict=True, extra="forbid")

    history: str | None = Field(None, alias=HISTORY)
    weights: str | None = Field(None, alias=WEIGHTS)


class Document(BaseModel):
    """The part of metrics.json from which all the rest of it can be computed."""

    model_config = ConfigDict(strict=True)

    config: dict[str, Any]
    config_hash: str
    classes: tuple[str, ...] = Field((), strict=False)
    class_rows: tuple[Annotated[int, Field(ge=1)], ...] = Field((), strict=False)
    targets: tuple[str, ...] = Field((), strict=False)
    target: StoredUnits | None = None
    weights: dict[WeightName, list[Annotated[int, Field(ge=1)]]] = Field({}, max_length=10_000)
    runs: list[Run] = Field(min_length=1)
    rows: tuple[int, int] | None = Field(None, strict=False)
    constants: list[dict[Part, dict[str, float | None]]] = []
    provenance: dict[str, str]
    files: Digests = Digests()

    def restored_constants(self) -> tuple[Constants, ...]:
        """The metrics of the best constant in each split, with NaN for null."""
        return tuple(
            {part: _with_nan(of_part) for part, of_part in of_split.items()}
            for of_split in self.constants
        )


def _with_nan(figures: Mapping[str, float | None]) -> dict[str, float]:
    """Figures by name, with NaN for null."""
    return {name: np.nan if value is None else value for name, value in figures.items()}


def read_values(path: Path, seeds: int) -> dict[str, Any]:
    """All values of metrics.json but its own digest, which must be right where there is one.

    No more is read than a result with so many ``seeds`` can fill. Raises DamagedResult.
    """
    limits = (
        beside + seeds * each for beside, each in zip(MOST_BESIDE_SEEDS, MOST_PER_SEED, strict=True)
    )
    text = limited_content(path, *limits)
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or not within_depth(values):
            raise ValueError
        stored = values.pop("sha256", None)
        found = digest(values)  # also where none is stored: it refuses values that are not finite
    except (ValueError, RecursionError):
        raise DamagedResult(path, HALF_WRITTEN) from None
    writer = version_in(values)
    if writer.partition(".")[0] != VERSION.partition(".")[0]:
        raise DamagedResult(path, of_another_version(writer))
    if stored not in (None, found):
        raise DamagedResult(path, f"is damaged, or was changed by hand; {AGAIN}")
    return values


def within_depth(value: Any, depth: int = DEEPEST) -> bool:
    """Whether mappings and lists are nested no deeper than DEEPEST."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 0 and all(within_depth(it, depth - 1) for it in inner)


def version_in(values: Mapping[str, Any]) -> str:
    """The version of lossbench that wrote a metrics.json, as far as it says so."""
    try:
        return on_one_line(str(values["provenance"]["lossbench"]))
    except (TypeError, KeyError, IndexError):
        return "an unknown version"


def of_another_version(writer: str) -> str:
    """Why a result that another version wrote is not read."""
    writer = on_one_line(writer)
    return f"was written by lossbench {writer}, which this one ({VERSION}) does not read; {AGAIN}"
