"""Metrics of the final weights, and what stored weights predict, against Keras and scikit-learn."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import ACTIVATIONS
from lossbench.data.arrays import Split
from lossbench.data.target_transform import TargetTransform
from lossbench.results.constants import constants_of
from lossbench.results.result import Training
from lossbench.tables.losses import TargetShape
from lossbench.training.answers import values
from lossbench.training.final_metrics import complete
from lossbench.training.network import build
from lossbench.training.predict import predictions

RNG = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def _same_weights_every_time() -> None:
    keras.utils.set_random_seed(1)


def weighted(experiment: Experiment, features: int, classes: int) -> keras.Sequential:
    """The model with weights that leave no layer at its start."""
    model = build(experiment, (features,), experiment.loss.row.units(TargetShape(classes)))
    model.set_weights([np.abs(RNG.normal(0.5, 0.4, it.shape)) - 0.2 for it in model.weights])
    for weight in model.weights:
        if weight.name == "moving_variance":
            weight.assign(RNG.uniform(0.5, 2, weight.shape))
    return model


def test_the_forward_pass_is_that_of_keras(experiment_of: Callable[..., Experiment]) -> None:
    hidden: list[Any] = [{"units": 3, "activation": name} for name in ACTIVATIONS]
    hidden[3] |= {"batch_normalization": True}
    hidden[5] |= {"dropout": 0.5}
    model = {"hidden": [8, *hidden, {"units": 4, "batch_normalization": True}]}
    for problem, loss in (
        ("regression", "poisson"),
        ("multi-class classification", "kl_divergence"),
    ):
        experiment = experiment_of(problem, loss, model=model)
        network = weighted(experiment, 5, 3 if "multi" in problem else 0)
        x = RNG.normal(size=(50, 5)).astype(np.float32)
        found = predictions(experiment, network.get_weights(), x)
        np.testing.assert_allclose(found, network(x, training=False).numpy(), rtol=2e-5, atol=1e-6)


def test_names_and_shapes_of_weights_are_those_of_the_model(
    experiment_of: Callable[..., Experiment],
) -> None:
    model = {"hidden": [8, {"units": 4, "dropout": 0.1, "batch_normalization": True}]}
    experiment = experiment_of("regression", "mse", model=model)
    network = build(experiment, (5,), 1)
    shapes = experiment.model.weight_shapes((5,), 1)
    assert [*shapes.values()] == [it.shape for it in network.weights]
    assert [name.rpartition("_")[0] for name in shapes] == [it.name for it in network.weights]


@pytest.mark.parametrize(
    ("loss", "activation", "classes"),
    [
        ("binary_crossentropy", "sigmoid", 2),
        ("binary_crossentropy", "linear", 2),
        ("hinge", "tanh", 2),
        ("categorical_hinge", "linear", 3),
        ("sparse_categorical_crossentropy", "softmax", 3),
    ],
)
def test_metrics_of_classifiers_are_scikit_learns(
    experiment_of: Callable[..., Experiment], loss: str, activation: str, classes: int
) -> None:
    problem = "binary classification" if classes == 2 else "multi-class classification"
    model = {"hidden": [6], "output_activation": activation}
    experiment = experiment_of(problem, loss, model=model)
    network = build(experiment, (4,), experiment.loss.row.units(TargetShape(classes)))
    x = RNG.normal(size=(200, 4)).astype(np.float32)
    y = RNG.choice(classes, 200, p=[0.6, 0.4] if classes == 2 else [0.5, 0.3, 0.2])
    said = network.predict(x, verbose=0)
    if classes == 2:
        answer = (said[:, 0] > (0.5 if activation == "sigmoid" else 0)).astype(int)
        area = metrics.roc_auc_score(y, said[:, 0])
        precision = metrics.average_precision_score(y, said[:, 0], pos_label=1)
    else:
        answer = said.argmax(axis=1)
        # scikit-learn wants probabilities; a class against the rest needs none.
        each = [metrics.roc_auc_score(y == number, said[:, number]) for number in range(3)]
        area = np.mean(each)
        each = [
            metrics.average_precision_score(y == number, said[:, number]) for number in range(3)
        ]
        precision = np.mean(each)
    wanted = {
        "balanced_accuracy": metrics.balanced_accuracy_score(y, answer),
        "f1_macro": metrics.f1_score(y, answer, average="macro"),
        "roc_auc": area,
        "average_precision": precision,
        "precision_macro": metrics.precision_score(y, answer, average="macro", zero_division=0),
        "mcc": metrics.matthews_corrcoef(y, answer),
    }
    if classes == 2:
        wanted["f1"] = metrics.f1_score(y, answer)
        wanted["precision"] = metrics.precision_score(y, answer, zero_division=0)
        wanted["recall"] = metrics.recall_score(y, answer, zero_division=0)
    found = values(wanted, experiment, tuple(network.get_weights()), x, y)
    assert found == pytest.approx(wanted, abs=1e-6)


def test_r2_is_scikit_learns_and_a_diverged_training_has_none(
    experiment_of: Callable[..., Experiment],
) -> None:
    stopping = {"validation_size": 50}
    experiment = experiment_of(
        "regression", "mse", metrics=["r2", "mse"], early_stopping=stopping, repeats=2
    )
    assert experiment.metrics == ("mse", "mae", "r2")
    network = build(experiment, (4,), 1)
    x, y = RNG.normal(size=(300, 4)).astype(np.float32), RNG.normal(size=300)
    split = Split(x[:200], y[:200], x[200:], y[200:])
    figures = {"loss": 0.0, "mse": 0.0, "mae": 0.0}
    weights = tuple(network.get_weights())
    trainings = [
        Training(0, False, figures, figures, {}, weights, 3, 1),
        Training(1, True, figures, figures, {}, weights, 3, 1),
    ]
    result = complete(experiment, (split,), trainings)
    said = network.predict(x, verbose=0)[:, 0]
    train = metrics.r2_score(y[:150], said[:150])  # without the rows held back
    test = metrics.r2_score(y[200:], said[200:])
    assert result.final("train", "r2") == pytest.approx([train, np.nan], nan_ok=True, abs=1e-6)
    assert result.final("test", "r2") == pytest.approx([test, np.nan], nan_ok=True, abs=1e-6)


def test_metrics_for_heavy_tails_are_scikit_learns(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("regression", "mse")
    network = build(experiment, (4,), 1)
    x, y = RNG.normal(size=(101, 4)).astype(np.float32), RNG.lognormal(0, 3, 101)
    said = network.predict(x, verbose=0)[:, 0]
    wanted = {
        "median_absolute_error": metrics.median_absolute_error(y, said),
        "mape": metrics.mean_absolute_percentage_error(y, said),
        "rmse": metrics.root_mean_squared_error(y, said),
        "explained_variance": metrics.explained_variance_score(y, said),
        **{
            f"pinball_{percent}": metrics.mean_pinball_loss(y, said, alpha=float(f"0.{percent}"))
            for percent in ("05", "10", "25", "50", "75", "90", "95")
        },
    }
    found = values(wanted, experiment, tuple(network.get_weights()), x, y)
    assert found == pytest.approx(wanted, rel=1e-5)
    outlier = np.where(np.arange(101) == 0, 1e9, y)
    of_outlier = values(wanted, experiment, tuple(network.get_weights()), x, outlier)
    name = "median_absolute_error"
    assert of_outlier[name] == pytest.approx(found[name], rel=0.1)


def test_of_a_single_class_there_is_no_correlation_and_no_recall(
    experiment_of: Callable[..., Experiment],
) -> None:
    """Whatever a test part holds, and without a warning."""
    experiment = experiment_of("binary classification", "bce")
    network = build(experiment, (4,), 1)
    weights = tuple(np.zeros(it.shape, np.float32) for it in network.weights)  # says class 0
    x, y = np.ones((9, 4), np.float32), np.zeros(9, int)
    names = ["mcc", "precision", "recall"]
    assert values(names, experiment, weights, x, y) == dict.fromkeys(names, 0.0)
    split = Split(x, y, x, y, ("0", "1"))
    asked = experiment.model_copy(update={"final_metrics": tuple(names)})
    constants = constants_of(asked, split)["test"]
    assert [constants[it] for it in names] == [0, 0, 0]


def test_of_answers_that_are_not_finite_there_is_no_metric(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("binary classification", "bce", metrics=["roc_auc"])
    shapes = ((2, 25), (25,), (25, 1), (1,))
    huge = tuple(np.full(shape, 3e38, np.float32) for shape in shapes)
    huge[2][::2] *= -1  # infinity less infinity
    x = np.ones((4, 2), np.float32)
    assert np.isnan(values(["roc_auc"], experiment, huge, x, np.array([0, 1, 0, 1]))["roc_auc"])


def test_nothing_further_is_computed_unless_it_is_asked_for(
    experiment_of: Callable[..., Experiment],
) -> None:
    training = Training(0, False, {"loss": 1.0}, {"loss": 1.0}, {}, ())
    split = Split(*(np.zeros((1, 1)) for _ in range(4)))
    (same,) = complete(experiment_of("regression", "mse"), (split,), [training]).trainings
    assert same is training


@pytest.mark.parametrize("transform", [None, "log"])
def test_metrics_of_a_mean_and_a_variance_are_of_the_mean(
    experiment_of: Callable[..., Experiment], transform: Any
) -> None:
    experiment = experiment_of("regression", "gaussian_nll")
    network = build(experiment, (4,), experiment.loss.row.units(TargetShape()))
    x, y = RNG.normal(size=(101, 4)).astype(np.float32), RNG.lognormal(0, 1, 101)
    weights = network.get_weights()
    weights[-1][1] = 1e6  # restored as a value of the target, the variance would be infinite
    network.set_weights(weights)
    way_back = TargetTransform(transform, 1.0, 0.5) if transform else None
    said = network.predict(x, verbose=0)[:, 0].astype(np.float64)
    said = np.exp(1.0 + 0.5 * said) if transform else said
    wanted = {
        "r2": metrics.r2_score(y, said),
        "median_absolute_error": metrics.median_absolute_error(y, said),
    }
    found = values(wanted, experiment, tuple(weights), x, y, way_back)
    assert found == pytest.approx(wanted, rel=1e-5)


def test_metrics_of_thresholds_are_of_the_classes_between_them(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("multi-class classification", "corn")
    network = build(experiment, (4,), experiment.loss.row.units(TargetShape(4)))
    x, y = RNG.normal(size=(400, 4)).astype(np.float32), RNG.choice(4, 400)
    network.set_weights([RNG.normal(0.1, 0.3, it.shape) for it in network.weights])
    # The paper's probabilities of being above each threshold, and what is between them.
    above = np.cumprod(1 / (1 + np.exp(-network.predict(x, verbose=0).astype(float))), axis=1)
    each = -np.diff(np.hstack([np.ones((400, 1)), above, np.zeros((400, 1))]))
    answer = (above > 0.5).sum(axis=1)
    assert {*answer} == {0, 1, 2, 3}
    assert (each.argmax(axis=1) != answer).any()  # so that the largest would be another rule
    wanted = {
        "balanced_accuracy": metrics.balanced_accuracy_score(y, answer),
        "f1_macro": metrics.f1_score(y, answer, average="macro"),
        "log_loss": metrics.log_loss(y, each),
        "brier": metrics.brier_score_loss(y, each, labels=np.arange(4)),
        "roc_auc": metrics.roc_auc_score(y, each, multi_class="ovr"),
    }
    found = values(wanted, experiment, tuple(network.get_weights()), x, y)
    assert found == pytest.approx(wanted, rel=1e-5)
    assert experiment.gives_probabilities


@pytest.mark.parametrize(
    ("problem", "loss", "link"),
    [
        ("multi-class classification", "squentropy", special.softmax),
        ("multi-class classification", "categorical_crossentropy", special.softmax),
        ("binary classification", "binary_crossentropy", None),
    ],
)
def test_metrics_of_probabilities_are_of_the_softmax_of_logits(
    experiment_of: Callable[..., Experiment], problem: str, loss: str, link: Any
) -> None:
    model = {"hidden": [6], "output_activation": "linear"}
    experiment = experiment_of(problem, loss, model=model)
    assert experiment.gives_probabilities
    classes = 3 if link else 2
    network = build(experiment, (4,), experiment.loss.row.units(TargetShape(classes)))
    x, y = RNG.normal(size=(200, 4)).astype(np.float32), RNG.choice(classes, 200)
    found = values(["log_loss", "brier"], experiment, tuple(network.get_weights()), x, y)
    units = network.predict(x, verbose=0).astype(float)
    said = link(units, axis=1) if link else special.expit(units[:, 0])
    assert found["log_loss"] == pytest.approx(metrics.log_loss(y, said), rel=1e-5)
    labels = {"labels": [0, 1, 2]} if link else {}
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(y, said, **labels), rel=1e-5)
