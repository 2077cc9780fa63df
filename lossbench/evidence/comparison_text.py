"""Comparisons as JSON, CSV and Markdown."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from lossbench.evidence.comparison import Group, Pair, Standing, found
from lossbench.results.result import PARTS
from lossbench.text import finite_or_none

LIMITS = (
    "Of pairs of trainings, ties count half; the intervals are 95 % bootstrap intervals. All "
    "trainings of a group share one data set and one split: the intervals speak of the chance "
    "in training, not of other data. They are not corrected for the number of comparisons: of "
    "twenty pairs without any difference about one is still called better or worse."
)
HEAD = (
    "data metric part first second finding probability low high first_median second_median "
    "first_trainings second_trainings"
).split()


def as_document(groups: Sequence[Group]) -> dict[str, Any]:
    """For ``to_json``: what is not a number is None."""
    return {
        "limits": LIMITS,
        "groups": [
            {
                "data": group.data,
                "data_sha256": group.data_sha256,
                "problem": group.problem,
                "metric": group.metric,
                "differs": list(group.differs),
                "standings": [_standing(standing) for standing in group.standings],
                "pairs": [_pair(pair) for pair in group.pairs],
            }
            for group in groups
        ],
    }


def as_csv(groups: Sequence[Group]) -> str:
    """A row per pair and part; an empty cell is no number."""
    text = io.StringIO()
    rows = csv.DictWriter(text, HEAD, lineterminator="\n", extrasaction="ignore")
    rows.writeheader()
    for group in groups:
        for pair in group.pairs:
            rows.writerow({"data": group.data, "metric": group.metric, **_pair(pair)})
    return text.getvalue()


def as_markdown(groups: Sequence[Group]) -> str:
    """A table of the standings of each group, and a sentence for each pair, or the foremost."""
    question = "Which loss is better?" if not all(it.loss for it in groups) else "Which is better?"
    lines = [f"# {question}", "", LIMITS]
    for group in groups:
        lines += ["", f"## {group.title}", ""]
        lines += [group.mind, ""] if group.mind else []
        lines += ["| experiment | train | test | diverged | failed to learn |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        parts = [[it for it in group.standings if it.part == part] for part in PARTS]
        for train, test in zip(*parts, strict=True):
            failed = "not known" if train.failed is None else f"{train.failed} of {train.trainings}"
            figures = [found(it.summary) for it in (train, test)]
            cells = [*figures, f"{train.diverged} of {train.trainings}", failed]
            lines.append(f"| {' | '.join([train.name, *cells])} |")
        lines += ["", group.untold] if group.untold else []
        lines += ["", *(f"- {pair.sentence}" for pair in group.told)]
    return "\n".join(lines) + "\n"


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "loss": standing.loss,
        "part": standing.part,
        **standing.summary.as_json(),
        "trainings": standing.trainings,
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
        "first_trainings": pair.first.trainings,
        "second_trainings": pair.second.trainings,
        "sentence": pair.sentence,
    }
