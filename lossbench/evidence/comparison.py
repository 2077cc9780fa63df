"""Which loss is better: results that share their data, compared on a common metric.

The values of two losses are in different units and are never compared; a metric such as the
mse or the accuracy means the same under each.

Two losses are compared by the probability that a training with the one beats a training with
the other, ties counting half. It is estimated by Mann and Whitney's U over the number of pairs
of trainings (1947, "On a test of whether one of two random variables is stochastically larger
than the other", Annals of Mathematical Statistics 18), which is the common-language effect size
(McGraw and Wong 1992, Psychological Bulletin 111) in the form of Vargha and Delaney (2000,
Journal of Educational and Behavioral Statistics 25). It needs no normal distribution, and a
training that diverged has a place in it: it loses against every one that finished, and ties
with others that diverged. Its interval is the percentile bootstrap (Efron and Tibshirani 1993,
"An Introduction to the Bootstrap", chapter 13), from a fixed seed, so that it is always the
same. "Better" means that the whole interval lies above one half.

What this cannot say:

- The trainings of an experiment share one data set and one split. The intervals speak of the
  chance in training, of initial weights and row orders, not of other data.
- Of twenty pairs without any difference about one is still called better or worse: the
  intervals are not corrected for the number of comparisons.
- Trainings with the same seed may start from the same weights. The bootstrap resamples the two
  losses independently of each other and takes no advantage of that; where equal seeds give
  similar trainings its intervals are too wide rather than too narrow.
- Where every training of one beats every training of the other, resampling cannot show another
  outcome: the interval is the single point 0 or 1, which does not mean certainty.
- A difference may be seen and yet be too small to matter. Look at the medians.
- Of more than 100 results, each is compared with the best on the test part alone. It is the best
  by the same trainings that it is then compared by, so part of its lead is luck.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy import stats

from lossbench.config.experiment import Experiment
from lossbench.results.result import PARTS, Array, Part, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary
from lossbench.tables.metrics import METRICS, compared_on
from lossbench.tables.problems import Problem
from lossbench.text import flattened, printable

Finding = Literal["better", "worse", "no difference seen", "not judged"]

RESAMPLES = 2000
AT_ONCE = 2_000_000  # trainings that are resampled: it bounds the memory of very many
MOST_IN_PAIRS = 100  # results of which every pair is compared: 4,950; of 1,000 it were 499,500
SEED = 0
TOLD_IN_FULL = 6  # experiments of which a text tells all pairs
TOLD = 12  # the pairs, of one part, that it tells of more experiments
LEARNT = 0.05  # by how much an accuracy must exceed guessing to count as learnt
# What two experiments must have in common for the loss to be all that differs.
SHARED: dict[str, Any] = dict.fromkeys(
    ("model", "optimizer", "epochs", "batch_size", "class_weight", "early_stopping"), True
)
WEIGHTS = {"sample_weight", "sha256"}  # by which rows of the same data may count differently


class NothingToCompare(ValueError):
    """No two results share their data and a metric."""


@dataclass(frozen=True)
class Standing:
    """How the trainings of one experiment did on one part.

    ``summary`` is over those that finished. ``failed`` counts those that finished without
    learning (see ``failed_to_learn``), on both parts the same; None where that is not known.
    """

    name: str
    loss: str
    part: Part
    summary: Summary
    trainings: int
    diverged: int
    failed: int | None


@dataclass(frozen=True)
class Pair:
    """How ``first`` does against ``second`` on one part.

    ``probability`` is that of a training of ``first`` to beat one of ``second``, with the ends
    of its 95 % interval (NaN where an experiment has a single training).
    """

    first: Standing
    second: Standing
    metric: str
    probability: float
    low: float
    high: float

    @property
    def part(self) -> Part:
        """The part that both were evaluated on."""
        return self.first.part

    @property
    def finding(self) -> Finding:
        """What is seen; fewer than 20 trainings of either judge nothing."""
        if min(self.first.trainings, self.second.trainings) < FEWEST_TO_JUDGE:
            return "not judged"
        if self.low > 0.5:
            return "better"
        return "worse" if self.high < 0.5 else "no difference seen"

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        names, metric = (self.first.name, self.second.name), f"{self.part} {self.metric}"
        medians = " against ".join(
            figure(standing.summary.median) for standing in (self.first, self.second)
        )
        share = f"{percent(self.probability)} [{percent(self.low)}, {percent(self.high)}]"
        if np.isnan(self.low):
            share = percent(self.probability)
        rest = f"in {share} of pairs of trainings; medians {medians}"
        match self.finding:
            case "better":
                return f"{names[0]} is better than {names[1]} on {metric}: {rest}"
            case "worse":
                return f"{names[0]} is worse than {names[1]} on {metric}: it beats it {rest}"
            case "no difference seen":
                between = f"between {names[0]} and {names[1]} on {metric}"
                return f"No difference is seen {between}: {names[0]} is ahead {rest}"
        why = f"fewer than {FEWEST_TO_JUDGE} trainings"
        between = f"{names[0]} against {names[1]} on {metric}"
        return f"Not judged, {why}: {between}; ahead {rest}"


@dataclass(frozen=True)
class Comparison:
    """Experiments on the same data, compared on one metric.

    ``differs`` names the keys, besides the loss, that are not the same in all of them. Standings
    and pairs are of the training part first, in the order of the results.
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
        """The loss that all of them have, if they have one."""
        names = {result.experiment.loss.name for result in self.results}
        return names.pop() if len(names) == 1 else None

    @property
    def title(self) -> str:
        """Which data and which metric."""
        return f"{self.data}: {self.metric}"

    @property
    def mind(self) -> str:
        """What else differs than the loss, in a sentence; empty where nothing does."""
        if not self.differs:
            return ""
        which = f"all have the loss {self.loss}, and differ in"
        what = which if self.loss else "these differ in more than the loss"
        return printable(f"Mind: {what}: {', '.join(self.differs)}.")

    @property
    def ranking(self) -> tuple[int, ...]:
        """Which result has the best median on the test part, the next best, …; diverged last."""
        return ranking(self.results, self.metric)

    def foremost(self, most: int) -> tuple[Result, ...]:
        """The ``most`` best of the ranking, in the order of the results."""
        return tuple(self.results[number] for number in sorted(self.ranking[:most]))

    @property
    def told(self) -> tuple[Pair, ...]:
        """The pairs that a text tells of: all, or of many those of the best with the next ones.

        The best, and what is next, is by the ranking.
        """
        if len(self.results) <= TOLD_IN_FULL:
            return self.pairs
        return tuple(it for part in PARTS for it in self.of_the_best(part)[:TOLD])

    def of_the_best(self, part: Part) -> tuple[Pair, ...]:
        """The pairs of the best with the next best, and so on, by the ranking."""
        best, *others = (self.results[it].experiment.name for it in self.ranking)
        here = [it for it in self.pairs if it.part == part]
        found = {frozenset((it.first.name, it.second.name)): it for it in here}
        return tuple(found[frozenset((best, name))] for name in others)

    @property
    def untold(self) -> str:
        """Which pairs a text leaves out; empty where it tells of all."""
        told, pairs = (len(it) // len(PARTS) for it in (self.told, self.pairs))
        if told == pairs:
            return ""
        best = self.results[self.ranking[0]].experiment.name
        return (
            f"Of {pairs:,} pairs, these are the {told} of {best}, which has the best test median, "
            "with the next best, which flatters it: it was chosen by these very figures. "
            "'lossbench compare' lists all with --json or --csv."
        )


Group = Comparison


def compare(results: Iterable[Result], metric: str | None = None) -> list[Group]:
    """Compare the results that share their data, on their problem's metric or on ``metric``.

    Results alone with their data, or without the metric, are left out. Raises NothingToCompare
    where that leaves nothing.

    >>> import lossbench
    >>> for comparison in lossbench.compare(lossbench.read("results")):
    ...     print(comparison.metric, [it.experiment.name for it in comparison.results])
    accuracy ['hinge', 'squared_hinge']
    """
    results = list(results)
    by_data: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if (metric or compared_on(result.experiment.loss.row.problem)) in result.experiment.metrics:
            by_data[result.data_sha256].append(result)
    groups = [
        _group(members, metric or compared_on(members[0].experiment.loss.row.problem))
        for members in by_data.values()
        if len(members) > 1
    ]
    if not groups:
        raise NothingToCompare(_nothing(results, metric))
    return groups


def failed_to_learn(result: Result) -> int | None:
    """How many trainings finished, but learnt nothing of the data they were trained on.

    A classifier did not if its accuracy on the training part exceeds that of guessing among
    equally frequent classes, 1/classes, by 0.05 at most: more than two standard deviations of
    what guessing gets on 500 rows. Where one class is frequent, always answering it passes for
    learning: this counts too few. A regression did not if its mse on the training part is at
    least 1, which is what answering the mean gets on a target standardised over all rows; of
    another target the result does not know the variance, and this is None.
    """
    experiment = result.experiment
    if experiment.loss.row.problem == "regression":
        if experiment.dataset.standardize.target is None:
            return None
        return int(np.sum(result.final("train", "mse") >= 1))
    classes = max(2, len(result.trainings[0].weights[-1]))
    return int(np.sum(result.final("train", "accuracy") <= 1 / classes + LEARNT))


def probabilities(first: Array, others: Array, smaller: bool) -> tuple[Array, Array, Array]:
    """The probability that ``first`` beats each of the others, with the ends of its interval.

    ``first`` has shape (n,) and ``others`` (k, m), with NaN for a training that diverged. The
    results have shape (k,); the ends are NaN where n or m is 1.
    """
    worth, against = (_worth(values, smaller) for values in (first, others))
    n, m = len(worth), against.shape[-1]
    u = stats.mannwhitneyu(
        np.broadcast_to(worth, (len(against), n)), against, axis=-1, method="asymptotic"
    ).statistic
    estimate = np.asarray(u) / (n * m)
    if min(n, m) < 2:
        return estimate, np.full_like(estimate, np.nan), np.full_like(estimate, np.nan)
    # Between which of first's trainings, from the worst to the best, each of the others stands:
    # it beats those below it, and ties with those up to it.
    order = np.argsort(worth)
    below, upto = (np.searchsorted(worth[order], against, side) for side in ("left", "right"))

    # SciPy resamples the trainings' numbers. A resample counts how often each training is in it,
    # and the sums of first's counts, in that order, say how many of its trainings are beaten.
    def statistic(rows: Array, columns: Array, axis: int = -1) -> Array:  # noqa: ARG001
        a, b = _counts(rows, n)[:, order], _counts(columns, m).T
        beaten = np.pad(np.cumsum(a, axis=1), ((0, 0), (1, 0))).T
        lost = [
            np.einsum("mr,mr->r", beaten[low] + beaten[high], b) / 2
            for low, high in zip(below, upto, strict=True)
        ]
        return np.asarray(1 - np.array(lost) / (n * m))

    return estimate, *bootstrapped((np.arange(n), np.arange(m)), statistic)


def bootstrapped(
    samples: tuple[Array, Array], statistic: Callable[..., Array]
) -> tuple[Array, Array]:
    """The ends of the 95 % percentile bootstrap interval of a statistic of two samples.

    ``statistic`` takes resamples of both, and the axis along which their values lie.
    """
    interval = stats.bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        batch=min(RESAMPLES, max(1, AT_ONCE // max(map(len, samples)))),
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return np.asarray(interval.low), np.asarray(interval.high)


def figure(value: float) -> str:
    """A figure with three significant digits, or three decimals from 0.1 to 1."""
    if np.isnan(value):
        return "diverged"
    return f"{value:.3f}" if 0.1 <= value <= 1 else f"{value:.3g}"


def found(summary: Summary) -> str:
    """The median and the interval that holds 95 % of the trainings: 0.793 [0.702, 0.828]."""
    if np.isnan(summary.median):
        return "diverged"
    return f"{figure(summary.median)} [{figure(summary.low)}, {figure(summary.high)}]"


def percent(share: float) -> str:
    """A share as a percentage that is 0 or 100 only if the share is 0 or 1."""
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _group(members: Sequence[Result], metric: str) -> Group:
    standings: list[Standing] = []
    pairs: list[Pair] = []
    failed = [failed_to_learn(result) for result in members]
    best = ranking(members, metric)[0] if len(members) > MOST_IN_PAIRS else None
    for part in PARTS:
        here = [
            _standing(result, part, metric, count)
            for result, count in zip(members, failed, strict=True)
        ]
        standings += here
        values = [result.final(part, metric) for result in members]
        pairs += _pairs(here, values, metric, best)
    experiment = members[0].experiment
    return Group(
        members[0].data_sha256,
        experiment.loss.row.problem,
        experiment.dataset.title,
        metric,
        tuple(members),
        _differing([result.experiment for result in members]),
        tuple(standings),
        tuple(pairs),
    )


def _differing(experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """The dotted keys besides the loss that are not the same in all experiments."""
    weighted = any(it.dataset.sample_weight for it in experiments)
    shared = SHARED | ({"dataset": WEIGHTS} if weighted else {})
    flat = [flattened(it.model_dump(include=shared)) for it in experiments]
    keys = dict.fromkeys(key for values in flat for key in values)
    return tuple(key for key in keys if any(it.get(key) != flat[0].get(key) for it in flat))


def _standing(result: Result, part: Part, metric: str, failed: int | None) -> Standing:
    experiment, summary = result.experiment, result.summary(part, metric)
    trainings, diverged = len(result.trainings), result.diverged
    return Standing(
        experiment.name, experiment.loss.name, part, summary, trainings, diverged, failed
    )


def ranking(members: Sequence[Result], metric: str) -> tuple[int, ...]:
    """Which has the best median on the test part, the next best, …; those that diverged last."""
    medians = np.array([it.summary("test", metric).median for it in members])
    order = np.argsort(-_worth(medians, METRICS[metric].smaller_is_better), kind="stable")
    return tuple(order.tolist())


def _pairs(
    standings: Sequence[Standing], values: Sequence[Array], metric: str, best: int | None
) -> list[Pair]:
    """Every pair, or those of the best, those with as many trainings at once."""
    pairs = list(combinations(range(len(values)), 2))
    if best is not None:
        pairs = [(best, second) for second in range(len(values)) if second != best]
    seconds_of: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        seconds_of[first].append(second)
    found: dict[tuple[int, int], Pair] = {}
    for first, after in seconds_of.items():
        own = values[first]
        by_size: dict[int, list[int]] = defaultdict(list)
        for second in after:
            by_size[len(values[second])].append(second)
        for seconds in by_size.values():
            others = np.array([values[second] for second in seconds])
            figures = probabilities(own, others, METRICS[metric].smaller_is_better)
            for second, *row in zip(seconds, *(it.tolist() for it in figures), strict=True):
                found[first, second] = Pair(standings[first], standings[second], metric, *row)
    return [found[pair] for pair in pairs]


def _worth(values: Array, smaller: bool) -> Array:
    """The larger, the better; the worst of all where a training diverged."""
    return np.where(np.isfinite(values), -values if smaller else values, -np.inf)


def _counts(numbers: Array, size: int) -> Array:
    """How often each number below ``size`` is in each row, shape (rows, size)."""
    rows = numbers.reshape(-1, numbers.shape[-1]).astype(np.intp)
    flat = (rows + size * np.arange(len(rows))[:, None]).ravel()
    counts = np.bincount(flat, minlength=len(rows) * size).astype(np.float32)
    return counts.reshape(*numbers.shape[:-1], size)


def _nothing(results: Sequence[Result], metric: str | None) -> str:
    known = sorted({name for result in results for name in result.experiment.metrics})
    if metric == "loss":
        return f"losses are not compared by their own values; metrics: {', '.join(known)}"
    if metric and metric not in known:
        return f"no result reports '{metric}'; metrics: {', '.join(known) or 'none'}"
    on = f" and report {metric}" if metric else ""
    names = ", ".join(result.experiment.name for result in results) or "none"
    return f"nothing to compare: no two results share their data{on}; results: {names}"
