"""Which loss to take on which data: a sentence for each comparison."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import numpy as np

from lossbench.evidence.comparison import Comparison
from lossbench.evidence.difference_words import beats
from lossbench.evidence.pair import Standing
from lossbench.results.statistics import FEWEST_TO_JUDGE
from lossbench.text import figure, listed

_list = partial(listed, most=4)


def answer(comparison: Comparison) -> str:
    """Which loss to take, or that this is not decided, from the pairs of the best with the others.

    The best is the loss with the best test median. It is only to be taken if there is another one
    that it is surely no worse than, and if it is better than a constant by enough to matter.
    """
    number, *others = comparison.ranking
    standings = [it for it in comparison.standings if it.part == "test"]
    best = standings[number]
    if best.all_diverged:
        return "Take none of them: every training diverged."
    pairs = comparison.pairs_of_the_best("test")
    constant = comparison.constant.get("test")
    if constant is not None:
        median, region = best.summary.median, pairs[0].region
        if not beats(comparison.metric, median, constant, region):
            return (
                f"Take none of them: none is better than a constant ({figure(constant)}) by enough "
                f"to matter. The best is {_with_metric(best, comparison.metric)}."
            )
    called: dict[str | None, list[Standing]] = defaultdict(list)
    for other, pair in zip(others, pairs, strict=True):
        it = standings[other]
        # A median is of the seeds that did not diverge; in pairs, one that diverged loses.
        surely_behind = pair.ahead is it and pair.word in ("small", "clear")
        called["behind" if surely_behind else pair.word].append(it)
    return f"{_what_to_take(best, called, comparison.metric)}."


def narrowness(comparisons: Sequence[Comparison]) -> str:
    """What the answers leave out, in a sentence: other splits, other rates; empty if nothing."""
    experiments = [result.experiment for it in comparisons for result in it.results]
    parts = []
    if any(it.splits == 1 for it in experiments):
        parts.append("one split of the rows")
    if any(it.tune is None for it in experiments):
        parts.append("one learning rate for each loss")
    if not parts:
        return ""
    return f"These are of {listed(parts)}, and others may turn them: 'lossbench choose' tries many."


def _what_to_take(best: Standing, called: dict[str | None, list[Standing]], metric: str) -> str:
    """The advice, and then what is said of the others; ``called`` has them by word."""
    alike = called["none"] + called["small"]
    named = _with_metric(best, metric)
    undecided = f"Not decided: {named} has the best median"
    if behind := called["behind"]:
        text = f"{undecided}, but in pairs of all seeds it is worse than {_named(behind)}"
        text += f"; no difference that matters between it and {_named(alike)}" if alike else ""
    elif alike:
        seen = "matters" if called["small"] else "is seen"
        text = f"Take {_listed_or([named, *map(_with_median, alike)])}: no difference between them "
        text += seen
    elif called["clear"]:
        text = f"Take {named}"
    else:
        text = undecided
    return text + _others(called)


def _others(called: dict[str | None, list[Standing]]) -> str:
    """What is said of those that are worse, or may be, each after a semicolon."""
    text = ""
    if worse := called["clear"]:
        text += f"; {_named(worse)} {_verb(worse, 'is', 'are')} worse"
    if unsure := called["unsure"]:
        verb = _verb(unsure, "looks", "look")
        text += f"; {_named(unsure)} {verb} worse, but that is not sure"
    if few := called[None]:
        text += f"; fewer than {FEWEST_TO_JUDGE} seeds are too few to judge {_named(few)} by"
    return text


def _with_metric(it: Standing, metric: str) -> str:
    return f"{it.label} (median test {metric} {figure(it.summary.median)})"


def _with_median(it: Standing) -> str:
    known = np.isfinite(it.summary.median)
    return f"{it.label} ({figure(it.summary.median) if known else 'diverged'})"


def _named(standings: list[Standing]) -> str:
    return _list([_with_median(it) for it in standings])


def _listed_or(names: list[str]) -> str:
    return listed(names, "or", most=5)


def _verb(standings: list[Standing], one: str, many: str) -> str:
    return one if len(standings) == 1 else many
