"""The metric that results are compared on where none is asked for."""

from collections.abc import Sequence

from lossbench.results.result import Result
from lossbench.tables.metrics import BALANCED, compared_on


def metric_of(results: Sequence[Result]) -> str:
    """That of their problem; of unbalanced classes balanced accuracy, where all results have it."""
    if all(BALANCED in it.experiment.metrics for it in results) and largest_class(results):
        return BALANCED
    return compared_on(results[0].experiment.loss.row.problem)


def largest_class(results: Sequence[Result]) -> float:
    """The share of the largest class of the data, 0 where it is not large, or not known."""
    return max(it.largest_class for it in results)
