"""What the section of a loss has by default that depends on the data."""

from collections.abc import Sequence

import numpy as np

from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.loss import LossChoice
from lossbench.config.yaml_reader import Key
from lossbench.data.arrays import Split
from lossbench.tables.losses import TakenFor, unfit
from lossbench.tables.problems import Labels

LABELS: Key = ("loss", "labels")
TARGET: Key = ("loss", "target")


def loss_defaults(loss: LossChoice, dataset: Dataset, split: Split) -> dict[Key, str]:
    """The keys that the data fill in, with their values."""
    found = {LABELS: _labels(loss, dataset, split), TARGET: _taken_for(loss, dataset, split)}
    return {key: value for key, value in found.items() if value is not None}


def _labels(loss: LossChoice, dataset: Dataset, split: Split) -> Labels | None:
    """One-hot for a loss of real targets that has a meaning for the classes here; else None.

    Numbers in a file that are taken for classes may be meant as numbers, and such a loss says that
    they are. So there a config must say the labels, or the problem.
    """
    if loss.function is not None or loss.labels is not None or not loss.row.on_classes:
        return None
    unclear = dataset.file is not None and dataset.problem is None and _are_numbers(split.classes)
    return "one-hot" if split.classes and not unclear else None


def _taken_for(loss: LossChoice, dataset: Dataset, split: Split) -> TakenFor | None:
    """What a loss for classes takes real numbers for, if it can do that with these.

    A config that says the problem is regression says that they are no labels and no shares.
    """
    shape = split.target_shape
    if loss.target is not None or loss.row.fits(shape):
        return None
    values = np.concatenate([split.y_train, split.y_test])
    for what in loss.row.takes_for:
        row = loss.row.taking(what)
        if dataset.problem == "regression" and row.problem != "regression":
            continue
        if row.fits(shape) and not unfit(row.targets, values):
            return what
    return None


def _are_numbers(classes: Sequence[str]) -> bool:
    try:
        return bool(list(map(float, classes)))
    except ValueError:
        return False
