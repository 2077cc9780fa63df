"""What an experiment produced, and the files that hold it."""

import csv
import hashlib
import io
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.config.experiment import Experiment
from lossbench.config.sections.published import Published
from lossbench.config.yaml_writer import to_yaml
from lossbench.results import processor
from lossbench.results.statistics import Summary, aligned, judge, summarize

Part = Literal["train", "test"]
PARTS: tuple[Part, Part] = ("train", "test")
VALIDATION = "validation_loss"
FIGURES, CONFIG = "metrics.json", "config.yaml"
HISTORY, WEIGHTS = "history.csv", "weights.npz"
Array = NDArray[Any]


@dataclass(frozen=True)
class Training:
    """One training: a seed's final figures, its history and the weights it ended with.

    ``train`` and ``test`` map "loss" and each metric to its value on the final weights, NaN
    where the training diverged. ``history`` maps "train_loss", "test_loss", "train_METRIC",
    … to one value per epoch, with the meaning they have in Keras's ``fit``: a training figure
    is the mean over the epoch's batches while the weights still move, a test figure is taken
    after the epoch. ``weights`` are kernel (inputs, units) and bias (units,) of each layer, in
    order, and what batch normalisation has (see ``Model.weight_shapes``).

    With early stopping ``epochs`` says how many epochs were trained, which ``history`` has, and a
    "validation_loss" too. The weights are those of ``best_epoch``, from 1.
    """

    seed: int
    diverged: bool
    train: Mapping[str, float]
    test: Mapping[str, float]
    history: Mapping[str, Array]
    weights: tuple[Array, ...]
    epochs: int | None = None
    best_epoch: int | None = None


