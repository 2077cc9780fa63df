"""Weights of classes against fit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras_fit import assert_equals_fit, split_of
from sklearn.utils.class_weight import compute_class_weight

from lossbench.config.experiment import Experiment
from lossbench.tables.losses import LOSSES

Make = Callable[..., Experiment]


@pytest.mark.parametrize(
    ("loss", "weights"),
    [
        pytest.param("hinge", {"1": 3.0, "0": 0.5}, marks=pytest.mark.thorough),
        ("sparse_categorical_crossentropy", "balanced"),
        pytest.param("categorical_crossentropy", {"2": 4.0}, marks=pytest.mark.thorough),
    ],
)
def test_class_weights_have_the_figures_of_fit(
    experiment_of: Make, loss: str, weights: Any
) -> None:
    row = LOSSES[loss]
    split = split_of(row.problem)
    model = {"hidden": [6]}
    experiment = experiment_of(row.problem, loss, class_weight=weights, model=model, epochs=2)
    numbers = np.unique(split.y_train)
    if weights == "balanced":
        each = compute_class_weight("balanced", classes=numbers, y=split.y_train)
        theirs = dict(zip(numbers.tolist(), each.tolist(), strict=True))
        assert len({*theirs.values()}) == 3
    else:
        # fit looks the labels up, and those of hinge are -1 and 1.
        theirs = {2 * int(it) - 1 if loss == "hinge" else int(it): weights[it] for it in weights}
    assert_equals_fit(experiment, split, class_weight=theirs)
