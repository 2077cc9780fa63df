"""The nine claims of the tutorial, on results like its own and unlike them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossbench.config.bundled import BUNDLED
from lossbench.config.claims import bundled_claims
from lossbench.config.experiment import Experiment
from lossbench.config.yaml_reader import read
from lossbench.evidence.claims import (
    bundled_claims_about,
    judge,
    judge_either,
    judge_summarized,
    of_curves,
)
from lossbench.results.read import read_all
from lossbench.results.result import Result, Training

Figures = dict[str, tuple[float, float]]
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results" / "reference"
RECORDED = json.loads((ROOT / "tests" / "reference" / "claims.json").read_text())
TUTORIAL = next(bundled_claims())
NAMES = set(TUTORIAL.experiments)
LIKE_THE_TUTORIAL: dict[str, Figures] = {
    "mse": {"mse": (0.0005, 0.0005)},
    "msle": {"mse": (0.165, 0.184)},
    "mae": {"mse": (0.002, 0.002)},
    "binary_crossentropy": {"accuracy": (0.836, 0.852)},
    "hinge": {"rounded_accuracy": (0.792, 0.74), "accuracy": (0.79, 0.74)},
    "squared_hinge": {"rounded_accuracy": (0.682, 0.646), "accuracy": (0.68, 0.64)},
    "categorical_crossentropy": {"accuracy": (0.84, 0.822)},
    "sparse_categorical_crossentropy": {"accuracy": (0.832, 0.818)},
    "kl_divergence": {"accuracy": (0.822, 0.822)},
}


def curve(name: str, metric: str, epochs: int) -> np.ndarray:
    x = np.arange(epochs)
    if name == "msle":
        return 0.1 + 0.01 * np.abs(x - 20)
    bumpy = name == "mae" or (name == "binary_crossentropy" and metric == "accuracy")
    return 1 / (1 + x) + (0.1 * (x % 2) if bumpy else 0)


def result_like_the_tutorial(
    name: str, seeds: int = 30, history: bool = True, **changes: tuple
) -> Result:
    values = {"name": name, **read(BUNDLED / f"{name}.yaml").values, "repeats": seeds}
    experiment = Experiment.model_validate(values)
    figures = {"loss": (0.1, 0.1), "mae": (0.1, 0.1), **LIKE_THE_TUTORIAL[name], **changes}
    curves = {
        f"{part}_{metric}": curve(name, metric, experiment.epochs)
        for part in ("train", "test")
        for metric in ("loss", *experiment.metrics)
    }
    train, test = ({metric: it[part] for metric, it in figures.items()} for part in (0, 1))
    trainings = (
        Training(seed, False, train, test, curves if history else {}, ()) for seed in range(seeds)
    )
    return Result(experiment, "abc", tuple(trainings))


def verdicts(**replaced: Result) -> dict[int, str]:
    results = {name: result_like_the_tutorial(name) for name in NAMES} | replaced
    return {it.number: it.verdict for it in judge(TUTORIAL, list(results.values())).judgements}


@pytest.mark.parametrize("kind", RECORDED)
def test_words_figures_and_verdicts_are_those_of_before_claims_were_data(kind: str) -> None:
    """The stored results have no curves; the made-up ones have."""
    made_up = [result_like_the_tutorial(name) for name in sorted(NAMES)]
    results = read_all(RESULTS)[0] if kind == "stored" else made_up
    judged = judge(TUTORIAL, results)
    assert judged.as_json() == RECORDED[kind]
    assert judged.counted == "The tutorial's nine claims"


def test_the_stored_summary_is_of_these_claims() -> None:
    """But for what needs curves, which are not stored."""
    summary = json.loads((RESULTS / "summary.json").read_text())["claims"]
    now = judge(TUTORIAL, read_all(RESULTS)[0]).as_json()
    without = {"figures", "verdict"}
    for stored, found in zip(summary, now, strict=True):
        kept = without if "without a history" in found["figures"] else set()
        assert {it: stored[it] for it in stored.keys() - kept} == {
            it: found[it] for it in found.keys() - kept
        }


def test_the_claims_hold_on_results_like_those_of_the_tutorial() -> None:
    assert verdicts() == dict.fromkeys(range(1, 10), "holds")


@pytest.mark.parametrize(
    ("number", "name", "figures"),
    [
        (1, "mse", {"mse": (0.003, 0.008)}),
        (2, "msle", {"mse": (0.0001, 0.0001)}),
        (3, "mae", {"mse": (0.002, 0.02)}),
        (4, "binary_crossentropy", {"accuracy": (0.83, 0.8)}),
        (5, "hinge", {"rounded_accuracy": (0.85, 0.7)}),
        (6, "squared_hinge", {"rounded_accuracy": (0.7, 0.65)}),
        (7, "categorical_crossentropy", {"accuracy": (0.81, 0.82)}),
        (8, "sparse_categorical_crossentropy", {"accuracy": (0.84, 0.78)}),
        (9, "kl_divergence", {"accuracy": (0.87, 0.82)}),
    ],
)
def test_each_claim_can_fail(number: int, name: str, figures: dict) -> None:
    assert verdicts(**{name: result_like_the_tutorial(name, **figures)})[number] == "does not hold"


@pytest.mark.parametrize(("number", "name"), [(5, "hinge"), (6, "squared_hinge")])
def test_a_claim_of_the_rounded_accuracy_alone_holds_because_of_the_metric(
    number: int, name: str
) -> None:
    found = verdicts(**{name: result_like_the_tutorial(name, accuracy=(0.85, 0.84))})
    assert found[number] == "holds only because of the metric"


def test_missing_and_few_are_not_judged() -> None:
    few = judge(TUTORIAL, [result_like_the_tutorial("mse", seeds=19)]).judgements
    assert {it.verdict for it in few} == {"not judged"}
    assert few[0].figures == "fewer than 20 seeds of mse"
    assert few[1].figures == "no results of the tutorial's msle"
    assert [it.missing for it in few[:2]] == [False, True]


def test_of_several_results_of_a_config_the_one_with_most_seeds_counts() -> None:
    few = result_like_the_tutorial("mse", seeds=20, mse=(1, 1))
    for results in ([few, result_like_the_tutorial("mse")], [result_like_the_tutorial("mse"), few]):
        assert judge(TUTORIAL, results).judgements[0].verdict == "holds"


def test_other_configs_are_not_the_tutorial() -> None:
    result = result_like_the_tutorial("mse")
    shorter = replace(result, experiment=result.experiment.model_copy(update={"epochs": 2}))
    assert judge(TUTORIAL, [shorter]).judgements[0].verdict == "not judged"
    assert bundled_claims_about([shorter]) is None
    assert judge_summarized(None, [shorter]) is None


@pytest.mark.parametrize("name", ["msle", "mae", "binary_crossentropy"])
def test_courses_are_not_judged_without_history(name: str) -> None:
    number = {"msle": 2, "mae": 3, "binary_crossentropy": 4}[name]
    assert verdicts(**{name: result_like_the_tutorial(name, history=False)})[number] == "not judged"


def test_the_curves_that_are_kept_are_those_that_claims_need() -> None:
    names = {name for name, it in TUTORIAL.experiments.items() if it in of_curves(TUTORIAL)}
    assert names == {"mse", "msle", "mae", "binary_crossentropy"}
    assert of_curves(None) == of_curves(TUTORIAL)


def test_bundled_claims_are_judged_of_any_results_of_theirs_but_no_others() -> None:
    """Whatever the folder they are in, and only where one of them can be judged."""
    it = result_like_the_tutorial("squared_hinge")
    judged = judge_summarized(None, [it])
    assert judged is not None
    assert [found.number for found in judged.about_these.judgements] == [6]
    assert judge_summarized(None, [result_like_the_tutorial("squared_hinge", seeds=19)]) is None
    assert judge_summarized(None, []) is None
    few = judge_summarized(TUTORIAL, [])
    assert few is not None  # those of the folder itself are always told
    assert len(few.judgements) == 9


def test_a_table_has_a_row_for_each_claim() -> None:
    lines = judge(TUTORIAL, []).as_markdown().splitlines()
    assert len(lines) == 11
    assert {line.replace("\\|", "").count("|") for line in lines} == {5}


def test_results_with_rates_of_their_own_are_judged_apart() -> None:
    """The same figures, so that the same claims hold."""
    tuned = [
        replace(
            it,
            experiment=Experiment.model_validate(
                it.experiment.resolved() | {"tune": {}, "early_stopping": {"patience": 200}}
            ),
        )
        for it in map(result_like_the_tutorial, NAMES)
    ]
    assert not judge(TUTORIAL, tuned).any
    assert bundled_claims_about(tuned) == TUTORIAL
    found = judge_either(TUTORIAL, tuned)
    assert found is not None
    assert {it.number: it.verdict for it in found.judgements} == verdicts()
    assert found.title == "The tutorial's claims, each loss at its own best rate"
    plain = [result_like_the_tutorial(name) for name in NAMES]
    assert not judge(TUTORIAL, plain, tuned=True).any
    either = judge_either(TUTORIAL, [*plain, *tuned])
    assert either is not None
    assert not either.tuned
