"""The nine claims of the article (January 2019) about its results, each judged from the runs.

Every criterion is one of three, so that a verdict is no more certain than the seeds allow:

- "most": a condition holds in more than half of the trainings, and so does the lower end of the
  exact 95 % interval of that share (Clopper and Pearson 1934, by ``scipy.stats.binomtest``):
  at least 21 of 30. Where that interval contains one half, nothing is judged.
- "beats": the finding of ``comparison.Pair``.
- "comparable": the 95 % bootstrap interval of the difference of two medians lies within two
  percentage points, about one standard error of an accuracy measured on 500 rows.

Only trainings of the article's own configs judge, at least 20 that finished of each: fewer
epochs, or other data, say nothing about the article. All speak of one data set and one split.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from scipy import stats

from lossbench.config.bundled import BUNDLED
from lossbench.config.experiment import Experiment
from lossbench.config.yaml_reader import read
from lossbench.evidence.comparison import bootstrapped, figure, percent, probabilities
from lossbench.results.result import PARTS, Array, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE

Verdict = Literal["holds", "does not hold", "holds only because of the metric", "not judged"]
Results = Mapping[str, Result]
Finding = tuple[str, Verdict]  # the figures in words, and the verdict
ABOUT = 0.02  # two percentage points


@dataclass(frozen=True)
class Claim:
    """What the article claims, by which criterion it is judged, and from which experiments."""

    number: int
    claim: str
    criterion: str
    needs: tuple[str, ...]
    judged: Callable[[Results], Finding]


@dataclass(frozen=True)
class Judgement:
    """A claim with the figures that decide it, and the verdict."""

    number: int
    claim: str
    criterion: str
    figures: str
    verdict: Verdict


def judge(results: Sequence[Result]) -> list[Judgement]:
    """Every claim, judged from those results that are of the article's configs."""
    usable = _of_the_article(results)
    with np.errstate(over="ignore", invalid="ignore"):  # figures at the ends of what 32 bits hold
        return [_judgement(claim, usable) for claim in CLAIMS]


