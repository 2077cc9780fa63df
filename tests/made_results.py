"""Results that are made without training, and folders that hold them."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from lossbench.config.experiment import Experiment
from lossbench.results.consistency import COMPUTED
from lossbench.results.constants import constants_of
from lossbench.results.metrics_json import as_document
from lossbench.results.read import DamagedResult, read_result
from lossbench.results.result import Result, Training
from lossbench.results.write import files
from lossbench.tables.losses import TargetShape
from lossbench.text import to_json

FILES = ("metrics.json", "config.yaml", "history.csv", "weights.npz")
PARTS = ("train", "test")
NAN = float("nan")
AGAIN = "; run the experiment again"


def made(name: str, seeds: int = 4, epochs: int = 6, **changes: Any) -> Result:
    """A result that could have been trained, whose seed 1 diverged."""
    values = {
        "dataset": {"generator": "make_moons", "n_samples": 60, "noise": 0.1},
        "model": {"hidden": [3]},
        "loss": "hinge",
        "published": {"rounded_accuracy": {"train": 0.75, "test": 0.50}},
    }
    experiment = Experiment.model_validate(
        values | {"name": name, "epochs": epochs, "repeats": seeds} | changes
    )
    split = experiment.dataset.load()
    rng = np.random.default_rng(len(name))
    shapes = experiment.model.weight_shapes(
        (2,), experiment.loss.row.units(TargetShape(2))
    ).values()
    trainings = []
    for number, seed in experiment.trainings:
        diverged = seed == 1
        length = 2 + seed % 3 if experiment.early_stopping else epochs
        tracked = ("loss", *experiment.tracked)
        history = {
            f"{part}_{it}": rng.random(length, np.float32) for it in tracked for part in PARTS
        }
        if experiment.early_stopping:
            history["validation_loss"] = rng.random(length, np.float32)
        if diverged:
            history["train_loss"][-1] = np.inf
        figures = [
            {it: NAN if diverged else _shortest(history[f"{part}_{it}"][-1]) for it in tracked}
            | {it: NAN if diverged else rng.random() for it in experiment.final_metrics}
            for part in PARTS
        ]
        weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)
        stopped = (length, length - 1) if experiment.early_stopping else ()
        tuned = (
            {key: values[-1] for key, values in experiment.tune.grid.items()}
            if experiment.tune
            else {}
        )
        training = Training(seed, diverged, *figures, history, weights, *stopped)
        trainings.append(replace(training, split=number, tuned=tuned))
    constants = tuple(constants_of(experiment, it) for it in experiment.load())
    return Result(experiment, split.sha256, tuple(trainings), split.classes, constants=constants)


def _shortest(value: np.float32) -> float:
    return float(str(value))


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "stopped": {
        "model": {"hidden": [{"units": 3, "batch_normalization": True}]},
        "early_stopping": {"patience": 1},
        "metrics": ["f1", "roc_auc"],
    },
    "splits": {
        "dataset": {"generator": "make_moons", "n_samples": 60, "split": {"shuffle": True}},
        "splits": 2,
        "published": {},
        "early_stopping": {"patience": 1},
        "tune": {"metric": "accuracy", "grid": {"optimizer.learning_rate": [0.01, 0.1]}},
    },
    "classes": {"loss": "categorical_crossentropy", "published": {}, "class_weight": {"0": 2}},
}
MADE = {name: files(made(name, **changes)) for name, changes in KINDS.items()}
OTHERS = {name: files(made(name, 3, 5, seed=1, **it)) for name, it in KINDS.items()}


def write(folder: Path, content: dict[str, bytes]) -> Path:
    """Make a folder of files."""
    folder.mkdir(parents=True)
    for name, it in content.items():
        (folder / name).write_bytes(it)
    return folder


def same(one: Result, other: Result) -> bool:
    """Whether two results are of the same and have the same figures, histories and weights."""

    def alike(a: Any, b: Any) -> bool:
        return np.array_equal(a, b, equal_nan=True)

    return (
        one.experiment == other.experiment
        and (one.data_sha256, one.classes) == (other.data_sha256, other.classes)
        and (one.constants, one.class_rows) == (other.constants, other.class_rows)
        and len(one.trainings) == len(other.trainings)
        and all(
            (a.split, a.seed, a.diverged, a.epochs, a.best_epoch, a.tuned)
            == (b.split, b.seed, b.diverged, b.epochs, b.best_epoch, b.tuned)
            and a.train.keys() == b.train.keys()
            and alike([*a.train.values()], [*b.train.values()])
            and alike([*a.test.values()], [*b.test.values()])
            and (not a.history or a.history.keys() == b.history.keys())
            and all(alike(a.history[it], b.history[it]) for it in a.history)
            and all(map(alike, a.weights, b.weights))
            for a, b in zip(one.trainings, other.trainings, strict=True)
        )
    )


def pipe(path: Path) -> None:
    os.mkfifo(path)


@contextlib.contextmanager
def beside(place: Path, content: dict[str, bytes]) -> Iterator[Path]:
    """A folder ``bad`` with these files beside the good result, removed at the end."""
    folder = write(place / "bad", content)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def named(folder: Path) -> bool:
    """Whether a damaged result is refused, by a complaint on one line that names its file."""
    try:
        read_result(folder)
    except DamagedResult as error:
        complaint = str(error)
    else:
        return False
    assert complaint.startswith(f"{folder}/")
    assert complaint.endswith(AGAIN)
    assert complaint.isprintable()
    assert len(complaint) < 1000
    return True


def without_digests(content: dict[str, bytes]) -> dict[str, bytes]:
    """A result as older versions wrote it."""
    values = json.loads(content["metrics.json"])
    del values["files"], values["sha256"]
    return content | {"metrics.json": to_json(values).encode()}


def agree(values: dict[str, Any]) -> None:
    """Make the values that follow from the config and the runs of a metrics.json right."""
    experiment = Experiment.model_validate(values["config"])
    values["config_hash"] = experiment.config_hash
    trainings = []
    for run in values["runs"]:
        figures = [
            {name: NAN if it is None else it for name, it in run[part].items()} for part in PARTS
        ]
        of_split = {"split": run.get("split", 0), "tuned": run.get("tuned", {})}
        trainings.append(Training(run["seed"], run["diverged"], *figures, {}, (), **of_split))
    again = as_document(Result(experiment, "", tuple(trainings)))
    values.update({name: again[name] for name in COMPUTED})
    values["files"] = {}


def forged_as(kind: str, **config: Any) -> dict[str, bytes]:
    """A result with other values in its config, and all right that follows from them."""
    values = json.loads(MADE[kind]["metrics.json"])
    values["config"] |= config
    agree(values)
    del values["sha256"]
    config_yaml = yaml.safe_dump(values["config"], sort_keys=False).encode()
    content = MADE[kind] | {"metrics.json": to_json(values).encode(), "config.yaml": config_yaml}
    return {name: content[name] for name in FILES if name != "history.csv"}
