"""The rows of the page's tables: a result beside what is published of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lossbench.evidence.comparison import Comparison
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.summary import Row
from lossbench.pictures.style import readable
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import Summary, Verdict


@dataclass(frozen=True)
class Publication:
    """A published figure, whether it lies in the interval that was found, and that interval.

    ``found`` is empty where the table has it already, because the figure is of its metric.
    """

    figure: Decimal
    verdict: Verdict
    found: str


@dataclass(frozen=True)
class Line:
    """A result in a table; ``failed`` is None where it is not known."""

    anchor: str
    label: str
    metric: str
    found: Mapping[Part, Summary]
    published: Mapping[Part, Publication]
    constant: Mapping[Part, float]
    diverged: int
    failed: int | None
    seeds: int


def compared(
    comparison: Comparison, rows: Mapping[int, Row], anchors: Mapping[int, str]
) -> list[Line]:
    """The results of a comparison, on its metric; rows and anchors are by the id of the result."""
    count, metric = len(comparison.results), comparison.metric
    return [
        Line(
            anchors[id(result)],
            train.label,
            metric,
            {"train": train.summary, "test": test.summary},
            _published(rows[id(result)], metric),
            {},
            train.diverged,
            train.failed,
            train.seeds,
        )
        for result, train, test in zip(
            comparison.results,
            comparison.standings[:count],
            comparison.standings[count:],
            strict=True,
        )
    ]


def alone(
    results: Sequence[Result], rows: Mapping[int, Row], anchors: Mapping[int, str]
) -> list[Line]:
    """Results that are compared with no other, each on the metric that is printed of it."""
    return [
        Line(
            anchors[id(result)],
            row.name,
            row.metric,
            row.found,
            _published(row, row.metric),
            row.constant,
            row.diverged,
            failed_to_learn(result),
            row.seeds,
        )
        for result in results
        for row in [rows[id(result)]]
    ]


def _published(row: Row, metric: str) -> dict[Part, Publication]:
    """What is published of a result, beside a metric that may be another one."""
    return {
        part: Publication(
            row.published[part],
            row.verdicts[part],
            "" if row.metric == metric else f"{readable(row.metric).lower()} {row.found[part]}",
        )
        for part in PARTS
        if part in row.published
    }
