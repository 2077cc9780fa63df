"""Comparisons as JSON, CSV and Markdown."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Pair, Standing
from lossbench.results.result import PARTS
from lossbench.text import finite_or_none

LIMITS = (
    "In pairs of seeds, ties count half; the intervals are 95 % bootstrap intervals. All seeds of "
    "a comparison share one data set and one split: the intervals show the chance in training, "
    "not what other data would give. They are not corrected for the number of comparisons: of "
    "twenty pairs of losses without any difference, about one is still called better or worse."
)
CSV_COLUMNS = (
    "data metric part first second finding probability low high first_median second_median "
    "first_trainings second_trainings"
).split()


def as_document(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """What ``compare --json`` prints: None stands for NaN."""
    return {
        "limits": LIMITS,
        "groups": [
            {
                "data": it.data,
                "data_sha256": it.data_sha256,
                "problem": it.problem,
                "metric": it.metric,
                "differs": list(it.differs),
                "standings": [_standing(standing) for standing in it.standings],
                "pairs": [_pair(pair) for pair in it.pairs],
            }
            for it in comparisons
        ],
    }


def as_csv(comparisons: Sequence[Comparison]) -> str:
    """A row for each pair and part; an empty cell stands for NaN."""
    text = io.StringIO()
    rows = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
    rows.writeheader()
    for it in comparisons:
        for pair in it.pairs:
            rows.writerow({"data": it.data, "metric": it.metric, **_pair(pair)})
    return text.getvalue()


def as_markdown(comparisons: Sequence[Comparison]) -> str:
    """For each comparison a table of the standings, and a sentence for each pair that is shown."""
    several_losses = not all(it.loss for it in comparisons)
    lines = ["# Which loss is better?" if several_losses else "# Which is better?", "", LIMITS]
    for it in comparisons:
        lines += ["", f"## {it.title}", ""]
        lines += [it.note, ""] if it.note else []
        lines += ["| experiment | train | test | diverged | failed to learn |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        parts = [[standing for standing in it.standings if standing.part == part] for part in PARTS]
        for train, test in zip(*parts, strict=True):
            failed = "not known" if train.failed is None else f"{train.failed} of {train.seeds}"
            diverged = f"{train.diverged} of {train.seeds}"
            cells = [train.name, str(train.summary), str(test.summary), diverged, failed]
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", it.pairs_note] if it.pairs_note else []
        lines += ["", *(f"- {pair.sentence}" for pair in it.pairs_shown)]
    return "\n".join(lines) + "\n"


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "loss": standing.loss,
        "part": standing.part,
        **standing.summary.as_json(),
        "trainings": standing.seeds,
        "diverged": standing.diverged,
        "failed": standing.failed,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "part": pair.part,
        "first": pair.first.name,
        "second": pair.second.name,
        "finding": pair.finding,
        "probability": pair.probability,
        "low": finite_or_none(pair.low),
        "high": finite_or_none(pair.high),
        "first_median": finite_or_none(pair.first.summary.median),
        "second_median": finite_or_none(pair.second.summary.median),
        "first_trainings": pair.first.seeds,
        "second_trainings": pair.second.seeds,
        "sentence": pair.sentence,
    }
