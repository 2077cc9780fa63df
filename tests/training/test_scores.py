"""Losses and metrics: every loss against fit, and metrics against what they should be."""

from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras_fit import assert_equals_fit, split_of
from loss_parameters import other_parameters
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.tables.losses import LOSSES, Loss, encode
from lossbench.training.batching import encoded
from lossbench.training.program import compile_program
from lossbench.training.scores import scores
from lossbench.training.sharing import program_key
from lossbench.training.train import trainer

pytestmark = pytest.mark.slow

Make = Callable[..., Experiment]
# One of each kind of labels and outputs that needs code of its own; mse is compared with fit in
# test_batching.py, and integer labels in test_class_weight.py.
OF_EACH_KIND = {
    ("logit_adjusted", "linear"),
    ("binary_crossentropy", "linear"),
    ("gaussian_nll", "linear"),
    ("corn", "linear"),
}
ON_CLASSES = {("mean_squared_error", "softmax")}


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        pytest.param(
            loss,
            activation,
            id=f"{loss.name} {activation}",
            marks=() if (loss.name, activation) in OF_EACH_KIND else pytest.mark.thorough,
        )
        for loss in LOSSES.values()
        for activation in (loss.activation, *(("linear",) if loss.logits else ()))
    ],
)
def test_every_loss_has_the_figures_of_fit(
    experiment_of: Make, loss: Loss, activation: str
) -> None:
    experiment = experiment_of(
        loss.problem,
        {"name": loss.name, **other_parameters(loss)},
        model={"hidden": [6], "output_activation": activation},
        epochs=2,
    )
    assert_equals_fit(experiment, split_of(loss.problem, loss.targets))


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        pytest.param(
            loss.name,
            activation,
            marks=() if (loss.name, activation) in ON_CLASSES else pytest.mark.thorough,
        )
        for loss in LOSSES.values()
        for activation in loss.on_classes
    ],
)
def test_a_loss_of_real_targets_trains_on_three_classes_as_fit_does(
    experiment_of: Make, loss: str, activation: str
) -> None:
    parameters = other_parameters(LOSSES[loss])
    experiment = experiment_of(
        "multi-class classification",
        {"name": loss, "labels": "one-hot", **parameters},
        model={"hidden": [6], "output_activation": activation},
        epochs=2,
    )
    assert_equals_fit(experiment, split_of("multi-class classification"))


@pytest.mark.thorough
def test_the_class_shares_are_those_of_the_rows_that_are_trained_on(experiment_of: Make) -> None:
    """Two data of one shape share a program, and each has the shares of its own rows."""
    split = split_of("multi-class classification")
    y = split.y_train.copy()
    y[:20] = 2
    other = replace(split, y_train=y)
    experiment = experiment_of(
        "multi-class classification",
        "logit_adjusted",
        model={"hidden": [6]},
        epochs=2,
        early_stopping={"patience": 5, "validation_size": 30},
    )
    assert program_key(experiment, split) == program_key(experiment, other)
    program = compile_program(experiment, split)
    assert same_bits(trainer(experiment, other, program)(3), trainer(experiment, other)(3))
    labels, _ = encoded(experiment, other)
    shares = np.bincount(y[:60]) / 60
    np.testing.assert_allclose(labels[:, 3:], np.tile(shares, (90, 1)), rtol=1e-6)
    stopping = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    assert_equals_fit(experiment, other, callbacks=[stopping])


@pytest.mark.parametrize("loss", [it for it in LOSSES.values() if it.problem != "regression"])
def test_a_perfect_classifier_scores_one_and_its_negation_zero(
    experiment_of: Make, loss: Loss
) -> None:
    experiment = experiment_of(loss.problem, loss.name)
    classes = 2 if loss.problem.startswith("binary") else 3
    truth = np.arange(12) % classes
    y = encode(loss.labels, truth, classes)
    sure = np.eye(classes)[truth] if classes > 2 else encode(loss.labels, truth, 2)
    wrong = 1 - sure if loss.labels != "-1/1" else -sure
    barely = 0.5 + 0.01 * (sure - 0.5) if loss.labels != "-1/1" else 0.01 * sure
    if loss.outputs == "thresholds":  # of which the first one tells class 0 from all above it
        sure = np.where(truth[:, None] > [0, 1], 9.0, -9.0)
        wrong, barely = -sure, np.where(truth[:, None] > [0, 1], 1.0, -0.01)
    at = 1 + experiment.metrics.index("accuracy")
    accuracy = scores(experiment)[at]

    def mean(prediction: np.ndarray) -> float:
        return float(np.mean(accuracy(y, tf.constant(prediction, tf.float32))))

    assert (mean(sure), mean(barely), mean(wrong)) == (1.0, 1.0, 0.0)


def test_rounded_accuracy_counts_a_prediction_within_the_margin_as_wrong(
    experiment_of: Make,
) -> None:
    experiment = experiment_of("binary classification", "hinge")
    score = scores(experiment)[1 + experiment.metrics.index("rounded_accuracy")]
    y = tf.constant([[1.0], [1.0], [1.0], [-1.0]])
    prediction = tf.constant([[0.51], [0.5], [-0.9], [-0.6]])
    assert score(y, prediction).numpy().tolist() == [1.0, 0.0, 0.0, 1.0]
