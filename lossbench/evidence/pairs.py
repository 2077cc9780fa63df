"""All pairs of results on one part, by the seeds of one split, or by several splits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from lossbench.evidence.difference_words import region_of
from lossbench.evidence.over_splits import corrected, holm
from lossbench.evidence.pair import Pair, Standing
from lossbench.evidence.probability import probabilities, to_maximize
from lossbench.evidence.summary import known_constant
from lossbench.results.result import Part, Result
from lossbench.tables.metrics import METRICS


def pairs_of(
    standings: Sequence[Standing], results: Sequence[Result], metric: str, best: int | None
) -> list[Pair]:
    """Every pair on one part, or only those of the ``best``, a number.

    Their p-values are corrected by Holm's method for all pairs that there are: which result is the
    best is known by these very figures.
    """
    every = list(combinations(range(len(results)), 2))
    pairs = every
    if best is not None:
        pairs = [(best, second) for second in range(len(results)) if second != best]
    judge = _over_splits if results[0].experiment.splits > 1 else _over_seeds
    found = judge(pairs, standings, results, metric)
    p_values = holm([it.p for it in found], len(every))
    return [replace(it, p=p) for it, p in zip(found, p_values, strict=True)]


def _over_seeds(
    pairs: Sequence[tuple[int, int]],
    standings: Sequence[Standing],
    results: Sequence[Result],
    metric: str,
) -> list[Pair]:
    """The pairs by the seeds of one split.

    Each result is compared at once with all others that have the same seeds, and with all that
    have the same number of other seeds.
    """
    part, smaller = standings[0].part, METRICS[metric].smaller_is_better
    values = [it.final(part, metric) for it in results]
    seeds = [tuple(training.seed for training in it.trainings) for it in results]
    region = _region(results, part, metric, [it.summary.median for it in standings])
    seconds_of: dict[tuple[int, int, bool], list[int]] = defaultdict(list)
    for first, second in pairs:
        paired = seeds[first] == seeds[second]
        seconds_of[first, len(values[second]), paired].append(second)
    found: dict[tuple[int, int], Pair] = {}
    for (first, _, paired), seconds in seconds_of.items():
        others = np.array([values[second] for second in seconds])
        figures = probabilities(values[first], others, smaller, paired)
        for second, *of_pair in zip(seconds, *(it.tolist() for it in figures), strict=True):
            both = standings[first], standings[second]
            found[first, second] = Pair(*both, metric, region, *of_pair)
    return [found[pair] for pair in pairs]


def _over_splits(
    pairs: Sequence[tuple[int, int]],
    standings: Sequence[Standing],
    results: Sequence[Result],
    metric: str,
) -> list[Pair]:
    """The pairs by several splits, of which each gives one value: the mean over its seeds."""
    part, found = standings[0].part, []
    train, test = results[0].rows or (1, 1)
    means = [it.split_means(part, metric) for it in results]
    region = _region(results, part, metric, [float(it.mean()) for it in means])
    gains = [to_maximize(it, METRICS[metric].smaller_is_better) for it in means]
    for first, second in pairs:
        difference = corrected(gains[first] - gains[second], test / train)
        ends = difference.above_zero, np.nan, np.nan, difference.p
        both = standings[first], standings[second]
        found.append(Pair(*both, metric, region, *ends, over_splits=difference))
    return found


def _region(results: Sequence[Result], part: Part, metric: str, values: Sequence[float]) -> float:
    """The difference that is too small to matter, by the best value and by that of a constant."""
    smaller = METRICS[metric].smaller_is_better
    best = values[int(np.argmax(to_maximize(np.array(values), smaller)))]
    return region_of(metric, best, known_constant(results, metric).get(part, np.nan))
