"""The nine claims of the tutorial (January 2019) about its results, and how each is judged.

All of them speak of one data set and one split each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lossbench.evidence.criteria import (
    ABOUT,
    Verdict,
    ahead,
    all_of,
    comparable,
    most,
    relative_variation,
)
from lossbench.results.result import PARTS, Array, Result
from lossbench.text import figure, percent

Results = Mapping[str, Result]  # by the name of the experiment


class Evidence(NamedTuple):
    """The figures that a claim is judged by, in words, and the verdict."""

    figures: str
    verdict: Verdict


@dataclass(frozen=True)
class Claim:
    """A claim of the tutorial, its criterion in words, and the experiments that it needs."""

    number: int
    claim: str
    criterion: str
    needs: tuple[str, ...]
    evidence: Callable[[Results], Evidence]


def _medians(result: Result, metric: str) -> str:
    values = [f"{figure(result.summary(part, metric).median)} {part}" for part in PARTS]
    return f"median {metric} {', '.join(values)}"


def _count(condition: Array) -> str:
    undecided = ", which does not decide" if most(condition) is None else ""
    return f"{condition.sum()} of {len(condition)} seeds{undecided}"


def _below(result: Result, metric: str, bound: float) -> Array:
    """Which seeds end below a bound on both parts, shape (seeds,)."""
    train, test = (result.final(part, metric) < bound for part in PARTS)
    return np.asarray(train & test)


def _near(result: Result, train: float, test: float) -> Array:
    """Which seeds have nearly these accuracies, shape (seeds,)."""
    gaps = [result.final("train", "accuracy") - train, result.final("test", "accuracy") - test]
    return np.asarray((np.abs(gaps) <= ABOUT + 1e-9).all(axis=0))


def _has_history(*results: Result) -> bool:
    return all(training.history for result in results for training in result.trainings)


def _mse_reaches_zero(results: Results) -> Evidence:
    mse = results["mse"]
    zero = _below(mse, "mse", 0.0015)
    text = f"{_medians(mse, 'mse')}; below 0.0015 on both in {_count(zero)}"
    train, test = (mse.final(part, "mse") for part in PARTS)
    apart, worse = ahead(train, test, smaller_is_better=True)
    text += f"; train beats test in {apart} of pairs"
    return Evidence(text, all_of(most(zero), worse is not True))


def _msle_is_worse(results: Results) -> Evidence:
    msle, mse = results["msle"], results["mse"]
    (on_train, worse_on_train), (on_test, worse_on_test) = (
        ahead(mse.final(part, "mse"), msle.final(part, "mse"), smaller_is_better=True)
        for part in PARTS
    )
    text = f"{_medians(msle, 'mse')}; mse beats msle in {on_train} (train) and {on_test} "
    text += "(test) of pairs"
    if not _has_history(msle):
        verdict = all_of(worse_on_train, worse_on_test, None)
        return Evidence(f"{text}; without a history, the rise is not judged", verdict)
    curves = msle.curves("test", "mse")
    epochs = np.argmin(np.where(np.isfinite(curves), curves, np.inf), axis=1) + 1
    rise = (epochs >= 10) & (epochs <= 40) & (curves[:, -1] >= 1.1 * curves.min(axis=1))
    text += f"; test mse lowest at epoch {np.median(epochs):.0f} (median), "
    text += f"and from about 20 up again in {_count(rise)}"
    return Evidence(text, all_of(worse_on_train, worse_on_test, most(rise)))


def _mae_is_bumpy(results: Results) -> Evidence:
    mae, mse = results["mae"], results["mse"]
    near = _below(mae, "mse", 0.01)
    text = f"{_medians(mae, 'mse')}; below 0.01 on both in {_count(near)}"
    if not _has_history(mae, mse):
        text += "; without a history, bumps are not judged"
        return Evidence(text, all_of(most(near), None))
    own, other = (
        relative_variation(np.log(np.maximum(result.curves("test", "mse"), 1e-12)))
        for result in (mae, mse)
    )
    share, bumpier = ahead(own, other, smaller_is_better=False)
    text += f"; its log test mse travels {np.median(own):.1f} times its range, that of mse "
    text += f"{np.median(other):.1f} times: further in {share} of pairs"
    return Evidence(text, all_of(most(near), bumpier))


def _crossentropy_is_smooth(results: Results) -> Evidence:
    result = results["binary_crossentropy"]
    near = _near(result, 0.83, 0.85)
    text = f"{_medians(result, 'accuracy')}; within two points in {_count(near)}"
    if not _has_history(result):
        text += "; without a history, smoothness is not judged"
        return Evidence(text, all_of(most(near), None))
    loss, accuracy = (
        relative_variation(result.curves("test", name)) for name in ("loss", "accuracy")
    )
    bumpier = accuracy >= 2 * loss
    text += f"; test loss travels {np.median(loss):.1f} times its range, accuracy "
    text += f"{np.median(accuracy):.1f} times: at least twice as far in {_count(bumpier)}"
    return Evidence(text, all_of(most(near), most(bumpier)))


def _under(result: Result, bound: float, reference: Result | None) -> Evidence:
    """Whether a hinge loss ends under a bound, and is worse than a reference where one is given.

    It is judged by what the tutorial calls accuracy, then by the true accuracy.
    """
    texts, verdicts = [], []
    for metric in ("rounded_accuracy", "accuracy"):
        below = _below(result, metric, bound)
        answers = [most(below)]
        text = f"{_medians(result, metric)}, under {percent(bound)} on both in {_count(below)}"
        if reference:
            for part in PARTS:
                better = reference.final(part, "accuracy"), result.final(part, metric)
                share, answer = ahead(*better, smaller_is_better=False)
                answers.append(answer)
                text += f", cross-entropy ahead in {share} ({part})"
        texts.append(text)
        verdicts.append(all_of(*answers))
    by_rounded, by_true = verdicts
    if by_rounded == "holds" and by_true == "does not hold":
        return Evidence("; ".join(texts), "holds only because of the metric")
    return Evidence("; ".join(texts), by_rounded if by_rounded != "holds" else by_true)


def _reaches_84_82(results: Results) -> Evidence:
    result = results["categorical_crossentropy"]
    near = _near(result, 0.84, 0.82)
    text = f"{_medians(result, 'accuracy')}; within two points in {_count(near)}"
    return Evidence(text, all_of(most(near)))


def _like_crossentropy(name: str) -> Callable[[Results], Evidence]:
    def evidence(results: Results) -> Evidence:
        pair = results[name], results["categorical_crossentropy"]
        (on_train, like_on_train), (on_test, like_on_test) = (
            comparable(*(it.final(part, "accuracy") for it in pair)) for part in PARTS
        )
        text = f"difference of median accuracies {on_train} train, {on_test} test"
        return Evidence(text, all_of(like_on_train, like_on_test))

    return evidence


CLAIMS = (
    Claim(
        1,
        "MSE reaches an error of zero, to about three decimals, alike on both parts.",
        "Most seeds end below 0.0015 on both; the train part is not better than the test part.",
        ("mse",),
        _mse_reaches_zero,
    ),
    Claim(
        2,
        "MSLE ends at a worse mse than MSE; its mse rises again from about epoch 20.",
        "mse beats msle on both parts; for most seeds the test mse is lowest between epochs 10 "
        "and 40 and ends at least 10 % above that.",
        ("mse", "msle"),
        _msle_is_worse,
    ),
    Claim(
        3,
        "MAE comes near an mse of zero, on a bumpy course.",
        "Most seeds end below 0.01 on both parts; the log of the test mse travels further, in "
        "multiples of its range, than with mse.",
        ("mae", "mse"),
        _mae_is_bumpy,
    ),
    Claim(
        4,
        "Binary cross-entropy reaches about 83 % / 85 %; its loss is smooth, its accuracy bumpy.",
        "Most seeds end within two points of both; for most the test accuracy travels at least "
        "twice as far as the test loss, in multiples of its range.",
        ("binary_crossentropy",),
        _crossentropy_is_smooth,
    ),
    Claim(
        5,
        "Hinge is slightly worse than cross-entropy: under 80 % on both parts.",
        "Most seeds end under 0.8 on both; cross-entropy is better on both. By the tutorial's "
        "rounded accuracy, then by the accuracy.",
        ("hinge", "binary_crossentropy"),
        lambda results: _under(results["hinge"], 0.8, results["binary_crossentropy"]),
    ),
    Claim(
        6,
        "Squared hinge may not suit the problem: under 70 % on both parts.",
        "Most seeds end under 0.7 on both. By the tutorial's rounded accuracy, then by the "
        "accuracy.",
        ("squared_hinge",),
        lambda results: _under(results["squared_hinge"], 0.7, None),
    ),
    Claim(
        7,
        "Categorical cross-entropy reaches about 84 % / 82 %.",
        "Most seeds end within two points of both.",
        ("categorical_crossentropy",),
        _reaches_84_82,
    ),
    Claim(
        8,
        "On average, sparse and one-hot cross-entropy are comparable.",
        "The difference of the medians is within two points on both parts.",
        ("sparse_categorical_crossentropy", "categorical_crossentropy"),
        _like_crossentropy("sparse_categorical_crossentropy"),
    ),
    Claim(
        9,
        "KL divergence performs like cross-entropy.",
        "The difference of the medians is within two points on both parts.",
        ("kl_divergence", "categorical_crossentropy"),
        _like_crossentropy("kl_divergence"),
    ),
)
