"""Which loss is better: results that share their data, compared on a common metric.

The values of two losses have different units and are never compared. A metric, such as mse or
accuracy, means the same under every loss. How two losses are compared by it is explained in
``probability``. Of several splits, the split is the unit: see ``over_splits``. "Better" means that
the p-value is below 5 % once it is corrected by Holm's method for all pairs of a part, so that in
at most one of twenty comparisons of losses without any difference any pair is called better.

What a comparison cannot say:

- All seeds of one split share their data. The intervals show the chance in training, which is that
  of initial weights and row orders. They do not show what other data or another split would give.
- Two losses with the same seed may start from the same weights. The bootstrap does not use that:
  it resamples the two losses independently. Where equal seeds give similar results its intervals
  are too wide rather than too narrow.
- Where every seed of one loss beats every seed of the other, so does every resample. The interval
  is the single point 0 or 1 then, which does not mean certainty.
- A difference may be seen and yet be too small to matter. Look at the medians.
- Of more than 100 results, each is compared only with the one that is best on the test part. It
  was chosen by the same figures that it is then compared by, so a part of its lead is luck.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.over_splits import corrected, holm
from lossbench.evidence.pair import Pair, Standing
from lossbench.evidence.probability import probabilities, to_maximize
from lossbench.results.result import PARTS, Part, Result
from lossbench.tables.metrics import METRICS, compared_on
from lossbench.tables.problems import Problem
from lossbench.text import flattened, printable

MOST_IN_PAIRS = 100  # results of which every pair is compared: 4,950; 1,000 would have 499,500
ALL_PAIRS_SHOWN = 6  # results of which text shows every pair
PAIRS_SHOWN = 12  # of more results, the pairs of each part that text shows
# What two experiments must have in common for the loss to be the only difference.
SHARED: dict[str, Any] = dict.fromkeys(
    ("model", "optimizer", "epochs", "batch_size", "class_weight", "early_stopping"), True
)
TRANSFORM = {"target_transform"}  # of the same data: metrics are in units of the target itself
WEIGHTS = {"sample_weight", "sha256"}  # by which the rows of the same data may count differently


class NothingToCompare(ValueError):
    """No two results share their data and a metric."""


@dataclass(frozen=True)
class Comparison:
    """Experiments on the same data, compared on one metric.

    ``data`` describes the data, and ``data_sha256`` is their digest. ``differs`` has the dotted
    keys of the config, besides the loss, that are not the same in all experiments. ``standings``
    and ``pairs`` are in the order of the results, first all of the train part, then all of the
    test part.
    """

    data_sha256: str
    problem: Problem
    data: str
    metric: str
    results: tuple[Result, ...]
    differs: tuple[str, ...]
    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]

    @property
    def loss(self) -> str | None:
        """The loss that all experiments have; None where they have different ones."""
        names = {result.experiment.loss.name for result in self.results}
        return names.pop() if len(names) == 1 else None

    @property
    def title(self) -> str:
        """The data and the metric."""
        return f"{self.data}: {self.metric}"

    @property
    def constant(self) -> tuple[float, float] | None:
        """The metric of the best constant prediction on each part, a mean over the splits.

        None where no result knows it: older ones do not.
        """
        found = (
            tuple(it.constant(part, self.metric).mean() for part in PARTS) for it in self.results
        )
        train, test = next((it for it in found if np.isfinite(it).all()), (np.nan, np.nan))
        return (float(train), float(test)) if np.isfinite(train) else None

    @property
    def note(self) -> str:
        """A sentence that says what differs besides the loss; empty where nothing does."""
        if not self.differs:
            return ""
        same_loss = f"all have the loss {self.loss}, and differ in"
        what = same_loss if self.loss else "these differ in more than the loss"
        return printable(f"Note: {what}: {', '.join(self.differs)}.")

    @property
    def ranking(self) -> tuple[int, ...]:
        """The numbers of the results, sorted by their test medians, the best first."""
        return ranking(self.results, self.metric)

    def best(self, most: int) -> tuple[Result, ...]:
        """At most ``most`` results, those with the best test medians, in the order of results."""
        return tuple(self.results[number] for number in sorted(self.ranking[:most]))

    @property
    def pairs_shown(self) -> tuple[Pair, ...]:
        """The pairs that text shows: all, or of many results those of the best with the next."""
        if len(self.results) <= ALL_PAIRS_SHOWN:
            return self.pairs
        return tuple(it for part in PARTS for it in self.pairs_of_the_best(part)[:PAIRS_SHOWN])

    def pairs_of_the_best(self, part: Part) -> tuple[Pair, ...]:
        """The pairs of the best result with all others, in the order of the ranking."""
        best, *others = (self.results[it].experiment.name for it in self.ranking)
        here = [it for it in self.pairs if it.part == part]
        by_names = {frozenset((it.first.name, it.second.name)): it for it in here}
        return tuple(by_names[frozenset((best, name))] for name in others)

    @property
    def pairs_note(self) -> str:
        """A sentence that says which pairs text leaves out; empty where it shows all."""
        shown, pairs = (len(it) // len(PARTS) for it in (self.pairs_shown, self.pairs))
        if shown == pairs:
            return ""
        best = self.results[self.ranking[0]].experiment.name
        return (
            f"Of {pairs:,} pairs, these are the {shown} of {best}, which has the best test median, "
            "with the next best. They flatter it, because it was chosen by these very figures. "
            "'lossbench compare' lists all pairs with --json or --csv."
        )


def compare(results: Iterable[Result], metric: str | None = None) -> list[Comparison]:
    """Compare the results that share their data, on the metric of their problem or on ``metric``.

    Results that share their data with no other, or do not have the metric, are left out. Raises
    NothingToCompare where that leaves nothing.

    >>> import lossbench
    >>> for comparison in lossbench.compare(lossbench.read("results")):
    ...     print(comparison.metric, [it.experiment.name for it in comparison.results])
    accuracy ['hinge', 'squared_hinge']
    """
    results = list(results)
    by_data: dict[tuple[str, int], list[Result]] = defaultdict(list)
    for result in results:
        if (metric or compared_on(result.experiment.loss.row.problem)) in result.experiment.metrics:
            by_data[result.data_sha256, result.experiment.splits].append(result)
    comparisons = [
        _comparison(members, metric or compared_on(members[0].experiment.loss.row.problem))
        for members in by_data.values()
        if len(members) > 1
    ]
    if not comparisons:
        raise NothingToCompare(_why_nothing(results, metric))
    return comparisons


def ranking(results: Sequence[Result], metric: str) -> tuple[int, ...]:
    """The numbers of the results, sorted by their test medians of a metric, the best first.

    Results all of whose seeds diverged come last.
    """
    medians = np.array([it.summary("test", metric).median for it in results])
    order = np.argsort(-to_maximize(medians, METRICS[metric].smaller_is_better), kind="stable")
    return tuple(order.tolist())


def _comparison(results: Sequence[Result], metric: str) -> Comparison:
    standings: list[Standing] = []
    pairs: list[Pair] = []
    failed = [failed_to_learn(result, metric) for result in results]
    best = ranking(results, metric)[0] if len(results) > MOST_IN_PAIRS else None
    for part in PARTS:
        here = [
            _standing(result, part, metric, count)
            for result, count in zip(results, failed, strict=True)
        ]
        standings += here
        pairs += _pairs(here, results, metric, best)
    experiment = results[0].experiment
    return Comparison(
        results[0].data_sha256,
        experiment.loss.row.problem,
        experiment.dataset.title,
        metric,
        tuple(results),
        _differing([result.experiment for result in results]),
        tuple(standings),
        tuple(pairs),
    )


def _standing(result: Result, part: Part, metric: str, failed: int | None) -> Standing:
    experiment, summary = result.experiment, result.summary(part, metric)
    seeds, diverged = len(result.trainings), result.diverged
    return Standing(experiment.name, experiment.loss.name, part, summary, seeds, diverged, failed)


def _differing(experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """The dotted keys besides the loss that are not the same in all experiments."""
    weighted = any(it.dataset.sample_weight for it in experiments)
    shared = SHARED | {"dataset": TRANSFORM | (WEIGHTS if weighted else set())}
    flat = [flattened(it.model_dump(include=shared)) for it in experiments]
    keys = dict.fromkeys(key for values in flat for key in values)
    return tuple(key for key in keys if any(it.get(key) != flat[0].get(key) for it in flat))


def _pairs(
    standings: Sequence[Standing], results: Sequence[Result], metric: str, best: int | None
) -> list[Pair]:
    """Every pair, or only those of the ``best``, with p-values that are corrected for them all."""
    pairs = list(combinations(range(len(results)), 2))
    if best is not None:
        pairs = [(best, second) for second in range(len(results)) if second != best]
    judge = _over_splits if results[0].experiment.splits > 1 else _over_seeds
    found = judge(pairs, standings, results, metric)
    p_values = holm([it.p for it in found])
    return [replace(it, p=p) for it, p in zip(found, p_values, strict=True)]


def _over_seeds(
    pairs: Sequence[tuple[int, int]],
    standings: Sequence[Standing],
    results: Sequence[Result],
    metric: str,
) -> list[Pair]:
    """The pairs by the seeds of one split.

    Each result is compared at once with all others that have the same number of seeds.
    """
    values = [it.final(standings[0].part, metric) for it in results]
    seconds_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for first, second in pairs:
        seconds_of[first, len(values[second])].append(second)
    found: dict[tuple[int, int], Pair] = {}
    for (first, _), seconds in seconds_of.items():
        others = np.array([values[second] for second in seconds])
        figures = probabilities(values[first], others, METRICS[metric].smaller_is_better)
        for second, *of_pair in zip(seconds, *(it.tolist() for it in figures), strict=True):
            found[first, second] = Pair(standings[first], standings[second], metric, *of_pair)
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
    smaller = METRICS[metric].smaller_is_better
    gains = [to_maximize(it.split_means(part, metric), smaller) for it in results]
    for first, second in pairs:
        difference = corrected(gains[first] - gains[second], test / train)
        ends = difference.above_zero, np.nan, np.nan, difference.p
        pair = Pair(standings[first], standings[second], metric, *ends, over_splits=difference)
        found.append(pair)
    return found


def _why_nothing(results: Sequence[Result], metric: str | None) -> str:
    known = sorted({name for result in results for name in result.experiment.metrics})
    if metric == "loss":
        return f"losses are not compared by their own values; metrics: {', '.join(known)}"
    if metric and metric not in known:
        return f"no result reports '{metric}'; metrics: {', '.join(known) or 'none'}"
    on = f" and report {metric}" if metric else ""
    names = ", ".join(result.experiment.name for result in results) or "none"
    return f"nothing to compare: no two results share their data{on}; results: {names}"
