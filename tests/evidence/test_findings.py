"""What is told beside which loss is best."""

from collections.abc import Callable

from made_up import NAN

from lossbench.evidence.findings import Finding, findings
from lossbench.evidence.summary import row
from lossbench.results.result import Result


def test_published_figures_and_seeds_that_failed_are_counted(
    result: Callable[..., Result],
) -> None:
    published = {"accuracy": {"train": 0.7, "test": 0.91}}
    values = [0.7 + 0.001 * seed for seed in range(19)] + [0.5, NAN]
    it = result("hinge", values, published=published)
    assert findings([it], [row(it)], None) == [
        Finding(
            "Published figures",
            "1 of 2 lie in the interval that holds 95 % of the seeds. "
            "Outside: hinge (test 0.91, found 0.708 [0.595, 0.718]).",
        ),
        Finding("Diverged", "1 of 21 seeds of hinge."),
        Finding("Failed to learn", "1 of 21 seeds of hinge."),
    ]
