"""What results say, in a few sentences: what a reader sees first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lossbench.evidence.claims import Judgement, about_the_tutorial
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.pair import Pair
from lossbench.evidence.summary import Row
from lossbench.results.result import PARTS, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE
from lossbench.text import figure

VERDICTS = (
    ("holds", "holds", "hold"),
    ("holds only because of the metric", *["only because of the metric"] * 2),
    ("does not hold", "does not hold", "do not hold"),
    ("not judged", *["not judged"] * 2),
)
NAMED = 4  # names in a sentence; the others are counted


class Finding(NamedTuple):
    """A sentence, and what it is about."""

    about: str
    sentence: str


def findings(
    results: Sequence[Result],
    rows: Sequence[Row],
    comparisons: Sequence[Comparison],
    judgements: Sequence[Judgement],
) -> list[Finding]:
    """Which loss is best on which data, how published figures and claims do, and what failed.

    ``rows`` are those of ``summary``.
    """
    diverged = _count_seeds("Diverged", results, lambda result: result.diverged)
    learnt_nothing = _count_seeds("Failed to learn", results, failed_to_learn)
    return [
        *(Finding(it.data, _best_loss(it)) for it in comparisons),
        *_published_figures(rows),
        *_claims(judgements),
        *diverged,
        *learnt_nothing,
    ]


def _best_loss(comparison: Comparison) -> str:
    names = [result.experiment.name for result in comparison.results]
    number, *others = comparison.ranking
    medians = [it.summary.median for it in comparison.standings if it.part == "test"]
    best, what = names[number], f"median test {comparison.metric}"
    numbers: dict[str, list[int]] = defaultdict(list)
    for other, pair in zip(others, comparison.pairs_of_the_best("test"), strict=True):
        numbers[_finding_for(best, pair)].append(other)
    beaten, equal, ahead = (numbers[it] for it in ("better", "no difference seen", "worse"))
    if not (beaten or equal or ahead):
        return (
            f"{best} has the best {what}, {figure(medians[number])}, but fewer than "
            f"{FEWEST_TO_JUDGE} seeds of each loss are too few to judge by."
        )

    def listed(numbers: Sequence[int]) -> str:
        return _list([f"{names[it]} ({figure(medians[it])})" for it in numbers])

    if not (beaten or ahead):
        between = f"{best}, {what} {figure(medians[number])}, and {listed(equal)}"
        return f"No difference is seen between {between}."
    text = f"{best} has the best {what}, {figure(medians[number])}"
    text += f", and is better than {listed(beaten)}" if beaten else ""
    text += f"; no difference is seen between it and {listed(equal)}" if equal else ""
    # A median is of the seeds that did not diverge; in pairs, one that diverged loses.
    text += f"; in pairs of all seeds it is worse than {listed(ahead)}" if ahead else ""
    return f"{text}."


def _finding_for(name: str, pair: Pair) -> str:
    """How the experiment of a name is in a pair, as its first or its second."""
    turned = {"better": "worse", "worse": "better"}
    return pair.finding if pair.first.name == name else turned.get(pair.finding, pair.finding)


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


def _claims(judgements: Sequence[Judgement]) -> list[Finding]:
    if not about_the_tutorial(judgements):
        return []
    counts = Counter[str](it.verdict for it in judgements)
    words = [
        f"{count} {one if count == 1 else many}"
        for verdict, one, many in VERDICTS
        if (count := counts[verdict])
    ]
    return [Finding("The tutorial's nine claims", f"{', '.join(words)}.")]


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


def _list(names: Sequence[str]) -> str:
    shown = [*names[:NAMED], *([f"{len(names) - NAMED} more"] if len(names) > NAMED else [])]
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last