def as_markdown(judgements: Sequence[Judgement]) -> str:
    """A table of the claims."""
    rows = [["", "claim", "found", "verdict"], ["---"] * 4]
    rows += [[str(it.number), it.claim, it.figures, it.verdict] for it in judgements]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def as_document(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """For ``to_json``."""
    return [dict(vars(it)) for it in judgements]


def most(condition: Array) -> bool | None:
    """Whether a condition holds in most trainings; None where their number does not tell."""
    counts = stats.binomtest(int(condition.sum()), len(condition)).proportion_ci(0.95, "exact")
    if counts.low > 0.5:
        return True
    return False if counts.high < 0.5 else None


def all_of(*answers: bool | None) -> Verdict:
    """Holds if all do; does not if one does not, even where others are not known."""
    if any(answer is False for answer in answers):
        return "does not hold"
    return "not judged" if any(answer is None for answer in answers) else "holds"


def ahead(first: Array, second: Array, smaller: bool) -> tuple[str, bool | None]:
    """How often one beats the other, and whether it is better; None where nothing is seen."""
    share, low, high = (it[0] for it in probabilities(first, second[None], smaller))
    text = f"{percent(share)} [{percent(low)}, {percent(high)}]"
    return text, True if low > 0.5 else (False if high < 0.5 else None)


def comparable(first: Array, second: Array) -> tuple[str, bool | None]:
    """The difference of two medians, and whether it is within two percentage points."""
    first, second = (values[np.isfinite(values)] for values in (first, second))

    def difference(a: Array, b: Array, axis: int = -1) -> Array:
        return np.asarray(np.median(a, axis=axis) - np.median(b, axis=axis))

    low, high = map(float, bootstrapped((first, second), difference))
    text = f"{100 * difference(first, second):+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"
    if low > -ABOUT and high < ABOUT:
        return text, True
    return text, False if low >= ABOUT or high <= -ABOUT else None


def travel(curves: Array) -> Array:
    """How far each curve goes up and down, in multiples of its range: 1 if it never turns.

    Curves of trainings that diverged are left out.
    """
    curves = curves[np.isfinite(curves).all(axis=-1)]
    reach = np.ptp(curves, axis=-1)
    path = np.abs(np.diff(curves, axis=-1)).sum(axis=-1)
    return np.asarray(path / np.where(reach > 0, reach, 1))


@cache
def article_hashes() -> Mapping[str, str]:
    """By the hash of its config, the name of each of the article's experiments."""
    names = {name for claim in CLAIMS for name in claim.needs}
    return {
        Experiment.model_validate(
            {"name": name, **read(BUNDLED / f"{name}.yaml").values}
        ).config_hash: name
        for name in names
    }


def _of_the_article(results: Sequence[Result]) -> dict[str, Result]:
    """By the bundled config's name, the result with its hash that has the most trainings."""
    hashes = article_hashes()
    ordered = sorted(results, key=lambda result: len(result.trainings))
    return {
        hashes[result.experiment.config_hash]: result
        for result in ordered
        if result.experiment.config_hash in hashes
    }


def _judgement(claim: Claim, results: Results) -> Judgement:
    missing = [name for name in claim.needs if name not in results]
    few = [
        name
        for name in claim.needs
        if name in results
        and len(results[name].trainings) - results[name].diverged < FEWEST_TO_JUDGE
    ]
    finding: Finding
    if missing:
        finding = f"no results of the article's {', '.join(missing)}", "not judged"
    elif few:
        finding = f"fewer than {FEWEST_TO_JUDGE} trainings of {', '.join(few)}", "not judged"
    else:
        finding = claim.judged(results)
    return Judgement(claim.number, claim.claim, claim.criterion, *finding)


def _medians(result: Result, metric: str) -> str:
    values = [f"{figure(result.summary(part, metric).median)} {part}" for part in PARTS]
    return f"median {metric} {', '.join(values)}"


def _count(condition: Array) -> str:
    undecided = ", which does not decide" if most(condition) is None else ""
    return f"{condition.sum()} of {len(condition)} trainings{undecided}"


def _below(result: Result, metric: str, bound: float) -> Array:
    train, test = (result.final(part, metric) < bound for part in PARTS)
    return np.asarray(train & test)


def _near(result: Result, train: float, test: float) -> Array:
    gaps = [result.final("train", "accuracy") - train, result.final("test", "accuracy") - test]
    return np.asarray((np.abs(gaps) <= ABOUT + 1e-9).all(axis=0))


def _has_history(*results: Result) -> bool:
    return all(training.history for result in results for training in result.trainings)


def _mse_reaches_zero(results: Results) -> Finding:
    mse = results["mse"]
    zero = _below(mse, "mse", 0.0015)
    text = f"{_medians(mse, 'mse')}; at most 0.001 on both in {_count(zero)}"
    train, test = (mse.final(part, "mse") for part in PARTS)
    apart, worse = ahead(train, test, smaller=True)
    text += f"; train beats test in {apart} of pairs"
    return text, all_of(most(zero), worse is not True)


def _msle_is_worse(results: Results) -> Finding:
    msle, mse = results["msle"], results["mse"]
    found = [ahead(mse.final(part, "mse"), msle.final(part, "mse"), True) for part in PARTS]
    text = f"{_medians(msle, 'mse')}; mse beats msle in {found[0][0]} (train) and {found[1][0]} "
    text += "(test) of pairs"
    if not _has_history(msle):
        return f"{text}; no history, so no word on the rise", all_of(*(it for _, it in found), None)
    curves = msle.curves("test", "mse")
    epochs = np.argmin(np.where(np.isfinite(curves), curves, np.inf), axis=1) + 1
    rise = (epochs >= 10) & (epochs <= 40) & (curves[:, -1] >= 1.1 * curves.min(axis=1))
    text += f"; test mse lowest at epoch {np.median(epochs):.0f} (median), "
    text += f"and from about 20 up again in {_count(rise)}"
    return text, all_of(*(it for _, it in found), most(rise))


def _mae_is_bumpy(results: Results) -> Finding:
    mae, mse = results["mae"], results["mse"]
    near = _below(mae, "mse", 0.01)
    text = f"{_medians(mae, 'mse')}; below 0.01 on both in {_count(near)}"
    if not _has_history(mae, mse):
        return f"{text}; no history, so no word on bumps", all_of(most(near), None)
    courses = (result.curves("test", "mse") for result in (mae, mse))
    paths = [travel(np.log(np.maximum(course, 1e-12))) for course in courses]
    share, bumpier = ahead(paths[0], paths[1], smaller=False)
    text += f"; its log test mse travels {np.median(paths[0]):.1f} times its range, that of mse "
    text += f"{np.median(paths[1]):.1f} times: further in {share} of pairs"
    return text, all_of(most(near), bumpier)


def _crossentropy_is_smooth(results: Results) -> Finding:
    result = results["binary_crossentropy"]
    near = _near(result, 0.83, 0.85)
    text = f"{_medians(result, 'accuracy')}; within two points in {_count(near)}"
    if not _has_history(result):
        return f"{text}; no history, so no word on smoothness", all_of(most(near), None)
    loss, accuracy = (travel(result.curves("test", name)) for name in ("loss", "accuracy"))
    bumpier = accuracy >= 2 * loss
    text += f"; test loss travels {np.median(loss):.1f} times its range, accuracy "
    text += f"{np.median(accuracy):.1f} times: at least twice as far in {_count(bumpier)}"
    return text, all_of(most(near), most(bumpier))


def _under(result: Result, bound: float, reference: Result | None) -> Finding:
    """Under a bound, and worse than a reference, by the article's accuracy and by the true one."""
    texts, verdicts = [], []
    for metric in ("rounded_accuracy", "accuracy"):
        below = _below(result, metric, bound)
        answers = [most(below)]
        text = f"{_medians(result, metric)}, under {percent(bound)} on both in {_count(below)}"
        if reference:
            for part in PARTS:
                better = reference.final(part, "accuracy"), result.final(part, metric)
                share, answer = ahead(*better, smaller=False)
                answers.append(answer)
                text += f", cross-entropy ahead in {share} ({part})"
        texts.append(text)
        verdicts.append(all_of(*answers))
    by_metric, truly = verdicts
    if by_metric == "holds" and truly == "does not hold":
        return "; ".join(texts), "holds only because of the metric"
    return "; ".join(texts), by_metric if by_metric != "holds" else truly


def _reaches_84_82(results: Results) -> Finding:
    result = results["categorical_crossentropy"]
    near = _near(result, 0.84, 0.82)
    return f"{_medians(result, 'accuracy')}; within two points in {_count(near)}", all_of(
        most(near)
    )


def _like_crossentropy(name: str) -> Callable[[Results], Finding]:
    def judged(results: Results) -> Finding:
        pair = results[name], results["categorical_crossentropy"]
        found = [comparable(*(it.final(part, "accuracy") for it in pair)) for part in PARTS]
        text = f"difference of median accuracies {found[0][0]} train, {found[1][0]} test"
        return text, all_of(*(answer for _, answer in found))

    return judged


CLAIMS = (
    Claim(
        1,
        "MSE reaches an error of zero, to about three decimals, alike on both parts.",
        "Most trainings end below 0.0015 on both; training rows do not beat test rows.",
        ("mse",),
        _mse_reaches_zero,
    ),
    Claim(
        2,
        "MSLE ends at a worse mse than MSE; its mse rises again from about epoch 20.",
        "mse beats msle on both parts; in most trainings the test mse is lowest between epochs "
        "10 and 40 and ends at least 10 % above that.",
        ("mse", "msle"),
        _msle_is_worse,
    ),
    Claim(
        3,
        "MAE comes near an mse of zero, on a bumpy course.",
        "Most trainings end below 0.01 on both parts; the log of the test mse travels further, "
        "in multiples of its range, than with mse.",
        ("mae", "mse"),
        _mae_is_bumpy,
    ),
    Claim(
        4,
        "Binary cross-entropy reaches about 83 % / 85 %; its loss is smooth, its accuracy bumpy.",
        "Most trainings end within two points of both; in most the test accuracy travels at least "
        "twice as far as the test loss, in multiples of its range.",
        ("binary_crossentropy",),
        _crossentropy_is_smooth,
    ),
    Claim(
        5,
        "Hinge is slightly worse than cross-entropy: under 80 % on both parts.",
        "Most trainings end under 0.8 on both; cross-entropy is better on both. By the article's "
        "rounded accuracy, then by the accuracy.",
        ("hinge", "binary_crossentropy"),
        lambda results: _under(results["hinge"], 0.8, results["binary_crossentropy"]),
    ),
    Claim(
        6,
        "Squared hinge may not suit the problem: under 70 % on both parts.",
        "Most trainings end under 0.7 on both. By the article's rounded accuracy, then by the "
        "accuracy.",
        ("squared_hinge",),
        lambda results: _under(results["squared_hinge"], 0.7, None),
    ),
    Claim(
        7,
        "Categorical cross-entropy reaches about 84 % / 82 %.",
        "Most trainings end within two points of both.",
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
