"""Configs to start with: the same data and network, with one config for each loss that suits."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from textwrap import wrap

import numpy as np

from lossbench.config.bundled import SCHEMA, SUFFIX
from lossbench.config.schema import schema
from lossbench.config.yaml_writer import flow
from lossbench.data.arrays import DatasetError
from lossbench.results.atomic import replace_file
from lossbench.starters.advice import Advice, suiting
from lossbench.starters.dataset import TRAIN_SIZE, StarterDataset
from lossbench.starters.description_text import dataset_lines, target_lines
from lossbench.tables.losses import LOSSES
from lossbench.text import printable, to_json

# Some thousand steps of the optimizer suffice for networks this small. With few rows, more than
# some tens of epochs only learn the noise.
STEPS, MIN_EPOCHS, MAX_EPOCHS = 5000, 10, 30
# Gradients are clipped, so that no single batch throws the weights away.
OPTIMIZER = {"name": "SGD", "learning_rate": 0.01, "momentum": 0.9, "clipnorm": 1.0}
# A loss in per cent is a hundred times as large as others, and so are its gradients.
OF_PER_CENT = {"learning_rate": 0.0001, "clipnorm": 100.0}
PER_CENT = "mean_absolute_percentage_error"


@dataclass(frozen=True)
class Training:
    """How a network is trained: with fewer rows it overfits sooner, and takes fewer steps."""

    units: int
    batch_size: int
    l2: float


# By the number of training rows; chosen by what beats a constant, and a linear model does.
TRAININGS = (
    (300, Training(16, 8, 0.01)),
    (1_000, Training(16, 32, 0.001)),
    (10_000, Training(32, 32, 0.001)),
    (np.inf, Training(64, 32, 0)),
)


def write(dataset: StarterDataset, folder: Path) -> None:
    """Write the configs, and the schema that they point editors to, into a folder.

    Raises DatasetError where a config of that name exists, and OSError where a file cannot be
    written. A schema that exists is kept.
    """
    files = configs(dataset, folder)
    for name in files:
        if os.path.lexists(folder / name):
            message = f"{folder / name} is there already; --out FOLDER writes elsewhere"
            raise DatasetError("", message)
    try:
        for name, text in files.items():
            replace_file(folder / name, text.encode())
        if not (folder / SCHEMA).exists():
            replace_file(folder / SCHEMA, to_json(schema()).encode())
    except OSError as error:
        raise OSError(f"{folder}: cannot be written: {error.strerror or error}") from None


def configs(
    dataset: StarterDataset, folder: Path, losses: Sequence[Advice] | None = None
) -> dict[str, str]:
    """The configs for a folder, by the names of their files, of the losses that suit or others."""
    return {
        f"{it.name or it.loss}{SUFFIX}": _config(dataset, it, folder)
        for it in losses or dataset.losses
    }


def report(dataset: StarterDataset, folder: Path) -> list[str]:
    """What the data hold, what was written for them, and what to do next, in lines."""
    _, against = suiting(dataset.description)
    compare = f"lossbench compare {quote(str(Path('results', folder.resolve().name)))}"
    lines = [
        *dataset_lines(dataset),
        "",
        f"Written to {folder}:",
        *(f"  {name}" for name in configs(dataset, folder)),
        "",
        *(f"Not {loss}: it {reason}." for loss, reason in against.items()),
        *([""] if against else []),
        "Next:",
        f"  lossbench run-all {quote(str(folder))}",
        f"  {compare}",
        *(f"  {compare} --metric {metric}" for metric in dataset.metrics),
    ]
    return [
        part for line in lines for part in wrap(printable(line), 80, subsequent_indent="  ") or [""]
    ]


def _config(dataset: StarterDataset, chosen: Advice, folder: Path) -> str:
    rows = dataset.description.rows * TRAIN_SIZE
    training = next(training for limit, training in TRAININGS if rows < limit)
    epochs = int(np.clip(STEPS * training.batch_size / rows, MIN_EPOCHS, MAX_EPOCHS))
    in_per_cent = chosen.loss == PER_CENT
    optimizer = OPTIMIZER | (OF_PER_CENT if in_per_cent else {})
    l2 = training.l2 * (100 if in_per_cent else 1)
    keys = dataset.keys
    if dataset.path:
        path = os.path.relpath(dataset.path.resolve(), folder.resolve())
        keys = keys | {"file": Path(path).as_posix()}
    comments = _comments(dataset)
    title = f"{(chosen.name or chosen.loss).replace('_', ' ')} on {dataset.title}"
    sentences = [chosen.good, *map(_sentence, target_lines(dataset.description))]
    metrics = [it for it in dataset.metrics if it not in LOSSES[chosen.loss].metrics]
    if dataset.description.target:
        keys = keys | {"target_transform": chosen.transform}
    loss = {"name": chosen.loss, **chosen.parameters} if chosen.parameters else chosen.loss
    return "\n".join(
        [
            f"# yaml-language-server: $schema={SCHEMA}",
            f"# {_sentence(title)}",
            *(f"# {line}" for sentence in sentences for line in wrap(sentence, 88)),
            "dataset:",
            *(f"  {key}: {flow(value)}{comments.get(key, '')}" for key, value in keys.items()),
            "model:",
            f"  hidden: [{training.units}]",
            *([f"  l2: {l2:g}"] if l2 else []),
            *([f"  output_activation: {chosen.activation}"] if chosen.activation else []),
            f"loss: {flow(loss)}",
            f"optimizer: {flow(optimizer)}",
            f"epochs: {epochs}",
            f"batch_size: {training.batch_size}",
            "repeats: 30",
            *(f"{key}: {flow(value)}" for key, value in chosen.keys.items()),
            *([f"metrics: {flow(metrics)}"] if metrics else []),
            "",
        ]
    )


def _sentence(words: str) -> str:
    return printable(f"{words[0].upper()}{words[1:]}.")


def _comments(dataset: StarterDataset) -> dict[str, str]:
    """The comments beside keys of the dataset."""
    comments = {
        "missing": (
            "for numbers; categories get the most frequent one"
            if dataset.keys.get("missing") != "drop"
            else ""
        ),
        "drop": "; ".join(f"{name} {reason}" for name, reason in dataset.left_out.items()),
        "split": "remove this if the order of the rows matters, as in a time series",
        "standardize": "fitted to the training rows",
        "target_transform": "what the network learns; metrics are of the target itself",
    }
    return {key: f"  # {printable(comment)}" for key, comment in comments.items() if comment}
