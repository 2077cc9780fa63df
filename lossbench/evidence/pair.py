"""How one experiment did on a part of the data, and how it does against another one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lossbench.evidence.over_splits import LEVEL, Difference
from lossbench.results.result import Part
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary
from lossbench.text import counted, figure, percent


@dataclass(frozen=True)
class Standing:
    """How one experiment did on one part.

    ``summary`` is over the seeds that did not diverge. ``seeds`` counts all seeds, ``diverged``
    those that diverged. ``failed`` counts the seeds that did not diverge but learnt nothing (see
    ``failed_to_learn``). It is the same for both parts, and None where it is not known.
    """

    name: str
    loss: str
    part: Part
    summary: Summary
    seeds: int
    diverged: int
    failed: int | None


@dataclass(frozen=True)
class Pair:
    """How ``first`` does against ``second`` on one part.

    ``probability`` is the probability that a seed of ``first`` beats one of ``second``. ``low`` and
    ``high`` are the ends of its 95 % interval, NaN where an experiment has a single seed. ``p`` is
    the p-value of no difference, corrected for all pairs of the part. Of several splits,
    ``over_splits`` has the mean difference, above 0 where ``first`` is better, and ``probability``
    is that of its being above 0.
    """

    first: Standing
    second: Standing
    metric: str
    probability: float
    low: float
    high: float
    p: float
    over_splits: Difference | None = None

    @property
    def part(self) -> Part:
        """The part that the metric was computed on."""
        return self.first.part

    @property
    def finding(self) -> Literal["better", "worse", "no difference seen", "not judged"]:
        """How ``first`` is; not judged by one split with fewer than 20 seeds of one of the two."""
        few = min(self.first.seeds, self.second.seeds) < FEWEST_TO_JUDGE
        if self.over_splits is None and few:
            return "not judged"
        if self.p >= LEVEL:
            return "no difference seen"
        return "better" if self.probability > 0.5 else "worse"

    @property
    def sentence(self) -> str:
        """The finding in words, with the probability and the medians."""
        first, second, metric = self.first.name, self.second.name, f"{self.part} {self.metric}"
        if self.over_splits is not None:
            return self._sentence_over_splits(self.over_splits)
        share = percent(self.probability)
        if not np.isnan(self.low):
            share += f" [{percent(self.low)}, {percent(self.high)}]"
        medians = (
            f"{figure(self.first.summary.median)} against {figure(self.second.summary.median)}"
        )
        ahead = f"ahead in {share} of pairs of seeds; medians {medians}"
        match self.finding:
            case "better":
                return f"{first} is better than {second} on {metric}: it is {ahead}"
            case "worse":
                return f"{first} is worse than {second} on {metric}: it is {ahead}"
            case "no difference seen":
                between = f"between {first} and {second} on {metric}"
                return f"No difference is seen {between}: {first} is {ahead}"
        why = f"fewer than {FEWEST_TO_JUDGE} seeds"
        return f"Not judged, {why}: {first} against {second} on {metric}; {first} is {ahead}"

    def _sentence_over_splits(self, difference: Difference) -> str:
        """The finding over several splits, with the mean difference and its interval."""
        metric = f"{self.part} {self.metric}"
        names, sign = (self.first.name, self.second.name), 1
        if difference.mean < 0:
            names, sign = names[::-1], -1
        low, high = sorted((sign * difference.low, sign * difference.high))
        size = f"{_signed(sign * difference.mean)} [{_signed(low)}, {_signed(high)}]"
        over = f"{metric} over {counted(difference.freedom + 1, 'split')}"
        if self.finding == "no difference seen":
            none = f"No difference is seen between {' and '.join(names)} on {over}"
            return f"{none}: {names[0]} is ahead by {size}"
        return f"{names[0]} is better than {names[1]} on {over}: it is ahead by {size}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else ''}{figure(abs(value))}"
