"""What a network predicts without TensorFlow is what Keras predicts."""

from collections.abc import Callable

import numpy as np
import pytest

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import ACTIVATIONS
from lossbench.training.predict import ACTIVATIONS as FUNCTIONS
from lossbench.training.predict import decisions


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_keras(name: str) -> None:
    import keras

    x = np.linspace(-8, 8, 101).astype(np.float32)
    expected = np.asarray(keras.activations.get(name)(x))
    np.testing.assert_allclose(FUNCTIONS[name](x), expected, rtol=1e-4, atol=1e-5)


def test_decisions_of_several_units_are_positive_where_a_unit_is_the_largest(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("multi-class classification", "kl_divergence")
    weights = [np.eye(2), np.zeros(2), np.array([[1.0, 0, 0], [0, 2, 0]]), np.array([0, 0, 0.5])]
    # relu(3, 1) gives units 3, 2, 0.5.
    assert decisions(experiment, weights, np.array([3.0, 1.0])).tolist() == [1.0, -1.0, -2.5]
