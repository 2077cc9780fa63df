"""Each criterion of a claim, on made-up results on both sides of its verdict and between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lossbench.config.claims import known
from lossbench.config.experiment import Experiment
from lossbench.config.sections.claims import Claims, CriterionChoice
from lossbench.evidence.claims import Judgement, judge
from lossbench.evidence.criteria import difference
from lossbench.evidence.judges import JUDGES
from lossbench.results.result import PARTS, Result, Training

Curve = Callable[[int], Sequence[float]]
EPOCHS = 40
# Thirty seeds around 0, whose median is 0 and whose deviation is about 1.
NOISE = np.random.default_rng(0).permutation(np.linspace(-1.7, 1.7, 30))


def made(
    name: str,
    metric: str,
    test: Any,
    train: Any = None,
    curves: Mapping[str, Curve] | None = None,
    **changes: Any,
) -> Result:
    """A result with such values of a metric, (splits times seeds,); NaN of one that diverged."""
    values = {"train": np.asarray(test if train is None else train), "test": np.asarray(test)}
    count = changes.get("splits", 1)
    regression = metric in ("mse", "mae")
    experiment = Experiment.model_validate(
        {
            "name": name,
            "dataset": {"generator": "make_regression" if regression else "make_moons"},
            "model": {"hidden": [3]},
            "loss": "mse" if regression else "hinge",
            # What tells one config from another, as claims know them by.
            "epochs": EPOCHS + sum(map(ord, name)),
            "repeats": len(values["test"]) // count,
            **changes,
        }
    )
    metrics = ("loss", *experiment.metrics, metric)
    trainings = []
    for number, (split, seed) in enumerate(experiment.trainings):
        train_, test_ = (dict.fromkeys(metrics, float(values[part][number])) for part in PARTS)
        history = {f"test_{it}": np.array(curve(seed)) for it, curve in (curves or {}).items()}
        diverged = bool(np.isnan(test_["loss"]))
        trainings.append(Training(seed, diverged, train_, test_, history, (), split=split))
    constants = ({part: {metric: 1.0 if regression else 0.5} for part in PARTS},) * count
    return Result(experiment, "abc", tuple(trainings), constants=constants, rows=(80, 20))


def judged(criteria: Any, *results: Result, **claim: Any) -> Judgement:
    """A claim with one criterion, or several, judged by results of its very experiments."""
    datasets = claim.pop("datasets", None)
    criteria = criteria if isinstance(criteria, list) else [criteria]
    values = {"claim": "It is so.", "criteria": criteria, **claim}
    whole = {"publication": "Doe", "source": "Doe 2020", "claims": [values]}
    claims = Claims.model_validate(whole | ({"datasets": datasets} if datasets else {}))
    (found,) = judge(known(claims, [it.experiment for it in results]), results).judgements
    return found


def same(value: float) -> np.ndarray:
    return np.full(30, value)


ACCURACY = {"experiment": "a", "than": "b", "metric": "accuracy"}
TO_B = {"experiment": "a", "to": "b", "metric": "accuracy", "within": 0.01}
HOLDS, NOT, OPEN = "holds", "does not hold", "not judged"


def test_every_criterion_is_judged() -> None:
    assert set(CriterionChoice.kinds().values()) == set(JUDGES)


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (0.9 + 0.001 * NOISE, 0.8 + 0.001 * NOISE, HOLDS),
        (0.8 + 0.001 * NOISE, 0.9 + 0.001 * NOISE, NOT),
        (0.8 + 0.01 * NOISE, 0.8 + 0.01 * NOISE[::-1], OPEN),
        (same(0.8), same(0.8), OPEN),
        (np.where(np.arange(30) < 10, np.nan, 0.81), same(0.8), OPEN),
    ],
)
def test_better_and_worse(a: np.ndarray, b: np.ndarray, verdict: str) -> None:
    pair = made("a", "accuracy", a), made("b", "accuracy", b)
    assert judged({"better": ACCURACY}, *pair).verdict == verdict
    turned = {**ACCURACY, "experiment": "b", "than": "a"}
    assert judged({"worse": turned}, *pair).verdict == verdict


def test_the_smaller_error_is_better_and_both_parts_count() -> None:
    pair = made("a", "mse", 0.1 + 0.001 * NOISE), made("b", "mse", 0.2 + 0.001 * NOISE)
    of_mse = {"experiment": "a", "than": "b", "metric": "mse"}
    found = judged({"better": of_mse}, *pair)
    assert (found.verdict, found.criterion) == (
        HOLDS,
        "The test mse of a is better than that of b.",
    )
    assert found.figures == (
        "median test mse 0.100 against 0.200; a beats b in 100 % [100 %, 100 %] (test) of pairs"
    )
    split = made("a", "mse", 0.1 + 0.001 * NOISE, train=0.3 + 0.001 * NOISE)
    assert judged({"better": {**of_mse, "part": "train"}}, split, pair[1]).verdict == NOT
    both = judged({"better": {**of_mse, "part": "both"}}, split, pair[1])
    assert (both.verdict, both.criterion) == (NOT, "a beats b on both parts.")


def test_better_is_judged_by_pairs_of_seeds_where_these_are_the_same() -> None:
    """The chance of a seed is in both, so that together it does not hide what differs."""
    a, b = (made(it, "accuracy", 0.8 + 0.01 * NOISE + by) for it, by in (("a", 0.004), ("b", 0)))
    assert judged({"better": ACCURACY}, a, b).verdict == HOLDS
    others = tuple(replace(it, seed=it.seed + 100) for it in b.trainings)
    assert judged({"better": ACCURACY}, a, replace(b, trainings=others)).verdict == OPEN


@pytest.mark.parametrize(
    ("by", "verdict"), [(0.02, HOLDS), (-0.005, HOLDS), (-0.015, NOT), (-0.01, OPEN)]
)
def test_not_worse_allows_a_small_loss(by: float, verdict: str) -> None:
    """The differences of the seeds scatter around a median; at the bound they do not decide."""
    a = made("a", "accuracy", 0.8 + by + 0.004 * NOISE)
    b = made("b", "accuracy", 0.8 + 0.004 * NOISE[::-1])
    assert judged({"not_worse": {**ACCURACY, "within": 0.01}}, a, b).verdict == verdict


def test_not_worse_of_an_error_is_told_as_it_is_subtracted() -> None:
    a, b = (made(it, "mse", value + 0.0001 * NOISE) for it, value in (("a", 0.21), ("b", 0.2)))
    of_mse = {"experiment": "a", "than": "b", "metric": "mse", "within": 0.02}
    found = judged({"not_worse": of_mse}, a, b)
    assert found.verdict == HOLDS
    assert found.figures == "difference of median mse +0.01 [+0.01, +0.01] test"
    assert found.criterion == (
        "The test mse of a is better than that of b, or worse by less than 0.02."
    )
    assert judged({"not_worse": {**of_mse, "within": 0.005}}, a, b).verdict == NOT


@pytest.mark.parametrize(
    ("by", "verdict"), [(0.004, HOLDS), (-0.004, HOLDS), (0.02, NOT), (-0.02, NOT), (0.01, OPEN)]
)
def test_comparable_to_both_sides(by: float, verdict: str) -> None:
    a = made("a", "accuracy", 0.8 + by + 0.004 * NOISE)
    b = made("b", "accuracy", 0.8 + 0.004 * NOISE[::-1])
    found = judged({"comparable": TO_B}, a, b)
    assert found.verdict == verdict
    assert found.criterion == "The difference of the medians is within one point on the test part."


def test_a_seed_that_diverged_counts_as_the_best_constant() -> None:
    """So leaving out those that went wrong makes no loss comparable."""
    a = made("a", "accuracy", np.where(np.arange(30) < 10, np.nan, 0.8 + 0.001 * NOISE))
    b = made("b", "accuracy", 0.8 + 0.001 * NOISE)
    known_ = difference(a, b, "test", "accuracy", paired=False)
    assert known_.low < -0.1
    assert judged({"comparable": TO_B}, a, b).verdict == OPEN
    bare = replace(a, constants=())
    assert judged({"comparable": TO_B}, bare, b).verdict == OPEN
    assert "diverged" not in judged({"comparable": TO_B}, bare, b).figures


@pytest.mark.parametrize(("a", "b", "verdict"), [(1, 3, HOLDS), (3, 1, NOT), (1, 1.05, OPEN)])
def test_steadier_is_of_the_deviation_over_seeds(a: float, b: float, verdict: str) -> None:
    own = made("a", "accuracy", 0.8 + 0.01 * a * NOISE)
    other = made("b", "accuracy", 0.9 + 0.01 * b * NOISE[::-1])
    found = judged({"steadier": ACCURACY}, own, other)
    assert found.verdict == verdict
    assert found.criterion == "The test accuracy of a varies less over seeds than that of b."
    spreads = (np.std(it.final("test", "accuracy"), ddof=1) for it in (own, other))
    for it in spreads:
        assert f" {it:.3g}"[:5] in found.figures


def test_a_loss_that_sometimes_diverges_is_not_steady() -> None:
    own = made("a", "accuracy", np.where(np.arange(30) < 5, np.nan, 0.8))
    other = made("b", "accuracy", 0.8 + 0.001 * NOISE)
    assert judged({"steadier": ACCURACY}, own, other).verdict == NOT


FALLS = {"from": "a", "to": "a40", "than_from": "b", "than_to": "b40"}


@pytest.mark.parametrize(
    ("a40", "b40", "verdict"), [(0.8, 0.6, HOLDS), (0.6, 0.8, NOT), (0.7, 0.701, OPEN)]
)
def test_falls_less(a40: float, b40: float, verdict: str) -> None:
    """Both fall from 0.9, the one of a to the first value."""
    values = {"a": 0.9, "a40": a40, "b": 0.9, "b40": b40}
    noises = (NOISE, NOISE[::-1], np.roll(NOISE, 7), np.roll(NOISE, 12))
    four = [
        made(name, "accuracy", value + 0.01 * noise)
        for (name, value), noise in zip(values.items(), noises, strict=True)
    ]
    found = judged({"falls_less": {**FALLS, "metric": "accuracy"}}, *four)
    assert found.verdict == verdict
    by = 100 * (a40 - b40)
    assert f"from 0.900 (a) to {a40:.3f} (a40), and from 0.900 (b) to" in found.figures
    assert f"worsens by {by:.1f} points [" in found.figures


def test_an_error_falls_less_where_it_grows_less() -> None:
    values = {"a": 0.1, "a40": 0.15, "b": 0.1, "b40": 0.3}
    four = [made(name, "mse", value + 0.001 * NOISE) for name, value in values.items()]
    found = judged({"falls_less": {**FALLS, "metric": "mse"}}, *four)
    assert found.verdict == HOLDS
    assert found.figures.endswith("worsens by 0.150 [0.150, 0.150] less")


@pytest.mark.parametrize(("value", "verdict"), [(0.09, HOLDS), (0.11, NOT)])
def test_ends_below(value: float, verdict: str) -> None:
    below = {"experiment": "a", "metric": "mse", "bound": 0.1}
    assert judged({"ends_below": below}, made("a", "mse", same(value))).verdict == verdict
    half = made("a", "mse", np.where(np.arange(30) < 15, 0.05, 0.2))
    found = judged({"ends_below": below}, half)
    assert (found.verdict, found.figures) == (
        OPEN,
        "median mse 0.125 train, 0.125 test; below 0.1 on both in 15 of 30 seeds, "
        "which does not decide",
    )
    better_on_train = made("a", "mse", 0.05 + 0.001 * NOISE, train=0.01 + 0.001 * NOISE)
    assert judged({"ends_below": below}, better_on_train).verdict == HOLDS
    assert judged({"ends_below": {**below, "alike": True}}, better_on_train).verdict == NOT


@pytest.mark.parametrize(("value", "verdict"), [(0.815, HOLDS), (0.83, NOT)])
def test_ends_near(value: float, verdict: str) -> None:
    near = {"experiment": "a", "metric": "accuracy", "train": 0.8, "test": 0.8, "within": 0.02}
    assert judged({"ends_near": near}, made("a", "accuracy", same(value))).verdict == verdict


def test_ends_under_tells_what_the_metric_alone_makes_true() -> None:
    under = {"experiment": "a", "metric": "rounded_accuracy", "then": "accuracy", "bound": 0.8}
    it = made("a", "accuracy", same(0.7))
    true = tuple(
        replace(t, train={**t.train, "accuracy": 0.9}, test={**t.test, "accuracy": 0.9})
        for t in it.trainings
    )
    assert judged({"ends_under": under}, it).verdict == HOLDS
    only = judged({"ends_under": under}, replace(it, trainings=true))
    assert only.verdict == "holds only because of the metric"
    behind = {**under, "worse_than": "b"}
    better, worse = (made("b", "accuracy", same(value)) for value in (0.9, 0.6))
    assert judged({"ends_under": behind}, it, better).verdict == HOLDS
    found = judged({"ends_under": behind}, it, worse)
    assert found.verdict == NOT
    assert "b ahead in 0 % [0 %, 0 %] (test)" in found.figures


def falls_to(epoch: int, end: float) -> Curve:
    """From 2 down to 1 at an epoch, then up to the end."""
    return lambda _: [*np.linspace(2, 1, epoch), *np.linspace(1, end, EPOCHS - epoch + 1)[1:]]


@pytest.mark.parametrize(
    ("epoch", "end", "verdict"),
    [(20, 1.2, HOLDS), (11, 1.2, HOLDS), (8, 1.2, NOT), (20, 1.05, NOT), (35, 1.2, HOLDS)],
)
def test_rises_again(epoch: int, end: float, verdict: str) -> None:
    it = made("a", "mse", same(0.1), curves={"mse": falls_to(epoch, end)})
    rises = {"experiment": "a", "metric": "mse", "epoch": 20}
    assert judged({"rises_again": rises}, it).verdict == verdict
    bare = made("a", "mse", same(0.1))
    assert judged({"rises_again": rises}, bare).verdict == OPEN


def test_a_course_that_early_stopping_ended_is_judged_up_to_there() -> None:
    def ends(seed: int) -> Sequence[float]:
        return falls_to(20, 1.2)(seed)[: 30 + seed % 10]

    it = made("a", "mse", same(0.1), curves={"mse": lambda seed: [*ends(seed)[:-1], 1.3]})
    rises = {"experiment": "a", "metric": "mse", "epoch": 20}
    assert judged({"rises_again": rises}, it).verdict == HOLDS


def zigzag(size: float) -> Curve:
    return lambda _: [1 / (1 + x) + size * (x % 2) for x in range(EPOCHS)]


@pytest.mark.parametrize(("own", "other", "verdict"), [(0.3, 0.0, HOLDS), (0.0, 0.3, NOT)])
def test_bumpier(own: float, other: float, verdict: str) -> None:
    pair = [
        made(name, "mse", same(0.1), curves={"mse": zigzag(size)})
        for name, size in (("a", own), ("b", other))
    ]
    of_mse = {"experiment": "a", "than": "b", "metric": "mse"}
    assert judged({"bumpier": of_mse}, *pair).verdict == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0.3, HOLDS), (0.0, NOT)])
def test_bumpier_than_the_loss(size: float, verdict: str) -> None:
    """One seed diverged in its loss alone, and counts for neither."""

    def loss(seed: int) -> Sequence[float]:
        return [*zigzag(0)(seed)[:-1], np.inf if seed == 3 else 0.0]

    it = made("a", "accuracy", same(0.8), curves={"accuracy": zigzag(size), "loss": loss})
    bumpier = {"experiment": "a", "metric": "accuracy"}
    found = judged({"bumpier_than_loss": bumpier}, it)
    assert found.verdict == verdict
    assert "of 29 seeds" in found.figures


def test_all_criteria_of_a_claim_must_be_met() -> None:
    pair = made("a", "accuracy", same(0.9)), made("b", "accuracy", 0.8 + 0.01 * NOISE)
    better, steadier = {"better": ACCURACY}, {"steadier": ACCURACY}
    wide = {"not_worse": {**ACCURACY, "experiment": "b", "than": "a", "within": 0.01}}
    assert judged([better, steadier], *pair).verdict == HOLDS
    found = judged([better, wide], *pair)
    assert found.verdict == NOT
    assert found.figures.count("; ") == 2


def test_too_few_seeds_and_a_metric_that_is_not_there_are_told() -> None:
    few = made("a", "accuracy", same(0.9)[:19])
    enough = made("b", "accuracy", same(0.8)[:20])
    found = judged({"better": ACCURACY}, few, enough)
    assert (found.verdict, found.figures) == (OPEN, "fewer than 20 seeds of a")
    roc = {**ACCURACY, "metric": "roc_auc"}
    found = judged({"better": roc}, made("a", "accuracy", same(0.9)), enough)
    assert (found.verdict, found.figures) == (OPEN, "no roc_auc of a")


def over_splits(name: str, value: float, noise: np.ndarray, splits: int = 6) -> Result:
    dataset = {"generator": "make_moons", "split": {"shuffle": True}}
    values = (value + 0.01 * noise[:splits, None] + np.array([-0.001, 0.0, 0.001])).ravel()
    return made(name, "accuracy", values, splits=splits, dataset=dataset)


@pytest.mark.parametrize(("by", "verdict"), [(0.05, HOLDS), (-0.05, NOT), (0.001, OPEN)])
def test_several_splits_are_judged_by_their_means(by: float, verdict: str) -> None:
    """Three seeds each are enough, and eighteen trainings are not too few seeds."""
    a, b = over_splits("a", 0.8 + by, NOISE), over_splits("b", 0.8, NOISE[::-1])
    found = judged({"better": ACCURACY}, a, b)
    assert found.verdict == verdict
    assert found.figures.endswith("over 6 splits")
    assert judged({"not_worse": {**ACCURACY, "within": 0.01}}, a, b).verdict == verdict


@pytest.mark.parametrize(("a40", "verdict"), [(0.85, HOLDS), (0.5, NOT), (0.6, OPEN)])
def test_falls_less_over_splits(a40: float, verdict: str) -> None:
    values = {"a": 0.9, "a40": a40, "b": 0.9, "b40": 0.6}
    noises = (NOISE, NOISE[::-1], np.roll(NOISE, 7), np.roll(NOISE, 12))
    four = [
        over_splits(name, value, noise)
        for (name, value), noise in zip(values.items(), noises, strict=True)
    ]
    found = judged({"falls_less": {**FALLS, "metric": "accuracy"}}, *four)
    assert found.verdict == verdict
    assert found.figures.startswith("mean test accuracy from 0.")
    assert found.figures.endswith("less over 6 splits")


def test_what_several_splits_do_not_tell_is_not_judged() -> None:
    a, b = over_splits("a", 0.9, NOISE), over_splits("b", 0.8, NOISE)
    found = judged({"steadier": ACCURACY}, a, b)
    assert found.verdict == OPEN
    assert found.figures == "several splits of a and b, and this is judged by the seeds of one"
    found = judged({"better": ACCURACY}, a, over_splits("b", 0.8, NOISE, splits=5))
    assert (found.verdict, found.figures) == (OPEN, "not as many splits of a and b")


@pytest.mark.parametrize(
    ("gains", "least", "verdict"),
    [
        ((1, 1, 1), None, HOLDS),
        ((1, 1, 0), None, OPEN),
        ((1, 1, -1), None, NOT),
        ((1, 1, -1), 2, HOLDS),
        ((1, 0, -1), 2, OPEN),
        ((1, -1, -1), 2, NOT),
    ],
)
def test_a_claim_over_data_sets_holds_in_as_many_as_it_says(
    gains: tuple[int, ...], least: int | None, verdict: str
) -> None:
    names = ("x", "y", "z")
    results = []
    for name, gain in zip(names, gains, strict=True):
        results += [
            made(f"{name}-a", "accuracy", 0.8 + 0.1 * gain + 0.01 * NOISE),
            made(f"{name}-b", "accuracy", 0.8 + 0.01 * NOISE[::-1]),
        ]
    better = {"better": {"experiment": "*-a", "than": "*-b", "metric": "accuracy"}}
    given = {"in_at_least": least} if least else {}
    found = judged(better, *results, datasets=[*names], **given)
    assert found.verdict == verdict
    number = gains.count(1)
    assert found.figures.startswith(f"holds in {number} of 3 data sets")
    assert all(f"; {name}: median test accuracy" in found.figures for name in names)
    which = f"at least {least} of 3" if least else "all 3"
    assert found.criterion.endswith(f"than that of *-b. In {which} data sets: x, y, z.")


def test_a_data_set_without_results_may_yet_decide() -> None:
    a, b = made("x-a", "accuracy", same(0.9)), made("x-b", "accuracy", same(0.8))
    better = {"better": {"experiment": "*-a", "than": "*-b", "metric": "accuracy"}}
    found = judged(better, a, b, datasets=["x", "y"])
    assert (found.verdict, found.missing) == (OPEN, True)
    assert "y: no results of Doe's y-a, y-b" in found.figures
    assert judged(better, a, b, datasets=["x", "y"], in_at_least=1).verdict == HOLDS
