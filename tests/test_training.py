"""The engine against Keras's own fit: from the same weights and row orders, the same figures."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lossbench.datasets import Split
from lossbench.experiment import Experiment
from lossbench.losses import LOSSES, Loss, encode
from lossbench.network import build, initial_weights
from lossbench.training import compile_training

EPOCHS = 10
DATA = {
    "regression": ("make_regression", {"n_features": 20, "noise": 0.1}),
    "binary classification": ("make_circles", {"noise": 0.1}),
    "multi-class classification": ("make_blobs", {"centers": 3, "cluster_std": 2}),
}


def experiment_with(loss: Loss, **changes: Any) -> Experiment:
    generator, parameters = DATA[loss.problem]
    standardize = {"features": "all", "target": "all"} if loss.problem == "regression" else {}
    values = {
        "name": loss.name,
        "dataset": {
            "generator": generator,
            "n_samples": 1000,
            "random_state": 1,
            "standardize": standardize,
            **parameters,
        },
        "model": {"hidden": [25]},
        "loss": loss.name,
        "epochs": EPOCHS,
    }
    return Experiment.model_validate(values | changes)


def keras_metric(name: str, loss: Loss) -> str | Callable[..., Any]:
    """The metric as a Keras user would write it; Keras has no right accuracy for -1/1."""

    def accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.sign(prediction) == y, tf.float32)

    def rounded_accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(prediction) == y, tf.float32)

    if loss.labels == "-1/1":
        return {"accuracy": accuracy, "rounded_accuracy": rounded_accuracy}[name]
    return name


def fit(
    experiment: Experiment, split: Split, model: keras.Sequential, orders: list[np.ndarray]
) -> list[dict[str, list[float]]]:
    """The history of fit, an epoch at a time, for we give it the order of the rows."""
    loss = experiment.loss.row
    y_train = encode(loss.labels, split.y_train, len(split.classes))
    y_test = encode(loss.labels, split.y_test, len(split.classes))
    model.compile(
        loss=loss.name,
        optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9),
        metrics=[keras_metric(name, loss) for name in experiment.metrics],
    )
    return [
        model.fit(
            split.x_train[order],
            y_train[order],
            batch_size=experiment.batch_size,
            shuffle=False,
            validation_data=(split.x_test, y_test),
            verbose=0,
        ).history
        for order in orders
    ]


@pytest.mark.parametrize("batch_size", [32, 50], ids=["short last batch", "equal batches"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_every_epoch_has_the_figures_of_fit(loss: Loss, batch_size: int) -> None:
    experiment = experiment_with(loss, batch_size=batch_size)
    split = experiment.dataset.load()
    model = build(experiment, split.x_train.shape[1], len(split.classes))
    weights = initial_weights(model, np.random.SeedSequence(7).spawn(2))
    shuffle = np.random.default_rng(7)
    orders = [shuffle.permutation(500) for _ in range(EPOCHS)]

    ours = compile_training(experiment, split, model)(weights, orders)
    model.set_weights(weights)
    theirs = fit(experiment, split, model, orders)

    for row, prefix in enumerate(("", "val_")):
        for column, name in enumerate(("loss", *experiment.metrics)):
            figures = [epoch[prefix + name][0] for epoch in theirs]
            np.testing.assert_allclose(ours.history[:, row, column], figures, rtol=1e-6, atol=1e-6)
    for ours_layer, theirs_layer in zip(ours.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours_layer, theirs_layer, atol=1e-5)
