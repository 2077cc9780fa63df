"""What results say, in a few sentences: what a reader is told first."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from lossbench.evidence import summary
from lossbench.evidence.claims import Judgement
from lossbench.evidence.comparison import Group, Pair, failed_to_learn, figure
from lossbench.results.result import PARTS, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE

VERDICTS = (
    ("holds", "holds", "hold"),
    ("holds only because of the metric", *["only because of the metric"] * 2),
    ("does not hold", "does not hold", "do not hold"),
    ("not judged", *["not judged"] * 2),
)
NAMED = 4  # names in a sentence; more are counted


class Finding(NamedTuple):
    """A sentence, and what it is about."""

    about: str
    sentence: str


def findings(
    results: Sequence[Result],
    rows: Sequence[dict[str, Any]],
    groups: Sequence[Group],
    judgements: Sequence[Judgement],
) -> list[Finding]:
    """Which loss is best on which data, what of the article was found, and what went wrong.

    ``rows`` are those of ``summary``.
    """
    found = [Finding(group.data, _of_group(group)) for group in groups]
    found += _of_article(rows, judgements)
    for about, counted in (("Diverged", _diverged), ("Learnt nothing", failed_to_learn)):
        names = [
            f"{count} of {len(result.trainings)} trainings of {result.experiment.name}"
            for result in results
            if (count := counted(result))
        ]
        if names:
            found.append(Finding(about, f"{_list(names)}."))
    return found


def are_of_the_article(judgements: Sequence[Judgement]) -> bool:
    """Whether the results have anything to say about the article's claims."""
    return any(it.verdict != "not judged" for it in judgements)


def _diverged(result: Result) -> int:
    return result.diverged


def _of_group(group: Group) -> str:
    names = [result.experiment.name for result in group.results]
    place = group.ranking[0]
    medians = [it.summary.median for it in group.standings if it.part == "test"]
    best, what = names[place], f"median test {group.metric}"
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, pair in zip(group.ranking[1:], group.of_the_best("test"), strict=True):
        numbers[_seen_from(best, pair)].append(number)
    beaten, level, ahead = (numbers[it] for it in ("better", "no difference seen", "worse"))
    if not (beaten or level or ahead):
        return (
            f"{best} has the best {what}, {figure(medians[place])}, but fewer than "
            f"{FEWEST_TO_JUDGE} trainings of each loss are too few to judge by."
        )

    def listed(numbers: Sequence[int]) -> str:
        return _list([f"{names[number]} ({figure(medians[number])})" for number in numbers])

    if not (beaten or ahead):
        others = listed(level)
        return (
            f"No difference is seen between {best}, {what} {figure(medians[place])}, and {others}."
        )
    text = f"{best} has the best {what}, {figure(medians[place])}"
    text += f", and is better than {listed(beaten)}" if beaten else ""
    text += f"; no difference is seen to {listed(level)}" if level else ""
    # A median is of the trainings that finished; of pairs, one that diverged loses all.
    text += f"; by pairs of all trainings it is worse than {listed(ahead)}" if ahead else ""
    return f"{text}."


def _seen_from(name: str, pair: Pair) -> str:
    """The finding of a pair, from the side of an experiment of it."""
    turned = {"better": "worse", "worse": "better"}
    return pair.finding if pair.first.name == name else turned.get(pair.finding, pair.finding)


def _of_article(rows: Sequence[dict[str, Any]], judgements: Sequence[Judgement]) -> list[Finding]:
    found, inside, outside = [], 0, []
    for row in rows:
        for part in PARTS:
            value, verdict = summary.published(row, part)
            inside += verdict == "inside"
            if verdict == "outside":
                found_here = f"{part} {value}, found {summary.found(row, part)}"
                outside.append(f"{row['name']} ({found_here})")
    if judged := inside + len(outside):
        text = f"{inside} of {judged} lie in the interval that holds 95 % of the trainings"
        text += f". Outside: {_list(outside)}." if outside else "."
        found.append(Finding("Published figures", text))
    if are_of_the_article(judgements):
        counts = Counter[str](it.verdict for it in judgements)
        words = [
            f"{count} {one if count == 1 else many}"
            for verdict, one, many in VERDICTS
            if (count := counts[verdict])
        ]
        found.append(Finding("The article's nine claims", f"{', '.join(words)}."))
    return found


def _list(names: Sequence[str]) -> str:
    shown = [*names[:NAMED], *([f"{len(names) - NAMED} more"] if len(names) > NAMED else [])]
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last
