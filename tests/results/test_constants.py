"""The best constant of each metric: none does better on the rows that it is taken of."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.metrics import mean_pinball_loss

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.constants import constants_of, metric_value
from lossbench.tables.metrics import METRICS

Make = Callable[..., Experiment]
RNG = np.random.default_rng(5)
SKEWED = RNG.lognormal(0, 1, 47)
RARE = np.repeat([0, 1], [30, 17])
# Medians are not the best of these, but close, and what is said of networks.
ABOUT = {"mape", "median_absolute_error"}
# They are of the probabilities of classes, of which a constant has the shares.
OF_PROBABILITIES = {
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "expected_calibration_error",
}


def split_of(y: np.ndarray, classes: tuple[str, ...] = ()) -> Split:
    x = np.zeros((len(y), 2), np.float32)
    return Split(x, y, x, np.roll(y, 3), classes)


def found(experiment: Experiment, split: Split, name: str) -> float:
    asked = experiment.model_copy(update={"final_metrics": (name,)})
    return constants_of(asked, split)["train"][name]


def best(name: str, values: list[float]) -> float:
    return min(values) if METRICS[name].smaller_is_better else max(values)


@pytest.mark.parametrize(
    "name",
    [
        it.name
        for it in METRICS.values()
        if "regression" in it.problems and it.ordered and it.name not in ABOUT
    ],
)
def test_no_number_is_better_than_the_constant(experiment_of: Make, name: str) -> None:
    split = split_of(SKEWED)
    tried = np.concatenate([SKEWED, np.linspace(0, 20, 300), [SKEWED.mean()]])
    answers = [np.full(len(SKEWED), it) for it in tried]
    values = [metric_value(name, SKEWED, it, it[:, None]) for it in answers]
    constant = found(experiment_of("regression", "mse"), split, name)
    assert constant == pytest.approx(best(name, values), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("percent", [5, 90])
def test_the_constant_of_a_pinball_loss_is_the_quantile_of_scikit_learn(
    experiment_of: Make, percent: int
) -> None:
    """Of so many rows that the quantile is one of them; else scikit-learn's lies between two."""
    y = RNG.lognormal(0, 1, 101)
    name, split = f"pinball_{percent:02}", split_of(y)
    dummy = DummyRegressor(strategy="quantile", quantile=percent / 100)
    theirs = dummy.fit(split.x_train, y).predict(split.x_train)
    value = found(experiment_of("regression", "mse"), split, name)
    assert value == pytest.approx(mean_pinball_loss(y, theirs, alpha=percent / 100))


@pytest.mark.parametrize("y", [RARE, 1 - RARE], ids=["class 1 is rare", "class 0 is rare"])
@pytest.mark.parametrize(
    "name",
    [
        it.name
        for it in METRICS.values()
        if "binary classification" in it.problems
        and it.labels is None
        and it.name not in {*OF_PROBABILITIES, "recall"}
    ],
)
def test_no_class_is_better_than_the_constant(
    experiment_of: Make, name: str, y: np.ndarray
) -> None:
    split = split_of(y, ("0", "1"))
    values = [
        metric_value(name, y, np.full(len(y), number), np.full((len(y), 1), float(number)))
        for number in (0, 1)
    ]
    constant = found(experiment_of("binary classification", "bce"), split, name)
    assert constant == best(name, values)


def test_a_constant_has_no_recall_as_always_class_1_would_be_perfect(experiment_of: Make) -> None:
    split = split_of(1 - RARE, ("0", "1"))
    assert found(experiment_of("binary classification", "bce"), split, "recall") == 0
