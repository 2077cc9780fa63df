"""The metric that results are compared on where none is asked for."""

from collections.abc import Sequence

from lossbench.results.result import Result
from lossbench.tables.metrics import BALANCED, compared_on


def metric_of(results: Sequence[Result]) -> str:
    """That of their problem; of unbalanced classes balanced accuracy, where all results have it."""
    rare = any(it.class_rows for it in results)
    known = all(BALANCED in it.experiment.metrics for it in results)
    return compared_on(results[0].experiment.loss.row.problem, rare and known)
