"""Comparisons as JSON, CSV and Markdown."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from lossbench.evidence.claims import Judged
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Pair, Standing
from lossbench.results.result import PARTS
from lossbench.text import figure, finite_or_none

LIMITS = (
    "In pairs of seeds, ties count half. The intervals hold 95 %, and are of a pair alone, by the "
    "bootstrap. All seeds of one split share their data: what is said of one split speaks of this "
    "split alone, and not of other rows. Over splits, a training that diverged counts as a "
    "constant. What is called better is so beyond chance, corrected by Holm's method for all pairs "
    "of a part, and by more than does not matter: one point of a share; of an error a hundredth of "
    "the constant's or a tenth of the best one's, whichever is less; or fewer of its seeds diverge "
    "or learn nothing."
)
CSV_COLUMNS = (
    "data metric part first second finding word probability low high p first_median second_median "
    "first_trainings second_trainings splits difference difference_low difference_high"
).split()


def as_document(comparisons: Sequence[Comparison], judged: Sequence[Judged] = ()) -> dict[str, Any]:
    """What ``compare --json`` prints, with claims about the results: None stands for NaN."""
    return {
        "limits": LIMITS,
        "groups": [
            {
                "data": it.data,
                "data_sha256": it.data_sha256,
                "problem": it.problem,
                "metric": it.metric,
                "differs": list(it.differs),
                "notes": list(it.notes),
                "constant": it.constant or None,
                "standings": [_standing(standing) for standing in it.standings],
                "pairs": [_pair(pair) for pair in it.pairs],
            }
            for it in comparisons
        ],
        "claims": [
            {"publication": it.claims.publication, "tuned": it.tuned, "claims": it.as_json()}
            for it in judged
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


def as_markdown(comparisons: Sequence[Comparison], judged: Sequence[Judged] = ()) -> str:
    """For each comparison a table of the standings, and what is said of the pairs shown.

    Then a table of claims about the results.
    """
    several_losses = not all(it.loss for it in comparisons)
    lines = ["# Which loss is better?" if several_losses else "# Which is better?", "", LIMITS]
    for it in comparisons:
        lines += ["", f"## {it.title}", ""]
        lines += [line for note in it.notes for line in (note, "")]
        lines += ["| experiment | train | test | diverged | failed to learn |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        parts = [[standing for standing in it.standings if standing.part == part] for part in PARTS]
        for train, test in zip(*parts, strict=True):
            failed = "not known" if train.failed is None else f"{train.failed} of {train.seeds}"
            diverged = f"{train.diverged} of {train.seeds}"
            cells = [
                train.label.replace("|", "\\|"),
                str(train.summary),
                str(test.summary),
                diverged,
                failed,
            ]
            lines.append(f"| {' | '.join(cells)} |")
        if it.constant:
            lines.append(f"| (a constant) | {' | '.join(map(figure, it.constant.values()))} | | |")
        lines += ["", it.pairs_note] if it.pairs_note else []
        for heading, pairs in it.told:
            lines += ["", f"{heading}:", "", *(f"- {pair.clause}" for pair in pairs)]
    for claims in judged:
        lines += ["", f"## {claims.title}", "", *claims.as_markdown().splitlines()]
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
        "word": pair.word,
        "probability": pair.probability,
        "low": finite_or_none(pair.low),
        "high": finite_or_none(pair.high),
        "p": pair.p,
        "region_of_practical_equivalence": pair.region,
        "first_median": finite_or_none(pair.first.summary.median),
        "second_median": finite_or_none(pair.second.summary.median),
        "first_trainings": pair.first.seeds,
        "second_trainings": pair.second.seeds,
        **_over_splits(pair),
        "sentence": pair.sentence,
    }


def _over_splits(pair: Pair) -> dict[str, Any]:
    """The mean difference over several splits, above 0 where the first is better."""
    it = pair.over_splits
    if it is None:
        return {"splits": 1}
    ends = {"difference_low": it.low, "difference_high": it.high}
    return {"splits": it.freedom + 1, "difference": it.mean, **ends}
