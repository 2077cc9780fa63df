"""How one experiment did on a part of the data, and how it does against another one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lossbench.results.result import Part
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary
from lossbench.text import figure, percent


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
    ``high`` are the ends of its 95 % interval, NaN where an experiment has a single seed.
    """

    first: Standing
    second: Standing
    metric: str
    probability: float
    low: float
    high: float

    @property
    def part(self) -> Part:
        """The part that the metric was computed on."""
        return self.first.part

    @property
    def finding(self) -> Literal["better", "worse", "no difference seen", "not judged"]:
        """How ``first`` is; not judged where one of the two has fewer than 20 seeds."""
        if min(self.first.seeds, self.second.seeds) < FEWEST_TO_JUDGE:
            return "not judged"
        if self.low > 0.5:
            return "better"
        return "worse" if self.high < 0.5 else "no difference seen"

    @property
    def sentence(self) -> str:
        """The finding in words, with the probability and the medians."""
        first, second, metric = self.first.name, self.second.name, f"{self.part} {self.metric}"
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
