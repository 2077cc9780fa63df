"""The labels that a loss has by default, which depend on the data."""

from collections.abc import Sequence

from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.loss import LossChoice
from lossbench.data.arrays import Split
from lossbench.tables.problems import Labels


def default_labels(loss: LossChoice, dataset: Dataset, split: Split) -> Labels | None:
    """One-hot for a loss of real targets that has a meaning for the classes here; else None.

    Numbers in a file that are taken for classes may be meant as numbers, and such a loss says that
    they are. So there a config must say the labels, or the problem.
    """
    if loss.function is not None or loss.labels is not None or not loss.row.on_classes:
        return None
    unclear = dataset.file is not None and dataset.problem is None and _are_numbers(split.classes)
    return "one-hot" if split.classes and not unclear else None


def _are_numbers(classes: Sequence[str]) -> bool:
    try:
        return bool(list(map(float, classes)))
    except ValueError:
        return False
