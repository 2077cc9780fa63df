"""The table of metrics."""

from lossbench.tables.metrics import METRICS
from lossbench.training import scores


def test_every_metric_of_every_epoch_has_a_function() -> None:
    with_function = {*scores.METRICS, *scores.ERRORS}
    assert {it.name for it in METRICS.values() if it.every_epoch} == with_function
