"""The table of metrics."""

from lossbench.tables.metrics import METRICS
from lossbench.training import scores


def test_every_metric_of_every_epoch_has_a_function() -> None:
    assert {it.name for it in METRICS.values() if it.every_epoch} == set(scores.METRICS)
