"""How each criterion of a claim is judged: the figures in words, and the answer.

The criteria are those of ``config.sections.criteria``, the statistics those of ``criteria``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from lossbench.config.sections import criteria as of
from lossbench.config.sections.criteria import RISE, Criterion, amount, is_share
from lossbench.evidence.criteria import (
    Interval,
    ahead,
    difference,
    difference_of_falls,
    difference_of_spreads,
    gains,
    most,
    relative_variation,
    same_seeds,
)
from lossbench.results.result import PARTS, Array, Part, Result
from lossbench.tables.metrics import METRICS
from lossbench.text import counted, figure, percent

Results = Mapping[str, Result]  # by the name of the experiment
# Whether a criterion is met; None where the seeds do not decide.
Outcome = bool | Literal["only because of the metric"] | None


class Answer(NamedTuple):
    """The figures that a criterion is judged by, in words, and the outcome."""

    figures: str
    outcome: Outcome


def answer(criterion: Criterion, results: Results) -> Answer:
    """Judge by a criterion whose experiments have results with 20 seeds or several splits."""
    return JUDGES[type(criterion)](criterion, results)


def all_of(*outcomes: Outcome) -> Outcome:
    """The outcome of several criteria: one that is not met outweighs those that are undecided."""
    in_order: tuple[Outcome, ...] = (False, None, "only because of the metric")
    return next((it for it in in_order if it in outcomes), True)


def _ends_below(it: of.EndsBelow, results: Results) -> Answer:
    result = results[it.experiment]
    below = _below(result, it.metric, it.bound)
    text = f"{_medians(result, it.metric)}; below {it.bound:g} on both in {_count(below)}"
    if not it.alike:
        return Answer(text, most(below))
    train, test = (result.final(part, it.metric) for part in PARTS)
    share, apart = ahead(train, test, METRICS[it.metric].smaller_is_better)
    text += f"; train beats test in {share} of pairs"
    return Answer(text, all_of(most(below), apart is not True))


def _ends_near(it: of.EndsNear, results: Results) -> Answer:
    result = results[it.experiment]
    figures = {"train": it.train, "test": it.test}
    gaps = [result.final(part, it.metric) - figures[part] for part in PARTS]
    near = np.asarray((np.abs(gaps) <= it.within + 1e-9).all(axis=0))
    size = amount(it.metric, it.within)
    return Answer(f"{_medians(result, it.metric)}; within {size} in {_count(near)}", most(near))


def _ends_under(it: of.EndsUnder, results: Results) -> Answer:
    """It is judged by the one metric, then by the other."""
    result = results[it.experiment]
    texts, outcomes = [], []
    for metric in (it.metric, it.then):
        below = _below(result, metric, it.bound)
        answers: list[Outcome] = [most(below)]
        text = f"{_medians(result, metric)}, under {percent(it.bound)} on both in {_count(below)}"
        for part in PARTS if it.worse_than else ():
            better = results[it.worse_than or ""].final(part, it.then)
            share, met = ahead(better, result.final(part, metric), smaller_is_better=False)
            answers.append(met)
            text += f", {it.reference} ahead in {share} ({part})"
        texts.append(text)
        outcomes.append(all_of(*answers))
    by_first, by_second = outcomes
    if by_first is True and by_second is False:
        return Answer("; ".join(texts), "only because of the metric")
    return Answer("; ".join(texts), by_first if by_first is not True else by_second)


def _ahead(it: of.Ahead, results: Results) -> Answer:
    names = it.experiments
    winner, loser = (results[name] for name in names)
    if winner.experiment.splits > 1:
        return _ahead_over_splits(it, results)
    smaller, paired = METRICS[it.metric].smaller_is_better, same_seeds((winner, loser))
    found = {
        part: ahead(winner.final(part, it.metric), loser.final(part, it.metric), smaller, paired)
        for part in _parts(it.part)
    }
    shares = " and ".join(f"{share} ({part})" for part, (share, _) in found.items())
    text = f"{names[0]} beats {names[1]} in {shares} of pairs"
    own, other = results[it.experiment], results[it.than]
    medians = _medians(own, it.metric)
    for part in found if len(found) == 1 else ():
        against = figure(other.summary(part, it.metric).median)
        medians = f"median {part} {it.metric} {figure(own.summary(part, it.metric).median)}"
        medians += f" against {against}"
    return Answer(f"{medians}; {text}", all_of(*(met for _, met in found.values())))


def _ahead_over_splits(it: of.Ahead, results: Results) -> Answer:
    names = it.experiments
    winner, loser = (results[name] for name in names)
    texts, outcomes = [], []
    for part in _parts(it.part):
        means = [results[name].split_means(part, it.metric).mean() for name in names]
        found = difference(winner, loser, part, it.metric, paired=True)
        by = _signed(it.metric, found)
        against = f"{figure(means[0])} against {figure(means[1])}"
        texts.append(f"mean {part} {it.metric} {against}, {names[0]} ahead by {by}")
        outcomes.append(found.above(0))
    return Answer(f"{'; '.join(texts)}{_over(winner)}", all_of(*outcomes))


def _not_worse(it: of.NotWorse, results: Results) -> Answer:
    pair = results[it.experiment], results[it.than]
    found = {part: difference(*pair, part, it.metric, paired=True) for part in _parts(it.part)}
    outcomes = (interval.above(-it.within) for interval in found.values())
    return Answer(_difference(it.metric, found, pair[0]), all_of(*outcomes))


def _comparable(it: of.Comparable, results: Results) -> Answer:
    # Both are resampled apart, so that nothing is assumed about their seeds.
    pair = results[it.experiment], results[it.to]
    found = {part: difference(*pair, part, it.metric, paired=False) for part in _parts(it.part)}
    outcomes = (interval.inside(it.within) for interval in found.values())
    return Answer(_difference(it.metric, found, pair[0]), all_of(*outcomes))


def _steadier(it: of.Steadier, results: Results) -> Answer:
    own, other = results[it.experiment], results[it.than]
    texts, outcomes = [], []
    for part in _parts(it.part):
        spreads = [figure(float(gains(of_, part, it.metric).std(ddof=1))) for of_ in (own, other)]
        found = difference_of_spreads(own, other, part, it.metric)
        text = f"standard deviation of the {part} {it.metric} {spreads[0]}, with {it.than} "
        by = f"{_plain(found.value)} [{_plain(found.low)}, {_plain(found.high)}]"
        texts.append(f"{text}{spreads[1]}: smaller by {by}")
        outcomes.append(found.above(0))
    return Answer("; ".join(texts), all_of(*outcomes))


def _falls_less(it: of.FallsLess, results: Results) -> Answer:
    four = [results[name] for name in it.experiments]
    texts, outcomes = [], []
    for part in _parts(it.part):
        middles = [_middle(result, part, it.metric) for result in four]
        named = zip(it.experiments, map(figure, middles), strict=True)
        a, b, c, d = (f"{value} ({name})" for name, value in named)
        found = difference_of_falls(four, part, it.metric)
        kind = "mean" if four[0].experiment.splits > 1 else "median"
        text = f"{kind} {part} {it.metric} from {a} to {b}, and from {c} to {d}: worsens by "
        texts.append(f"{text}{_signed(it.metric, found, plus='')} less")
        outcomes.append(found.above(0))
    return Answer(f"{'; '.join(texts)}{_over(four[0])}", all_of(*outcomes))


def _rises_again(it: of.RisesAgain, results: Results) -> Answer:
    result = results[it.experiment]
    if not _has_history(result):
        return Answer("without a history, the rise is not judged", None)
    curves = result.histories("test", it.metric)
    epochs = np.array([np.argmin(np.where(np.isfinite(of), of, np.inf)) + 1 for of in curves])
    low, high = it.epochs
    risen = np.array([curve[-1] >= RISE * curve.min() for curve in curves])
    rise = (epochs >= low) & (epochs <= high) & risen
    text = f"test {it.metric} lowest at epoch {np.median(epochs):.0f} (median), "
    return Answer(f"{text}and from about {it.epoch} up again in {_count(rise)}", most(rise))


def _bumpier(it: of.Bumpier, results: Results) -> Answer:
    pair = results[it.experiment], results[it.than]
    if not _has_history(*pair):
        return Answer("without a history, bumps are not judged", None)
    curves = [result.histories("test", it.metric) for result in pair]
    logs = [[np.log(np.maximum(curve, 1e-12)) for curve in of_result] for of_result in curves]
    own, other = (_known(relative_variation(of_result)) for of_result in logs)
    if not (own.size and other.size):
        return Answer(f"the test {it.metric} of every seed overflows", None)
    share, bumpier = ahead(own, other, smaller_is_better=False)
    text = f"its log test {it.metric} travels {np.median(own):.1f} times its range, that of "
    text += f"{it.than} {np.median(other):.1f} times: further in {share} of pairs"
    return Answer(text, bumpier)


def _bumpier_than_loss(it: of.BumpierThanLoss, results: Results) -> Answer:
    result = results[it.experiment]
    if not _has_history(result):
        return Answer("without a history, smoothness is not judged", None)
    both = [relative_variation(result.histories("test", name)) for name in ("loss", it.metric)]
    loss, metric = _known(np.array(both))
    if not loss.size:
        return Answer("the test loss of every seed overflows", None)
    bumpier = metric >= 2 * loss
    text = f"test loss travels {np.median(loss):.1f} times its range, {it.metric} "
    text += f"{np.median(metric):.1f} times: at least twice as far in {_count(bumpier)}"
    return Answer(text, most(bumpier))


JUDGES: dict[type[Criterion], Callable[[Any, Results], Answer]] = {
    of.EndsBelow: _ends_below,
    of.EndsNear: _ends_near,
    of.EndsUnder: _ends_under,
    of.Better: _ahead,
    of.Worse: _ahead,
    of.NotWorse: _not_worse,
    of.Comparable: _comparable,
    of.Steadier: _steadier,
    of.FallsLess: _falls_less,
    of.RisesAgain: _rises_again,
    of.Bumpier: _bumpier,
    of.BumpierThanLoss: _bumpier_than_loss,
}


def _parts(part: str) -> tuple[Part, ...]:
    return tuple(it for it in PARTS if part in ("both", it))


def _medians(result: Result, metric: str) -> str:
    values = [f"{figure(result.summary(part, metric).median)} {part}" for part in PARTS]
    return f"median {metric} {', '.join(values)}"


def _middle(result: Result, part: Part, metric: str) -> float:
    """The value that a difference is one of: a median over seeds, or a mean over splits."""
    values = gains(result, part, metric)
    middle = float(values.mean() if result.experiment.splits > 1 else np.median(values))
    return -middle if METRICS[metric].smaller_is_better else middle


def _count(condition: Array) -> str:
    undecided = ", which does not decide" if most(condition) is None else ""
    return f"{condition.sum()} of {len(condition)} seeds{undecided}"


def _below(result: Result, metric: str, bound: float) -> Array:
    """Which seeds end below a bound on both parts, shape (seeds,)."""
    train, test = (result.final(part, metric) < bound for part in PARTS)
    return np.asarray(train & test)


def _known(values: Array) -> Array:
    """Values of seeds, (…, seeds), without those of seeds of which one is not known."""
    return values[..., np.isfinite(values.reshape(-1, values.shape[-1])).all(axis=0)]


def _has_history(*results: Result) -> bool:
    return all(training.history for result in results for training in result.trainings)


def _difference(metric: str, found: Mapping[Part, Interval], result: Result) -> str:
    """The difference of a metric on each part, as it is subtracted: below 0 is better of errors."""
    plural = f"{metric[:-1]}ies" if metric.endswith("y") else metric
    smaller = METRICS[metric].smaller_is_better
    turned = {
        part: Interval(-it.value, -it.high, -it.low) if smaller else it
        for part, it in found.items()
    }
    kind = "mean" if result.experiment.splits > 1 else "median"
    texts = ", ".join(f"{_signed(metric, it)} {part}" for part, it in turned.items())
    return f"difference of {kind} {plural} {texts}{_over(result)}"


def _signed(metric: str, it: Interval, plus: str = "+") -> str:
    """A difference with its interval, in points if it is one of shares."""
    if is_share(metric):
        value, low, high = (format(100 * end, f"{plus}.1f") for end in it)
        return f"{value} points [{low}, {high}]"
    value, low, high = (f"{plus if end >= 0 else ''}{_plain(end)}" for end in it)
    return f"{value} [{low}, {high}]"


def _plain(value: float) -> str:
    return "not known" if np.isnan(value) else f"{'-' if value < 0 else ''}{figure(abs(value))}"


def _over(result: Result) -> str:
    splits = result.experiment.splits
    return f" over {counted(splits, 'split')}" if splits > 1 else ""
