"""Which loss is better: results that share their data, compared on a common metric.

The values of two losses have different units and are never compared. A metric, such as mse or
accuracy, means the same under every loss. How two losses are compared by it is explained in
``probability``. Of several splits, the split is the unit: see ``over_splits``. Beyond chance means
that the p-value is below 5 % once it is corrected by Holm's method for all pairs of a part, so that
in at most one of twenty comparisons of losses without any difference any pair is called better.
Whether a difference matters is told by ``difference_words``.

What a comparison cannot say:

- All seeds of one split share their data. The intervals show the chance in training, which is that
  of initial weights and row orders. They do not show what other data or another split would give.
- Where every seed of one loss beats every seed of the other, so does every resample. The interval
  is the single point 0 or 1 then, which does not mean certainty.
- Of more than 100 results, each is compared only with the one that is best on the test part. It
  was chosen by the same figures that it is then compared by, so a part of its lead is luck.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.evidence.compared_metric import metric_of
from lossbench.evidence.equal_losses import equal_losses
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.evidence.labels import labels
from lossbench.evidence.pair import Pair, Standing
from lossbench.evidence.pairs import pairs_of
from lossbench.evidence.probability import to_maximize
from lossbench.evidence.summary import known_constant
from lossbench.results.result import PARTS, Part, Result
from lossbench.tables.metrics import METRICS
from lossbench.tables.problems import Problem
from lossbench.text import figure, flattened, listed, named, printable

PARTS_SHOWN: tuple[Part, ...] = ("test", "train")  # in this order
MOST_IN_PAIRS = 100  # results of which every pair is compared: 4,950; 1,000 would have 499,500
ALL_PAIRS_SHOWN = 6  # results of which text shows every pair
PAIRS_SHOWN = 12  # of more results, the pairs of each part that text shows
# What two experiments must have in common for the loss to be the only difference.
SHARED: dict[str, Any] = dict.fromkeys(
    (
        "model",
        "optimizer",
        "epochs",
        "batch_size",
        "class_weight",
        "early_stopping",
        "reduce_lr_on_plateau",
    ),
    True,
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
    def constant(self) -> dict[Part, float]:
        """The metric of the best constant prediction by part, see ``known_constant``."""
        return known_constant(self.results, self.metric)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that say what to know of the results before their pairs are read."""
        return (*self._differences, *self._equal, *self._unbalanced)

    @property
    def _differences(self) -> Iterator[str]:
        if self.differs:
            same_loss = f"all have the loss {self.loss}, and differ in"
            what = same_loss if self.loss else "these differ in more than the loss"
            yield printable(f"Note: {what}: {', '.join(self.differs)}.")

    @property
    def _equal(self) -> Iterator[str]:
        experiments = [it.experiment for it in self.results]
        if self.loss is None:
            for numbers, how in equal_losses(experiments):
                names = listed([self.standings[it].label for it in numbers])
                yield f"{names} are {how}."

    @property
    def _unbalanced(self) -> Iterator[str]:
        rows = next((it.class_rows for it in self.results if it.class_rows), None)
        if rows and self.metric == "accuracy":
            yield (
                "The classes are unbalanced: always naming the largest has an accuracy of "
                f"{figure(max(rows) / sum(rows))}. In balanced_accuracy every class counts alike."
            )

    @property
    def ranking(self) -> tuple[int, ...]:
        """The numbers of the results, sorted by their test medians, the best first."""
        return ranking(self.results, self.metric)

    def best(self, most: int) -> tuple[Result, ...]:
        """At most ``most`` results, those with the best test medians, in the order of results."""
        return tuple(self.results[number] for number in sorted(self.ranking[:most]))

    @property
    def pairs_shown(self) -> tuple[Pair, ...]:
        """The pairs that text shows, the test part first, and in it those of the best.

        These are all, or of many results those of the best with the next.
        """
        if len(self.results) > ALL_PAIRS_SHOWN:
            of_best = (self.pairs_of_the_best(part)[:PAIRS_SHOWN] for part in PARTS_SHOWN)
            return tuple(pair for pairs in of_best for pair in pairs)
        rank_of = {self.standings[number].label: rank for rank, number in enumerate(self.ranking)}

        def place(pair: Pair) -> tuple[int, list[int]]:
            ranks = sorted(rank_of[it.label] for it in (pair.first, pair.second))
            return PARTS_SHOWN.index(pair.part), ranks

        return tuple(sorted(self.pairs, key=place))

    @property
    def told(self) -> tuple[tuple[str, tuple[Pair, ...]], ...]:
        """The pairs that text shows by part, below a heading that says what they share."""
        shown = self.pairs_shown
        by_part = [[it for it in shown if it.part == part] for part in PARTS_SHOWN]
        return tuple((_heading(pairs), tuple(pairs)) for pairs in by_part)

    def pairs_of_the_best(self, part: Part) -> tuple[Pair, ...]:
        """The pairs of the best result with all others, in the order of the ranking."""
        best, *others = (self.standings[number].label for number in self.ranking)
        here = [it for it in self.pairs if it.part == part]
        by_labels = {frozenset((it.first.label, it.second.label)): it for it in here}
        return tuple(by_labels[frozenset((best, label))] for label in others)

    @property
    def pairs_note(self) -> str:
        """A sentence that says which pairs text leaves out; empty where it shows all."""
        shown, pairs = (len(it) // len(PARTS) for it in (self.pairs_shown, self.pairs))
        if shown == pairs:
            return ""
        best = self.standings[self.ranking[0]].label
        return (
            f"Of {pairs:,} pairs, these are the {shown} of {best}, which has the best test median, "
            "with the next best. They flatter it, because it was chosen by these very figures. "
            "'lossbench compare' lists all pairs with --json or --csv."
        )


def _heading(pairs: Sequence[Pair]) -> str:
    judged = (it for it in pairs if it.word is not None)
    shared = next(judged, pairs[0]).shared
    return f"{shared[0].upper()}{shared[1:]}"


def compare(results: Iterable[Result], metric: str | None = None) -> list[Comparison]:
    """Compare the results that share their data, on the metric of their problem or on ``metric``.

    Of unbalanced classes the metric is balanced accuracy, where all results have it. Results that
    share their data with no other, or do not have the metric, are left out. Raises NothingToCompare
    where that leaves nothing, or where no value of the metric is better than another.

    >>> import lossbench
    >>> for comparison in lossbench.compare(lossbench.read("results")):
    ...     print(comparison.metric, [it.experiment.name for it in comparison.results])
    accuracy ['hinge', 'squared_hinge']
    """
    results = list(results)
    by_data: dict[tuple[str, int, Problem], list[Result]] = defaultdict(list)
    for result in results:
        if metric is None or metric in result.experiment.metrics:
            problem = result.experiment.loss.row.problem
            by_data[result.data_sha256, result.experiment.splits, problem].append(result)
    comparisons = [
        _comparison(members, metric_of(members) if metric is None else metric)
        for members in by_data.values()
        if len(members) > 1
    ]
    if not comparisons or not all(METRICS[it.metric].ordered for it in comparisons):
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
    names = labels([result.experiment.name for result in results])
    best = ranking(results, metric)[0] if len(results) > MOST_IN_PAIRS else None
    for part in PARTS:
        here = [
            _standing(result, label, part, metric, count)
            for result, label, count in zip(results, names, failed, strict=True)
        ]
        standings += here
        pairs += pairs_of(here, results, metric, best)
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


def _standing(result: Result, label: str, part: Part, metric: str, failed: int | None) -> Standing:
    name, loss = result.experiment.name, result.experiment.loss.name
    seeds, summary = len(result.trainings), result.summary(part, metric)
    values = result.final(part, metric)
    known = values[np.isfinite(values)]
    mean = float(known.mean(dtype=np.float64)) if known.size else np.nan
    return Standing(name, label, loss, part, summary, mean, seeds, result.diverged, failed)


def _differing(experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """The dotted keys besides the loss that are not the same in all experiments."""
    weighted = any(it.dataset.sample_weight for it in experiments)
    shared = SHARED | {"dataset": TRANSFORM | (WEIGHTS if weighted else set())}
    flat = [flattened(it.model_dump(include=shared)) for it in experiments]
    keys = dict.fromkeys(key for values in flat for key in values)
    return tuple(key for key in keys if any(it.get(key) != flat[0].get(key) for it in flat))


def _why_nothing(results: Sequence[Result], metric: str | None) -> str:
    known = sorted({name for result in results for name in result.experiment.metrics})
    if metric in METRICS and not METRICS[metric].ordered:
        return f"{metric} has no better and worse, so that losses are not compared on it"
    if metric == "loss":
        return f"losses are not compared by their own values; metrics: {named(known)}"
    if metric is not None and metric not in known:
        return f"no result reports '{metric}'; metrics: {named(known, metric) or 'none'}"
    on = f" and report {metric}" if metric else ""
    names = named([result.experiment.name for result in results]) or "none"
    return f"nothing to compare: no two results share their data{on}; results: {names}"
