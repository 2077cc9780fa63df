"""Losses that are said to be the same function are, also by their values."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lossbench.config.sections.loss import LossChoice
from lossbench.tables.losses import encode
from lossbench.tables.losses.equal import equal_to

CLASSES = {"real": 0, "0/1": 2, "-1/1": 2, "one-hot": 3, "integer": 3}
ONE_CLASS = "the same function where each row has one class"
SAME = "the same function"
CHANCE = ": what differs between them is chance"
PAIRS = [
    ("kl_divergence", "sparse_categorical_crossentropy", ONE_CLASS, 1),
    ({"name": "poly_1", "epsilon": 0}, "categorical_crossentropy", ONE_CLASS, 1),
    ({"name": "bootstrapped", "beta": 1}, {"name": "poly_1", "epsilon": 0}, ONE_CLASS, 1),
    ({"name": "bootstrapped", "beta": 1, "hard": True}, "kl_divergence", ONE_CLASS, 1),
    ({"name": "logit_adjusted", "tau": 0}, "categorical_crossentropy", ONE_CLASS, 1),
    ({"name": "symmetric_cross_entropy", "alpha": 1, "beta": 0}, "kl_divergence", ONE_CLASS, 1),
    (
        {"name": "symmetric_cross_entropy", "alpha": 0.1, "beta": 0},
        "categorical_crossentropy",
        f"{SAME} but for a factor of 10",
        0.1,
    ),
    (
        {"name": "categorical_focal_crossentropy", "gamma": 0},
        "categorical_crossentropy",
        f"{SAME} but for a factor of 4",
        0.25,
    ),
    ({"name": "binary_focal_crossentropy", "gamma": 0}, "logistic", SAME, 1),
    ("logistic", "binary_crossentropy", SAME, 1),
    ("square_loss", {"name": "mse", "labels": "one-hot"}, SAME, 1),
    ({"name": "expectile", "expectile": 0.5}, "mse", f"{SAME} but for a factor of two", 0.5),
    ({"name": "quantile", "quantile": 0.5}, "mae", f"{SAME} but for a factor of two", 0.5),
]
OTHERS = [
    ("poly_1", "categorical_crossentropy"),
    ("symmetric_cross_entropy", "categorical_crossentropy"),
    ("bootstrapped", "categorical_crossentropy"),
    ("logit_adjusted", "categorical_crossentropy"),
    ("squentropy", "categorical_crossentropy"),
    ({"name": "bce", "label_smoothing": 0.1}, "logistic"),
    ("square_loss", "mse"),
    ({"name": "mse", "labels": "one-hot"}, "mse"),
    ({"name": "square_loss", "k": 2}, {"name": "mse", "labels": "one-hot"}),
    ({"name": "expectile", "expectile": 0.4}, "mse"),
    ({"name": "mae", "labels": "one-hot"}, {"name": "quantile", "quantile": 0.5}),
    (
        {"name": "categorical_focal_crossentropy", "gamma": 0, "alpha": [0.1, 0.2, 0.3]},
        "categorical_crossentropy",
    ),
    (
        {"name": "categorical_focal_crossentropy", "gamma": 0, "alpha": 0},
        "categorical_crossentropy",
    ),
]


def chosen(loss: Any) -> LossChoice:
    return LossChoice.model_validate(loss)


def values(loss: LossChoice) -> np.ndarray:
    """The loss of some rows, whose outputs are the same before their activation."""
    rng = np.random.default_rng(1)
    row, classes = loss.row, CLASSES[loss.row.labels]
    numbers = tf.constant(rng.normal(size=(20, 1 if classes < 3 else 3)), tf.float32)
    target = rng.integers(classes, size=20) if classes else rng.normal(size=20)
    y = encode(row.labels, target, classes)
    if row.class_shares:
        y = np.hstack([y, np.tile(np.float32([0.5, 0.3, 0.2]), (20, 1))])
    function: Callable[..., Any] = row.function or (
        lambda keras, *rows, **given: getattr(keras.losses, row.name)(*rows, **given)
    )
    outputs = keras.activations.get(row.activation)(numbers)
    return np.array(function(keras, tf.constant(y), outputs, **loss.parameters))


@pytest.mark.parametrize(("one", "other", "how", "factor"), PAIRS, ids=str)
def test_losses_that_are_one_function_are_told_to_be(
    one: Any, other: Any, how: str, factor: float
) -> None:
    first, second = chosen(one), chosen(other)
    for said in (equal_to(first, second), equal_to(second, first)):
        assert said.startswith(how + CHANCE)
        assert said.endswith("learning rates differed") == (factor != 1)
    np.testing.assert_allclose(values(first), factor * values(second), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("one", "other"), OTHERS, ids=str)
def test_losses_with_other_parameters_are_not(one: Any, other: Any) -> None:
    assert equal_to(chosen(one), chosen(other)) == ""
