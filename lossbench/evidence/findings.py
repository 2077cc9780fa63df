"""What results say, in a few sentences: what a reader sees first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from lossbench.evidence.claims import Judged
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.difference_words import beats
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.summary import Row
from lossbench.results.result import PARTS, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE
from lossbench.text import figure, listed

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
    comparisons: Sequence[Comparison],
    judged: Judged | None,
) -> list[Finding]:
    """Which loss is best on which data, how published figures and claims do, and what failed.

    ``rows`` are those of ``summary``, and ``judged`` are the claims about the results, if any.
    """
    diverged = _count_seeds("Diverged", results, lambda result: result.diverged)
    learnt_nothing = _count_seeds("Failed to learn", results, failed_to_learn)
    return [
        *(Finding(it.data, _beside_constant(it)) for it in comparisons),
        *_published_figures(rows),
        *([claims_finding(judged)] if judged else []),
        *diverged,
        *learnt_nothing,
    ]


def _beside_constant(comparison: Comparison) -> str:
    """The best loss, and before it that none is better than a constant, or what that reaches."""
    text, constant = _best_loss(comparison), comparison.constant.get("test")
    best = comparison.results[comparison.ranking[0]].summary("test", comparison.metric).median
    if constant is None or np.isnan(best):
        return text
    region = comparison.pairs_of_the_best("test")[0].region
    if beats(comparison.metric, best, constant, region):
        return f"{text} A constant reaches {figure(constant)}."
    return f"None is better than a constant ({figure(constant)}) by enough to matter. {text}"


def _best_loss(comparison: Comparison) -> str:
    number, *others = comparison.ranking
    standings = [it for it in comparison.standings if it.part == "test"]
    if standings[number].all_diverged:
        return "Every training diverged."
    best, what = standings[number].label, f"median test {comparison.metric}"
    median = figure(standings[number].summary.median)
    called: dict[str | None, list[str]] = defaultdict(list)
    for other, pair in zip(others, comparison.pairs_of_the_best("test"), strict=True):
        it = standings[other]
        # A median is of the seeds that did not diverge; in pairs, one that diverged loses.
        surely_behind = pair.ahead is it and pair.word in ("small", "clear")
        word = "behind" if surely_behind else pair.word
        called[word].append(f"{it.label} ({figure(it.summary.median)})")
    if set(called) == {None}:
        return (
            f"{best} has the best {what}, {median}, but fewer than "
            f"{FEWEST_TO_JUDGE} seeds of each loss are too few to judge by."
        )
    alike = called["small"] + called["none"]
    if len(alike) == len(others):
        names = _list([f"{best} ({what} {median})", *alike])
        return f"No difference that matters between {names}."
    text = f"{best} has the best {what}, {median}"
    text += f", and is better than {_list(called['clear'])}" if called["clear"] else ""
    text += f"; no difference that matters between it and {_list(alike)}" if alike else ""
    if unsure := called["unsure"]:
        text += f"; it looks better than {_list(unsure)}, but that is not sure"
    if behind := called["behind"]:
        text += f"; in pairs of all seeds it is worse than {_list(behind)}"
    return f"{text}."


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
