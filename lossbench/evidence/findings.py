"""What results say beside which loss is best, in a few sentences."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from lossbench.evidence.claims import Judged
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.summary import Row
from lossbench.results.result import PARTS, Result
from lossbench.text import listed

VERDICTS = (
    ("holds", "holds", "hold"),
    ("holds only because of the metric", *["only because of the metric"] * 2),
    ("does not hold", "does not hold", "do not hold"),
    ("not judged", *["not judged"] * 2),
)
_list = partial(listed, most=4)


class Finding(NamedTuple):
    """A sentence, and what it is about."""

    about: str
    sentence: str


def findings(
    results: Sequence[Result],
    rows: Sequence[Row],
    judged: Judged | None,
) -> list[Finding]:
    """How published figures and claims do, and what failed.

    ``rows`` are those of ``summary``, and ``judged`` are the claims about the results, if any.
    """
    diverged = _count_seeds("Diverged", results, lambda result: result.diverged)
    learnt_nothing = _count_seeds("Failed to learn", results, failed_to_learn)
    return [
        *_published_figures(rows),
        *([claims_finding(judged)] if judged else []),
        *diverged,
        *learnt_nothing,
    ]


def _published_figures(rows: Sequence[Row]) -> list[Finding]:
    judged = [
        (row, part)
        for row in rows
        for part in PARTS
        if row.verdicts.get(part) in ("inside", "outside")
    ]
    if not judged:
        return []
    outside = [
        f"{row.name} ({part} {row.published[part]}, found {row.found[part]})"
        for row, part in judged
        if row.verdicts[part] == "outside"
    ]
    inside = len(judged) - len(outside)
    text = f"{inside} of {len(judged)} lie in the interval that holds 95 % of the seeds"
    text += f". Outside: {_list(outside)}." if outside else "."
    return [Finding("Published figures", text)]


def claims_finding(judged: Judged) -> Finding:
    """How many of the claims hold."""
    counts = Counter[str](it.verdict for it in judged.judgements)
    words = [
        f"{count} {one if count == 1 else many}"
        for verdict, one, many in VERDICTS
        if (count := counts[verdict])
    ]
    return Finding(judged.counted, f"{', '.join(words)}.")


def _count_seeds(
    about: str, results: Sequence[Result], count: Callable[[Result], int | None]
) -> list[Finding]:
    """How many seeds of which experiments; nothing where there are none."""
    names = [
        f"{number} of {len(result.trainings)} seeds of {result.experiment.name}"
        for result in results
        if (number := count(result))
    ]
    return [Finding(about, f"{_list(names)}.")] if names else []
