"""Which loss to take: losses that were tuned in the same splits, judged beside other models.

The unit of evidence is the split: a loss has one value in each, the mean over its seeds. A training
that diverged counts as the best constant. How differences over splits are judged is explained in
``over_splits``, and what they are called in ``difference_words``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.tune import LEARNING_RATE, at_edge
from lossbench.evidence.baselines import CONSTANT, Baseline
from lossbench.evidence.difference_words import Word, region_of, word_of
from lossbench.evidence.equal_losses import equal_losses
from lossbench.evidence.over_splits import (
    LEVEL,
    Difference,
    corrected,
    holm,
    of_pairs,
    probabilities_of_best,
)
from lossbench.evidence.probability import to_maximize
from lossbench.results.result import Array, Result
from lossbench.tables.metrics import METRICS


@dataclass(frozen=True)
class Ranked:
    """How one model did over the splits, and how far it is from the best loss.

    ``values`` has the metric of each split, (splits,), and ``mean`` their mean with its interval.
    ``behind`` is by how much the best loss is better, so that it is below 0 for a model that is
    ahead; ``p`` is the corrected p-value of that, and ``word`` says how much it is.
    """

    name: str
    values: Array
    mean: Difference
    behind: Difference
    p: float
    word: Word

    @property
    def chance_of_worse(self) -> float:
        """The probability that the best loss is better, the Bayesian way and of this pair alone."""
        return self.behind.above_zero


@dataclass(frozen=True)
class Candidate(Ranked):
    """A loss, with its probability of being the best one, and what tuning chose.

    ``beats_constant`` says whether it is better than the best constant beyond chance. ``seconds``
    is how long its trainings took, 0 where that is not known.
    """

    result: Result
    probability: float
    beats_constant: bool
    seconds: float

    @property
    def tuned(self) -> list[Mapping[str, Any]]:
        """The values that tuning chose in each split, by dotted key."""
        return list({it.split: it.tuned for it in self.result.trainings if it.tuned}.values())

    @property
    def rates(self) -> list[float]:
        """The learning rates that tuning chose, one for each split."""
        return [float(it[LEARNING_RATE]) for it in self.tuned]

    @property
    def rate(self) -> float:
        """The learning rate in the middle of those that tuning chose; NaN without any."""
        rates = sorted(self.rates)
        return rates[(len(rates) - 1) // 2] if rates else np.nan

    @property
    def splits_at_edge(self) -> int:
        """In how many splits the best learning rate is the last one that would be tried."""
        tune = self.result.experiment.tune
        return sum(at_edge(tune.grid[LEARNING_RATE], it) for it in self.rates) if tune else 0

    @property
    def epochs(self) -> int:
        """The median of the epochs that early stopping chose; else those of the config."""
        best = [it.best_epoch for it in self.result.trainings if it.best_epoch is not None]
        return round(float(np.median(best))) if best else self.result.experiment.epochs


@dataclass(frozen=True)
class Choice:
    """What the splits say: the losses, the best one first, and the other models.

    ``region`` is the difference of the metric that is too small to matter.
    """

    metric: str
    splits: int
    seeds: int
    region: float
    candidates: tuple[Candidate, ...]
    others: tuple[Ranked, ...]
    values_of_others: tuple[Baseline, ...]

    @property
    def best(self) -> Candidate:
        """The loss with the best mean."""
        return self.candidates[0]

    @property
    def experiment(self) -> Experiment:
        """The experiment of the best loss."""
        return self.best.result.experiment

    def other(self, name: str) -> Ranked:
        """A model that is no network, by its name in ``baselines``."""
        return next(it for it in self.others if it.name == name)

    def called(self, *words: Word) -> list[Candidate]:
        """The losses besides the best whose difference from it has one of these words."""
        return [it for it in self.candidates[1:] if it.word in words]

    @property
    def beats_constant(self) -> bool:
        """Whether any loss is better than the best constant beyond chance."""
        return any(it.beats_constant for it in self.candidates)

    def equal(self) -> Iterator[tuple[list[str], str]]:
        """The names of losses that are the same function, and how they are the same."""
        for numbers, how in equal_losses([it.result.experiment for it in self.candidates]):
            yield [self.candidates[it].name for it in numbers], how


def choose(
    results: Sequence[Result],
    others: Sequence[Baseline],
    metric: str,
    ratio: float,
    region: float | None = None,
    seconds: Mapping[str, float] = MappingProxyType({}),
) -> Choice:
    """Judge losses by a metric over two splits or more.

    ``ratio`` is the number of test rows by that of training rows, ``region`` the difference that is
    too small to matter, and ``seconds`` how long each experiment was trained, by name.
    """
    of_constant = next(it.values[metric] for it in others if it.name == CONSTANT)
    values = np.array([it.split_means("test", metric) for it in results])
    smaller = METRICS[metric].smaller_is_better
    gains = to_maximize(values, smaller)
    best = int(np.argmax(gains.mean(axis=1)))
    if region is None:
        region = region_of(metric, float(values[best].mean()), float(of_constant.mean()))
    judge = Judge(gains[best], smaller, ratio, region)
    p_values, chances = _beside(best, gains, ratio), probabilities_of_best(gains, ratio)
    above = [corrected(it, ratio) for it in gains - to_maximize(of_constant, smaller)]
    p_above = holm([it.p for it in above])
    candidates = [
        Candidate(
            **vars(judge.ranked(it.experiment.name, values[number], p_values[number])),
            result=it,
            probability=float(chances[number]),
            beats_constant=above[number].mean > 0 and p_above[number] < LEVEL,
            seconds=seconds.get(it.experiment.name, 0.0),
        )
        for number, it in enumerate(results)
    ]
    order = np.argsort(-gains.mean(axis=1), kind="stable")
    p_others = holm([judge.behind(it.values[metric]).p for it in others])
    return Choice(
        metric,
        len(of_constant),
        results[0].experiment.repeats,
        region,
        tuple(candidates[number] for number in order),
        tuple(
            judge.ranked(it.name, it.values[metric], p)
            for it, p in zip(others, p_others, strict=True)
        ),
        tuple(others),
    )


class Judge(NamedTuple):
    """What models are judged by: the gains of the best loss, (splits,), and the rules."""

    best: Array
    smaller_is_better: bool
    ratio: float
    region: float

    def behind(self, values: Array) -> Difference:
        """By how much the best loss is better than a model with these values, (splits,)."""
        return corrected(self.best - to_maximize(values, self.smaller_is_better), self.ratio)

    def ranked(self, name: str, values: Array, p: float) -> Ranked:
        """A model beside the best loss; ``p`` is the corrected p-value of their difference."""
        behind = self.behind(values)
        word = word_of(behind.mean, p, self.region)
        return Ranked(name, values, corrected(values, self.ratio), behind, p, word)


def _beside(best: int, gains: Array, ratio: float) -> list[float]:
    """The p-value of each loss against the best, corrected for all pairs; 1 for the best itself."""
    of_all = of_pairs(gains, ratio)
    pairs = [(min(best, number), max(best, number)) for number in range(len(gains))]
    return [of_all.get(pair, 1.0) for pair in pairs]
