"""model.keras as plain Keras loads it."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import pytest
import tensorflow as tf
from kept_programs import kept_trainer

from lossbench.config.experiment import Experiment
from lossbench.results.result import Result, Training
from lossbench.tables.losses import LOSSES, TargetShape, encode
from lossbench.training.final_metrics import complete
from lossbench.training.network import build
from lossbench.training.saved_model import model_file
from lossbench.training.scores import scores

# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")]


def _load(content: bytes) -> keras.Sequential:
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(content)
        return keras.models.load_model(path)


def test_a_model_has_a_name_that_tensorflow_takes(result_of: Callable[..., Result]) -> None:
    result = result_of([1.0], name="rate=1e+30")
    content = model_file(result, result.experiment.dataset.load())
    assert content is not None
    assert _load(content).name == "rate_1e_30_seed_0"


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        pytest.param(
            name,
            activation,
            marks=()
            if activation == loss.activation and not loss.function
            else pytest.mark.thorough,
        )
        for name, loss in LOSSES.items()
        for activation in dict.fromkeys((loss.activations[0], loss.activations[-1]))
    ],
)
def test_a_loaded_model_has_the_loss_and_the_optimizer_it_was_trained_with(
    experiment_of: Callable[..., Experiment], loss: str, activation: str
) -> None:
    row = LOSSES[loss]
    other = activation != row.activation
    parameters = {"label_smoothing": 0.3} if "label_smoothing" in row.parameters else {}
    experiment = experiment_of(
        row.problem,
        {"name": loss, **parameters},
        name=loss,
        # What is the loss's own, such as softmax, is not to be named.
        model={"hidden": [3, 3]} | ({"output_activation": activation} if other else {}),
        optimizer={"learning_rate": 0.125, "momentum": 0.25},
    )
    split = experiment.dataset.load()
    features, classes = split.x_train.shape[1], len(split.classes)
    model = build(experiment, (features,), experiment.loss.row.units(TargetShape(classes)))
    figures = dict.fromkeys(("loss", *experiment.metrics), 1.0)
    training = Training(7, False, figures, figures, {}, tuple(model.get_weights()))
    content = model_file(Result(experiment, "", (training,)), split)
    assert content is not None
    loaded = _load(content)
    x, y = split.x_test[:50], encode(row.labels, split.y_test, classes)[:50]
    prediction = model(x)
    np.testing.assert_array_equal(loaded(x), prediction)
    if row.function:  # Keras has no such loss
        assert loaded.loss is None
        return
    expected = tf.reduce_mean(scores(experiment)[0](tf.constant(y), prediction))
    np.testing.assert_allclose(loaded.loss(y, loaded(x)), expected, rtol=1e-5)
    optimizer = loaded.optimizer.get_config()
    assert (optimizer["learning_rate"], optimizer["momentum"]) == (0.125, 0.25)


def test_the_metadata_have_what_restores_a_transformed_target(
    experiment_of: Callable[..., Experiment],
) -> None:
    data = {"generator": "load_diabetes", "target_transform": "log"}
    experiment = experiment_of("regression", "mse", dataset=data, repeats=1, epochs=1)
    split = experiment.dataset.load()
    result = complete(experiment, (split,), [kept_trainer(experiment, split)(0)])
    content = model_file(result, split)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        target = json.loads(archive.read("metadata.json"))["target"]
    logs = np.log(np.concatenate(split.measured)[: len(split.y_train)])
    assert target["name"] == "log"
    assert target["center"] == pytest.approx(logs.mean())
    assert target["scale"] == pytest.approx(logs.std())
    said = _load(content).predict(split.x_test, verbose=0)[:, 0]
    answer = np.exp(target["center"] + target["scale"] * said.astype(np.float64))
    mae = np.abs(answer - split.measured[1]).mean()
    assert result.final("test", "mae") == pytest.approx(mae, rel=1e-5)
