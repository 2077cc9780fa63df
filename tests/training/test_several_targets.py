"""Several targets: every loss against fit, and the metrics of each target against scikit-learn."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras_fit import assert_equals_fit, split_of_several
from loss_parameters import other_parameters
from scipy import special, stats
from sklearn import metrics

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.evidence.baselines import BOOSTING, CONSTANT, LINEAR, baselines
from lossbench.results.constants import constants_of
from lossbench.results.result import Result
from lossbench.tables.losses import LOSSES, Loss, TakenFor
from lossbench.tables.metrics import METRICS
from lossbench.tables.problems import MULTI_LABEL, SOFT_LABEL
from lossbench.training.final_metrics import MOST_TOLD, complete
from lossbench.training.network import build
from lossbench.training.train import trainer

Make = Callable[..., Experiment]
# Every loss with what it takes three columns for, and with every activation that gives other
# outputs; plain losses of real numbers take them as they are.
CASES: list[tuple[Loss, TakenFor | None, str]] = [
    *((it, None, it.activation) for it in LOSSES.values() if it.problem == "regression"),
    *(
        (it, what, activation)
        for it in LOSSES.values()
        for what, allowed in it.takes_for.items()
        for activation in allowed
    ),
]
FAST = {
    ("gaussian_nll", None, "linear"),
    ("quantile", None, "linear"),
    ("binary_crossentropy", "labels", "sigmoid"),
    ("binary_crossentropy", "labels", "linear"),
    ("hinge", "labels", "tanh"),
    ("kl_divergence", "shares", "softmax"),
    ("cosine_similarity", "numbers", "linear"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "what", "activation"),
    [
        pytest.param(
            *case,
            id=f"{case[0].name} {case[1]} {case[2]}",
            marks=() if (case[0].name, *case[1:]) in FAST else pytest.mark.thorough,
        )
        for case in CASES
    ],
)
def test_every_loss_has_the_figures_of_fit(
    experiment_of: Make, loss: Loss, what: TakenFor | None, activation: str
) -> None:
    experiment = experiment_of(
        loss.problem,
        {"name": loss.name, "target": what, **other_parameters(loss)},
        model={"hidden": [6], "output_activation": activation},
        epochs=2,
    )
    assert_equals_fit(experiment, split_of_several(what or "numbers", loss.targets))


def trained(experiment: Experiment, split: Split) -> Result:
    train = trainer(experiment, split)
    return complete(experiment, (split,), map(train, experiment.seeds))


def outputs(experiment: Experiment, split: Split, result: Result) -> np.ndarray:
    """What Keras says of the test rows with the weights of the first seed."""
    units = experiment.loss.row.units(split.target_shape)
    network = build(experiment, split.row_shape, units)
    network.set_weights(result.trainings[0].weights)
    return np.asarray(network.predict(split.x_test, verbose=0))


@pytest.mark.slow
def test_metrics_of_real_targets_are_scikit_learns(experiment_of: Make) -> None:
    of_scikit_learn: dict[str, Callable[..., Any]] = {
        "mse": metrics.mean_squared_error,
        "mae": metrics.mean_absolute_error,
        "r2": metrics.r2_score,
        "rmse": metrics.root_mean_squared_error,
        "explained_variance": metrics.explained_variance_score,
        "median_absolute_error": metrics.median_absolute_error,
        "mape": metrics.mean_absolute_percentage_error,
        "pinball_25": lambda *it, **given: metrics.mean_pinball_loss(*it, alpha=0.25, **given),
    }
    experiment = experiment_of("regression", "gaussian_nll", metrics=[*of_scikit_learn][2:])
    split = split_of_several("numbers")
    result = trained(experiment, split)
    said = outputs(experiment, split, result)[:, :3]
    training = result.trainings[0]
    for name, function in of_scikit_learn.items():
        each = function(split.y_test, said, multioutput="raw_values")
        assert training.of_targets["test"][name] == pytest.approx(each, rel=1e-4), name
        overall = function(split.y_test, said, multioutput="uniform_average")
        assert training.test[name] == pytest.approx(overall, rel=1e-4), name
    assert [*result.of_targets("test", "r2")] == ["a", "b", "c"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "activation", ["sigmoid", pytest.param("linear", marks=pytest.mark.thorough)]
)
def test_metrics_of_labels_are_scikit_learns(experiment_of: Make, activation: str) -> None:
    final = [it.name for it in METRICS.values() if MULTI_LABEL in it.problems][1:]
    experiment = experiment_of(
        "binary classification",
        {"name": "bce", "target": "labels"},
        model={"hidden": [6], "output_activation": activation},
        metrics=final,
        epochs=9,
    )
    split = split_of_several("labels")
    result = trained(experiment, split)
    units = outputs(experiment, split, result).astype(float)
    said = special.expit(units) if activation == "linear" else units
    truth, answer = split.y_test.astype(int), (said > 0.5).astype(int)
    columns = [*zip(truth.T, answer.T, said.T, strict=True)]

    def of_each(function: Callable[..., Any], which: int = 1) -> list[float]:
        return [function(it[0], it[which]) for it in columns]

    wanted = {
        "accuracy": of_each(metrics.accuracy_score),
        "balanced_accuracy": of_each(metrics.balanced_accuracy_score),
        "f1": of_each(metrics.f1_score),
        "precision": of_each(metrics.precision_score),
        "recall": of_each(metrics.recall_score),
        "mcc": of_each(metrics.matthews_corrcoef),
        "roc_auc": of_each(metrics.roc_auc_score, 2),
        "average_precision": of_each(metrics.average_precision_score, 2),
        "log_loss": of_each(metrics.log_loss, 2),
        "brier": of_each(metrics.brier_score_loss, 2),
    }
    training = result.trainings[0]
    for name, values in wanted.items():
        assert training.of_targets["test"][name] == pytest.approx(values, rel=1e-4), name
        assert training.test[name] == pytest.approx(np.mean(values), rel=1e-4), name
    assert training.test["f1"] == pytest.approx(metrics.f1_score(truth, answer, average="macro"))
    assert training.test["subset_accuracy"] == metrics.accuracy_score(truth, answer)
    micro = metrics.f1_score(truth, answer, average="micro")
    assert training.test["f1_micro"] == pytest.approx(micro)
    assert not {"subset_accuracy", "f1_micro"} & {*training.of_targets["test"]}


@pytest.mark.slow
def test_metrics_of_soft_labels_compare_distributions(experiment_of: Make) -> None:
    experiment = experiment_of(
        "multi-class classification",
        {"name": "categorical_crossentropy", "target": "shares"},
        model={"hidden": [6], "output_activation": "linear"},
        metrics=["kl_divergence", "log_loss", "brier"],
    )
    split = split_of_several("shares")
    result = trained(experiment, split)
    truth = split.y_test.astype(float)
    said = special.softmax(outputs(experiment, split, result).astype(float), axis=1)
    divergence = stats.entropy(truth, said, axis=1).mean()
    found = result.trainings[0].test
    assert found["kl_divergence"] == pytest.approx(divergence, rel=1e-4)
    cross_entropy = (stats.entropy(truth, said, axis=1) + stats.entropy(truth, axis=1)).mean()
    assert found["log_loss"] == pytest.approx(cross_entropy, rel=1e-4)
    assert found["loss"] == pytest.approx(cross_entropy, rel=1e-4)
    assert found["brier"] == pytest.approx(3 * metrics.mean_squared_error(truth, said), rel=1e-4)
    right = truth.argmax(axis=1) == said.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(right.mean())


def test_the_constant_of_each_target_is_its_own(experiment_of: Make) -> None:
    numbers, labels = split_of_several("numbers"), split_of_several("labels")
    real = constants_of(experiment_of("regression", "mse"), numbers)["test"]
    mean, median = numbers.y_train.mean(axis=0), np.median(numbers.y_train, axis=0)
    assert real["mse"] == pytest.approx(np.square(numbers.y_test - mean).mean())
    assert real["mae"] == pytest.approx(np.abs(numbers.y_test - median).mean())
    loss = {"name": "hinge", "target": "labels"}
    experiment = experiment_of("binary classification", loss, metrics=["f1_micro", "f1"])
    found = constants_of(experiment, labels)["test"]
    usual = labels.y_train.mean(axis=0) > 0.5
    assert found["accuracy"] == pytest.approx((labels.y_test == usual).mean())
    ones = np.ones_like(labels.y_test)
    for name, average in (("f1", "macro"), ("f1_micro", "micro")):
        of_ones = metrics.f1_score(labels.y_test, ones, average=average)
        assert found[name] == pytest.approx(of_ones)


def test_the_constant_of_whole_rows_is_the_most_frequent_row(experiment_of: Make) -> None:
    # The most frequent value of each label alone makes a row that none has.
    y = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [0, 1, 1]] * 10, np.float32)
    x = np.arange(40, dtype=np.float32)[:, None]
    split = Split(x[:20], y[:20], x[20:], y[20:], targets=("a", "b", "c"))
    loss = {"name": "hinge", "target": "labels"}
    experiment = experiment_of("binary classification", loss, metrics=["subset_accuracy"])
    assert constants_of(experiment, split)["test"]["subset_accuracy"] == 0.5
    found = baselines([split], ["subset_accuracy"], "subset_accuracy", MULTI_LABEL)
    assert found[0].values["subset_accuracy"] == [0.5]


def test_the_constant_of_soft_labels_is_the_mean_of_the_shares(experiment_of: Make) -> None:
    soft = split_of_several("shares")
    loss = {"name": "kl_divergence", "target": "shares"}
    experiment = experiment_of("multi-class classification", loss, metrics=["brier"])
    error = np.square(soft.y_test - soft.y_train.mean(axis=0)).sum(axis=1).mean()
    assert constants_of(experiment, soft)["test"]["brier"] == pytest.approx(error)


def test_other_models_learn_each_target() -> None:
    numbers = split_of_several("numbers")
    found = {it.name: it.values for it in baselines([numbers], ["r2"], "mse", "regression")}
    assert found[LINEAR]["r2"] > 0.99  # the target is linear
    assert found[CONSTANT]["r2"] <= 0 < found[BOOSTING]["r2"]
    asked = ["accuracy", "roc_auc", "subset_accuracy"]
    for_labels = baselines([split_of_several("labels")], asked, "accuracy", MULTI_LABEL)
    of_labels = {it.name: it.values for it in for_labels}
    assert of_labels[LINEAR]["accuracy"] > 0.9
    assert of_labels[LINEAR]["roc_auc"] > 0.95
    for_shares = baselines([split_of_several("shares")], ["log_loss"], "accuracy", SOFT_LABEL)
    of_shares = {it.name: it.values["log_loss"] for it in for_shares}
    assert of_shares[LINEAR] < of_shares[CONSTANT]


@pytest.mark.slow
def test_of_many_targets_only_the_means_are_told(experiment_of: Make) -> None:
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(40, n)).astype(np.float32) for n in (3, MOST_TOLD + 1))
    names = tuple(map(str, range(MOST_TOLD + 1)))
    split = Split(x[:20], y[:20], x[20:], y[20:], targets=names)
    result = trained(experiment_of("regression", "mse", metrics=["r2"], epochs=1), split)
    assert result.of_targets("test", "r2") == {}
    assert np.isfinite(result.final("test", "r2")).all()


@pytest.mark.slow
def test_a_diverged_training_has_no_value_of_any_target(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse", optimizer={"learning_rate": 1e30})
    result = trained(experiment, split_of_several("numbers"))
    assert result.trainings[0].diverged
    assert all(np.isnan(it).all() for it in result.of_targets("test", "mse").values())


def test_a_last_unit_for_every_target(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "gaussian_nll")
    shape = split_of_several("numbers").target_shape
    assert experiment.loss.row.units(shape) == 6
    network: keras.Sequential = build(experiment, (4,), 6)
    assert network.output_shape == (None, 6)
