"""The metric that results are compared on where none is asked for."""

from collections.abc import Sequence

import numpy as np

from lossbench.results.result import Result
from lossbench.tables.metrics import BALANCED, UNBALANCED, compared_on


def metric_of(results: Sequence[Result]) -> str:
    """That of their problem; of unbalanced classes balanced accuracy, where all results have it."""
    if all(BALANCED in it.experiment.metrics for it in results) and largest_class(results):
        return BALANCED
    return compared_on(results[0].experiment.loss.row.problem)


def largest_class(results: Sequence[Result]) -> float:
    """The share of the largest class where it has many times the rows of the others; else 0.

    It is told by the accuracy of the best constant. Older results do not know it.
    """
    for it in results:
        share = it.constant("train", "accuracy")[0] if "accuracy" in it.experiment.metrics else 0
        others = (1 - share) / max(1, len(it.classes) - 1)
        if np.isfinite(share) and share >= UNBALANCED * others:
            return float(share)
    return 0.0
