"""The nine claims of the tutorial, on results like its own and unlike them."""

from dataclasses import replace

import numpy as np
import pytest

from lossbench.config.bundled import BUNDLED
from lossbench.config.experiment import Experiment
from lossbench.config.yaml_reader import read
from lossbench.evidence.claims import as_document, as_markdown, judge
from lossbench.evidence.tutorial import CLAIMS
from lossbench.results.result import Result, Training
from lossbench.text import to_json

Figures = dict[str, tuple[float, float]]
NAMES = {name for claim in CLAIMS for name in claim.needs}
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
    return {it.number: it.verdict for it in judge(list(results.values()))}


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
    few = judge([result_like_the_tutorial("mse", seeds=19)])
    assert {it.verdict for it in few} == {"not judged"}
    assert few[0].figures == "fewer than 20 seeds of mse"
    assert few[1].figures == "no results of the tutorial's msle"


def test_other_configs_are_not_the_tutorial() -> None:
    result = result_like_the_tutorial("mse")
    shorter = replace(result, experiment=result.experiment.model_copy(update={"epochs": 2}))
    assert judge([shorter])[0].verdict == "not judged"


@pytest.mark.parametrize("name", ["msle", "mae", "binary_crossentropy"])
def test_courses_are_not_judged_without_history(name: str) -> None:
    number = {"msle": 2, "mae": 3, "binary_crossentropy": 4}[name]
    assert verdicts(**{name: result_like_the_tutorial(name, history=False)})[number] == "not judged"


def test_claims_are_written_as_table_and_json() -> None:
    found = judge([])
    assert len(as_markdown(found).splitlines()) == 11
    assert '"verdict": "not judged"' in to_json(as_document(found))


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
    assert {it.verdict for it in judge(tuned)} == {"not judged"}
    assert {it.number: it.verdict for it in judge(tuned, tuned=True)} == verdicts()
    plain = [result_like_the_tutorial(name) for name in NAMES]
    assert {it.verdict for it in judge(plain, tuned=True)} == {"not judged"}
