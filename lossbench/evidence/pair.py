"""How one experiment did on a part of the data, and how it does against another one."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from lossbench.evidence.difference_words import Word, beats, matters, word_of
from lossbench.evidence.over_splits import LEVEL, Difference
from lossbench.results.result import Part
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary
from lossbench.text import counted, figure, percent


@dataclass(frozen=True)
class Standing:
    """How one experiment did on one part.

    ``label`` is what tells its name from the others that it is compared with. ``summary`` and
    ``mean`` are over the seeds that did not diverge. ``seeds`` counts all seeds, ``diverged`` those
    that diverged. ``failed`` counts the seeds that did not diverge but learnt nothing (see
    ``failed_to_learn``). It is the same for both parts, and None where it is not known.
    """

    name: str
    label: str
    loss: str
    part: Part
    summary: Summary
    mean: float
    seeds: int
    diverged: int
    failed: int | None

    @property
    def all_diverged(self) -> bool:
        """Whether no seed reached an end."""
        return self.diverged == self.seeds

    @property
    def lost(self) -> int:
        """How many seeds diverged, or learnt nothing as far as that is known."""
        return self.diverged + (self.failed or 0)


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
        if self.over_splits is not None:
            return word_of(self.over_splits.mean, self.p, self.region)
        return self._word_by_seeds

    @property
    def _word_by_seeds(self) -> Word:
        """The word for a difference by seeds, in which the seeds that were lost count, too.

        It is clear where beyond chance the one is ahead whose median is better, or of which fewer
        seeds are lost. It is too small to matter where medians and means are near, and no more
        seeds of the one are lost than of the other. Anything else is unsure.
        """
        a, b = self.ahead, self.behind
        if a.all_diverged and b.all_diverged:
            return "none"
        loses_more = _loses_more(b.lost, b.seeds, a.lost, a.seeds)
        better = beats(self.metric, a.summary.median, b.summary.median, self.region)
        if self.p < LEVEL and (better or loses_more):
            return "clear"
        apart = (a.summary.median - b.summary.median, a.mean - b.mean)
        near = not any(np.isnan(it) or matters(it, self.region) for it in apart)
        if near and not loses_more and not _loses_more(a.lost, a.seeds, b.lost, b.seeds):
            return "small" if self.p < LEVEL else "none"
        return "unsure"

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
        if self.ahead.all_diverged and self.behind.all_diverged:
            return f"Every training of {a} and of {b} diverged"
        match self.word:
            case "clear":
                what = f"{a} is better than {b}"
            case "small":
                what = f"No difference that matters between {a} and {b}"
            case "none":
                what = f"No difference is seen between {a} and {b}"
            case "unsure" if self.p < LEVEL:
                what = f"{a} is ahead of {b}, and whether that matters is not sure"
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


@cache
def _loses_more(lost: int, seeds: int, others_lost: int, others: int) -> bool:
    """Whether a larger share of seeds is lost than of others, beyond chance, by Fisher's test."""
    if lost * others <= others_lost * seeds:
        return False
    from scipy.stats import fisher_exact

    table = [[lost, seeds - lost], [others_lost, others - others_lost]]
    return bool(fisher_exact(table).pvalue < LEVEL)


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else ''}{figure(abs(value))}"