@dataclass(frozen=True)
class Result:
    """The trainings of an experiment, in the order of their seeds.

    ``classes`` are the names of the classes, by number; empty for a real target. ``provenance``
    is what was stored of it; empty of a result that was just trained.
    """

    experiment: Experiment
    data_sha256: str
    trainings: tuple[Training, ...]
    classes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def final(self, part: Part, metric: str) -> Array:
        """A figure on the final weights, shape (seeds,); NaN where the training diverged."""
        return np.array([getattr(training, part)[metric] for training in self.trainings])

    def curves(self, part: Part, metric: str) -> Array:
        """A figure over epochs, shape (seeds, ``epochs``); NaN after an early stop."""
        return aligned(self.courses(part, metric))

    def courses(self, part: Part, metric: str) -> list[Array]:
        """A figure over epochs for each training, as long as that was."""
        return [training.history[f"{part}_{metric}"] for training in self.trainings]

    def summary(self, part: Part, metric: str) -> Summary:
        """Median and 95 % interval of a figure over the trainings that did not diverge."""
        return summarize(self.final(part, metric))

    def without_arrays(self, curves: bool = False) -> "Result":
        """The result without weights and, unless ``curves``, without histories."""
        trainings = (
            replace(it, weights=(), history=it.history if curves else {}) for it in self.trainings
        )
        return replace(self, trainings=tuple(trainings))

    @property
    def median(self) -> Training | None:
        """The training whose final test value of the printed metric is the median.

        Of an even number it is the lower of the two in the middle, of equal ones the one with the
        lowest seed. Trainings that diverged do not count; None where all did.
        """
        values = self.final("test", self.experiment.metrics[0])
        order = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
        if not len(order):
            return None
        median = values[order[(len(order) - 1) // 2]]
        return self.trainings[int(np.flatnonzero(values == median)[0])]

    @property
    def epochs(self) -> int:
        """How many epochs the longest training had."""
        return max(training.epochs or self.experiment.epochs for training in self.trainings)

    @property
    def diverged(self) -> int:
        """How many trainings reached NaN or infinity."""
        return sum(training.diverged for training in self.trainings)


def shortest(values: Array) -> Array:
    """Each float32 as the float64 of the fewest digits that means it: 0.84, not 0.8399999737."""
    return values.astype(np.float32).astype(str).astype(np.float64)


def history_columns(experiment: Experiment) -> list[str]:
    """The names of what is known of every epoch."""
    names = ("loss", *experiment.tracked)
    columns = [f"{part}_{name}" for name in names for part in PARTS]
    return [*columns, VALIDATION] if experiment.early_stopping else columns


def provenance(data_sha256: str) -> dict[str, str]:
    """What produced a result: the versions of all that has a say, the machine, the data."""
    return {
        "lossbench": _version("lossbench"),
        "Python": platform.python_version(),
        **{name: _version(name) for name in ("TensorFlow", "Keras", "NumPy", "scikit-learn")},
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": processor.kind(),
        "data_sha256": data_sha256,
    }


@cache  # it is looked up in a file
def _version(name: str) -> str:
    return version(name)


def metrics(result: Result) -> dict[str, Any]:
    """The content of metrics.json but its digests; what is not finite is None."""
    experiment = result.experiment
    names = ("loss", *experiment.metrics)
    return {
        "name": experiment.name,
        "config": json.loads(json.dumps(experiment.resolved(), default=float)),
        "config_hash": experiment.config_hash,
        "classes": list(result.classes),
        "runs": [
            {
                "seed": training.seed,
                "diverged": training.diverged,
                **_stopped(training),
                "train": {name: _finite(training.train[name]) for name in names},
                "test": {name: _finite(training.test[name]) for name in names},
            }
            for training in result.trainings
        ],
        "summary": {part: {name: plain(result, part, name) for name in names} for part in PARTS},
        "diverged": result.diverged,
        "published": {metric: published(result, metric) for metric in experiment.published},
        "provenance": provenance(result.data_sha256),
    }


def plain(result: Result, part: Part, metric: str) -> dict[str, float | None]:
    """Median and interval of a figure for JSON; what is not finite is None."""
    return {name: _finite(it) for name, it in asdict(result.summary(part, metric)).items()}


def published(result: Result, metric: str) -> dict[str, Any]:
    """What is published of a metric, by part, beside what was found; empty if nothing is."""
    figures = result.experiment.published.get(metric, Published())
    return {
        part: {
            "value": float(value),
            **plain(result, part, metric),
            "verdict": judge(value, result.final(part, metric)),
        }
        for part in PARTS
        if (value := getattr(figures, part)) is not None
    }


def history(result: Result) -> str:
    """The content of history.csv: a row per seed and epoch that was trained."""
    columns = history_columns(result.experiment)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["seed", "epoch", *columns])
    for training in result.trainings:
        figures = shortest(np.stack([training.history[column] for column in columns], axis=1))
        for epoch, row in enumerate(figures.tolist(), start=1):
            rows.writerow([training.seed, epoch, *row])
    return text.getvalue()


def weights(result: Result) -> bytes:
    """The content of weights.npz: kernel_1, bias_1, … of every layer from the first hidden one.

    The names are those of ``Model.weight_shapes``. Each array has a first axis for the seeds, in
    the order of metrics.json's runs.
    """
    first = result.trainings[0].weights
    names = result.experiment.model.weight_shapes(len(first[0]), len(first[-1]))
    arrays: dict[str, Any] = {
        name: np.stack(seeds)
        for name, *seeds in zip(names, *(it.weights for it in result.trainings), strict=True)
    }
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def files(result: Result) -> dict[str, bytes]:
    """Every file of a result but its pictures, by name."""
    others = {HISTORY: history(result).encode(), WEIGHTS: weights(result)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
    document = metrics(result) | {"files": digests}
    return {
        FIGURES: to_json(document | {"sha256": digest(document)}).encode(),
        CONFIG: to_yaml(result.experiment).encode(),
        **others,
    }


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document's values, however its text is laid out.

    Raises ValueError where one of them is not finite, or a text with half a character in it.
    """
    text = json.dumps(document, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def to_json(document: object, ascii_only: bool = False) -> str:
    """JSON as all of lossbench writes it: indented, and without NaN, which is not JSON."""
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=ascii_only) + "\n"


def _stopped(training: Training) -> dict[str, int | None]:
    """When early stopping ended a training; nothing where there is none."""
    if training.epochs is None:
        return {}
    return {"epochs": training.epochs, "best_epoch": training.best_epoch}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
