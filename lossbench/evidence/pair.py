"""How one experiment did on a part of the data, and how it does against another one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lossbench.evidence.difference_words import Word, word_of
from lossbench.evidence.over_splits import LEVEL, Difference
from lossbench.results.result import Part
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary
from lossbench.text import counted, figure, percent


@dataclass(frozen=True)
class Standing:
    """How one experiment did on one part.

    ``label`` is what tells its name from the others that it is compared with. ``summary`` is over
    the seeds that did not diverge. ``seeds`` counts all seeds, ``diverged`` those that diverged.
    ``failed`` counts the seeds that did not diverge but learnt nothing (see ``failed_to_learn``).
    It is the same for both parts, and None where it is not known.
    """

    name: str
    label: str
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
    the p-value of no difference, corrected for all pairs of the part. ``region`` is the difference
    of the metric that is too small to matter. Of several splits, ``over_splits`` has the mean
    difference, above 0 where ``first`` is better, and ``probability`` is that of its being above 0.
    """

    first: Standing
    second: Standing
    metric: str
    region: float
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
    def word(self) -> Word | None:
        """How much the difference is, in one word; None where it is not judged."""
        if self.finding == "not judged":
            return None
        return word_of(self._difference, self.p, self.region)

    @property
    def _difference(self) -> float:
        """The difference of the metric; infinite where more seeds of one of the two diverge."""
        if self.over_splits is not None:
            return self.over_splits.mean
        first, second = self.first, self.second
        if first.diverged * second.seeds != second.diverged * first.seeds:
            return np.inf
        return first.summary.median - second.summary.median

    @property
    def ahead(self) -> Standing:
        """The one that is ahead; ``first`` where none is."""
        return self.first if self.probability >= 0.5 else self.second

    @property
    def behind(self) -> Standing:
        """The other one."""
        return self.second if self.probability >= 0.5 else self.first

    @property
    def share_ahead(self) -> tuple[float, float, float]:
        """The probability that a seed of the one that is ahead beats one of the other, with ends.

        The ends are those of its 95 % interval, NaN as in ``low`` and ``high``.
        """
        if self.ahead is self.first:
            return self.probability, self.low, self.high
        return 1 - self.probability, 1 - self.high, 1 - self.low

    @property
    def clause(self) -> str:
        """The finding in words, the one that is ahead first; what all pairs share is left out."""
        a, b = self.ahead.label, self.behind.label
        match self.word:
            case "clear":
                what = f"{a} is better than {b}"
            case "small":
                what = f"No difference that matters between {a} and {b}"
            case "none":
                what = f"No difference is seen between {a} and {b}"
            case "unsure":
                what = f"{a} looks better than {b}, but that may be chance"
            case _:
                what = f"Not judged, {a} against {b}"
        return f"{what}: {self._measured}"

    @property
    def shared(self) -> str:
        """What the clauses of all pairs of a part leave out: "test accuracy, pairs of seeds"."""
        what = f"{self.part} {self.metric}"
        if self.over_splits is not None:
            return f"{what}, over {counted(self.over_splits.freedom + 1, 'split')}"
        few = f"fewer than {FEWEST_TO_JUDGE} " if self.finding == "not judged" else ""
        return f"{what}, pairs of {few}seeds"

    @property
    def sentence(self) -> str:
        """The finding in a sentence that stands alone."""
        return f"{self.clause} ({self.shared})"

    @property
    def _measured(self) -> str:
        """By how much, or how often, the first of the two in a sentence is ahead."""
        if self.over_splits is not None:
            it, sign = self.over_splits, 1 if self.ahead is self.first else -1
            low, high = sorted((sign * it.low, sign * it.high))
            return f"ahead by {_signed(sign * it.mean)} [{_signed(low)}, {_signed(high)}]"
        share, low, high = self.share_ahead
        interval = "" if np.isnan(low) else f" [{percent(low)}, {percent(high)}]"
        medians = " against ".join(figure(it.summary.median) for it in (self.ahead, self.behind))
        return f"{medians}, ahead in {percent(share)}{interval}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else ''}{figure(abs(value))}"
