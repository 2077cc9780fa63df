"""What units mean, against the rules of the papers; and their losses far from where they belong."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import log_expit

from lossbench.config.experiment import Experiment
from lossbench.tables.losses import LOSSES
from lossbench.tables.losses.outputs import classes, margins, of_classes
from lossbench.training.scores import scores

UNITS = np.random.default_rng(0).normal(0.5, 2, (2000, 4)).astype(np.float32)
# The probability of being above each threshold, as Shi, Cao and Raschka 2021 multiply it.
ABOVE = np.cumprod(1 / (1 + np.exp(-UNITS.astype(float))), axis=1)
RANK = (ABOVE > 0.5).sum(axis=1)
FAR = [-3e38, -1e20, -1e4, -90, 0, 90, 1e4, 1e20, 3e38]


def test_thresholds_are_counted_as_in_the_paper_before_and_after_training(
    experiment_of: Callable[..., Experiment],
) -> None:
    assert {*RANK} == {0, 1, 2, 3, 4}
    found = margins("thresholds", UNITS)
    np.testing.assert_array_equal(classes("thresholds", found), RANK)
    np.testing.assert_array_equal(found > 0, ABOVE > 0.5)
    experiment = experiment_of("multi-class classification", "corn")
    accuracy = scores(experiment)[1 + experiment.metrics.index("accuracy")]
    for right in (RANK, np.roll(RANK, 1)):
        labels = tf.constant(right[:, None], tf.int32)
        np.testing.assert_array_equal(accuracy(labels, tf.constant(UNITS)), right == RANK)


def test_probabilities_of_classes_are_differences_of_those_of_thresholds() -> None:
    ends = np.ones((2000, 1)), np.zeros((2000, 1))
    expected = -np.diff(np.hstack([ends[0], ABOVE, ends[1]]))
    np.testing.assert_allclose(of_classes("thresholds", UNITS), expected, atol=1e-12)


def test_thresholds_far_away_leave_no_nan() -> None:
    units = np.array(np.meshgrid(FAR, FAR, FAR), np.float32).reshape(3, -1).T
    with np.errstate(over="ignore"):
        found = of_classes("thresholds", units)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
    certain = of_classes("thresholds", np.array([[1e4, -1e4, 0], [1e4, 1e4, 1e4]], np.float32))
    assert certain.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]


def value_and_gradient(
    name: str, y: np.ndarray, outputs: np.ndarray, **parameters: Any
) -> tuple[np.ndarray, np.ndarray]:
    function = LOSSES[name].function
    assert function
    prediction = tf.constant(outputs, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        loss = function(keras, tf.constant(y), prediction, **parameters)
    return loss.numpy(), tape.gradient(loss, prediction).numpy()


@pytest.mark.parametrize("right", [0, 1, 2])
def test_corn_is_right_however_far_its_outputs_are(right: int) -> None:
    units = np.array(np.meshgrid(FAR[1:-1], FAR[1:-1]), float).reshape(2, -1).T
    y = np.full((len(units), 1), right, np.int32)
    loss, gradient = value_and_gradient("corn", y, units)
    # Minus the logarithm of the probability of the class.
    passed = log_expit(units)[:, :right].sum(axis=1)
    stopped = log_expit(-units)[:, right] if right < 2 else 0
    np.testing.assert_allclose(loss, -(passed + stopped), rtol=1e-6, atol=1e-30)
    assert np.isfinite(gradient).all()
    assert (gradient[:, :right] <= 0).all()
    assert (gradient[:, right : right + 1] >= 0).all()
    assert (gradient[:, right + 1 :] == 0).all()


@pytest.mark.parametrize("eps", [1e-6, 0.5])
def test_gaussian_nll_is_right_however_far_its_outputs_are(eps: float) -> None:
    means, of_variance = [-1e6, -1e3, 0, 1e3, 1e6], [-1e20, -1e4, -90, -1, 0, 1, 90, 1e4, 1e20]
    outputs = np.array(np.meshgrid(means, of_variance), float).reshape(2, -1).T
    y = np.full((len(outputs), 1), 0.5, np.float32)
    loss, gradient = value_and_gradient("gaussian_nll", y, outputs, eps=eps)
    deviation = np.sqrt(np.logaddexp(0, outputs[:, 1]) + eps)
    expected = -stats.norm.logpdf(0.5, outputs[:, 0], deviation)
    np.testing.assert_allclose(loss, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        gradient[:, 0], (outputs[:, 0] - 0.5) / deviation**2, rtol=1e-5, atol=1e-20
    )
    assert np.isfinite(gradient).all()
