"""Networks of any layers: against fit, and what a seed decides about them."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from kept_programs import kept_trainer
from keras_fit import assert_equals_fit
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import Result
from lossbench.training.answers import values
from lossbench.training.network import build, names_of_weights
from lossbench.training.saved_model import model_file
from lossbench.training.seeding import draw_anew
from lossbench.training.train import trainer

Make = Callable[..., Experiment]

CODE = """
import keras
from keras import layers

def residual(shape, width):
    inputs = keras.Input(shape)
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(inputs)
    y = layers.Conv2D(width, 3, padding="same")(x)
    y = layers.BatchNormalization()(y)
    x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))

def attention(shape):
    inputs = keras.Input(shape)
    x = layers.Dense(4)(inputs)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
    return keras.Model(inputs, layers.Flatten()(x))

def listed(shape, rate=0.3):
    return [layers.Bidirectional(layers.LSTM(3)), layers.GaussianNoise(0.1), layers.Dropout(rate)]
"""
IMAGES, SEQUENCES, TOKENS = (6, 6, 2), (8, 3), (8,)
# The shape of a row, the model, and whether a layer draws random numbers.
NETWORKS: dict[str, tuple[tuple[int, ...], dict[str, Any], bool]] = {
    "cnn": (
        IMAGES,
        {"layers": [{"Conv2D": {"filters": 3, "kernel_size": 3}}, "MaxPooling2D", "Flatten"]},
        False,
    ),
    "cnn of all kinds": (
        IMAGES,
        {
            "layers": [
                {"Conv2D": {"filters": 3, "kernel_size": [2, 3], "strides": 2, "padding": "same"}},
                "BatchNormalization",
                {"Conv2D": {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "l2": 0.01}},
                {"SpatialDropout2D": 0.2},
                "GlobalAveragePooling2D",
                {"Dense": {"units": 5, "activation": "tanh"}},
                {"Dropout": 0.3},
            ]
        },
        True,
    ),
    "conv1d": (
        SEQUENCES,
        {
            "layers": [
                {"Conv1D": {"filters": 4, "kernel_size": 3, "padding": "causal"}},
                {"AveragePooling1D": {"pool_size": 3, "padding": "same"}},
                "GlobalMaxPooling1D",
            ]
        },
        False,
    ),
    "lstm": (SEQUENCES, {"layers": [{"LSTM": 4}]}, False),
    "lstm with dropout": (
        SEQUENCES,
        {"layers": [{"LSTM": {"units": 4, "dropout": 0.2, "recurrent_dropout": 0.1}}]},
        True,
    ),
    "gru": (
        SEQUENCES,
        {"layers": [{"GRU": {"units": 4, "return_sequences": True}}, {"SimpleRNN": 3}]},
        False,
    ),
    "embedding": (
        TOKENS,
        {
            "layers": [
                {"Embedding": {"input_dim": 9, "output_dim": 3}},
                "LayerNormalization",
                "Flatten",
            ]
        },
        False,
    ),
    "residual": (IMAGES, {"function": "own_networks:residual", "width": 3}, False),
    "attention": (SEQUENCES, {"function": "own_networks:attention"}, False),
    "listed": (SEQUENCES, {"function": "own_networks:listed"}, True),
}
DRAWING = [name for name, (*_, draws) in NETWORKS.items() if draws]


@pytest.fixture(autouse=True)
def own_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("own_networks", None)
    Path("own_networks.py").write_text(CODE)


def split_of(row: tuple[int, ...]) -> Split:
    """Seventy rows of three classes to train on, which batches of 32 do not divide."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 9, (100, *row)) if row == TOKENS else rng.normal(size=(100, *row))
    y = np.digitize(x.reshape(100, -1)[:, :6].sum(axis=1), [-1, 1] if row != TOKENS else [20, 28])
    x = x.astype(np.float32)
    return Split(x[:70], y[:70], x[70:], y[70:], ("a", "b", "c"))


def experiment_with(experiment_of: Make, model: dict[str, Any], **changes: Any) -> Experiment:
    problem, loss = "multi-class classification", "categorical_crossentropy"
    return experiment_of(problem, loss, **{"model": model, "epochs": 2} | changes)


thorough = pytest.mark.thorough


# Each compiles a program of many operations: all but the first are for CI.
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(it, marks=() if it == "cnn" else thorough) for it in NETWORKS]
)
def test_a_network_has_the_figures_of_fit(experiment_of: Make, name: str) -> None:
    row, model, draws = NETWORKS[name]
    experiment = experiment_with(experiment_of, model)
    # Compiled by XLA, fit draws the same numbers.
    assert_equals_fit(experiment, split_of(row), jit=draws)


@pytest.mark.thorough
@pytest.mark.parametrize("name", DRAWING)
def test_a_seed_has_the_same_bits_alone_and_after_others(experiment_of: Make, name: str) -> None:
    row, model, _ = NETWORKS[name]
    experiment, split = experiment_with(experiment_of, model), split_of(row)
    train = trainer(experiment, split)
    first, other, again = train(1), train(2), train(1)
    assert same_bits(first, again)
    assert same_bits(first, trainer(experiment, split)(1))
    assert not np.array_equal(first.weights[0], other.weights[0])


@pytest.mark.thorough
# Without penalties on weights, the loss is the log loss.
@pytest.mark.parametrize("name", ["cnn", "lstm with dropout", "listed"])
def test_metrics_of_stored_weights_are_those_of_the_training(
    experiment_of: Make, name: str
) -> None:
    row, model, _ = NETWORKS[name]
    experiment, split = experiment_with(experiment_of, model, epochs=1), split_of(row)
    training = trainer(experiment, split)(0)
    found = values(["log_loss"], experiment, training.weights, split.x_test, split.y_test)
    assert found["log_loss"] == pytest.approx(training.test["loss"], rel=1e-5)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param((1, 6), marks=thorough),
        pytest.param((2, 3), marks=thorough),
        (2, 1, 3),
    ],
)
def test_a_perceptron_flattens_rows_of_any_shape(experiment_of: Make, row: tuple[int, ...]) -> None:
    flat = split_of((6,))
    shaped = replace(
        flat, x_train=flat.x_train.reshape(-1, *row), x_test=flat.x_test.reshape(-1, *row)
    )
    experiment = experiment_with(experiment_of, {"hidden": [4]}, epochs=1)
    one, other = (kept_trainer(experiment, it)(0) for it in (flat, shaped))
    assert same_bits(one, other)
    found = values(["log_loss"], experiment, other.weights, shaped.x_test, shaped.y_test)
    assert found["log_loss"] == pytest.approx(other.test["loss"], rel=1e-5)


def test_layers_start_with_independent_weights(experiment_of: Make) -> None:
    layer = {"Conv2D": {"filters": 16, "kernel_size": 3, "padding": "same"}}
    experiment = experiment_with(experiment_of, {"layers": [layer, layer, "Flatten"]})
    first, _, second, *_ = draw_anew(0, partial(build, experiment, (6, 6, 16), 3), 70, [1]).weights
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.1  # four deviations: 0.08


def test_weights_of_a_persons_own_model_have_names_that_no_other_model_changes(
    experiment_of: Make,
) -> None:
    experiment = experiment_with(experiment_of, NETWORKS["attention"][1])
    first, second = (
        names_of_weights(experiment, build(experiment, SEQUENCES, 3)) for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)
    assert first[:4] == ("kernel_1", "bias_1", "kernel_2", "bias_2")
    assert "gamma_6" in first


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 5", "own_networks:body returns int; a model is a function of the shape"),
        ("return [5]", "own_networks:body returns int as a layer"),
        ("return []", "own_networks:body returns list"),
        ("raise RuntimeError('no')", "own_networks:body raised RuntimeError: no; a model"),
        ("return layers.Dense(3)", "gives rows of shape (8, 3), and the output layer needs one"),
        ("return [layers.Flatten(), Counting()]", "of int32, and only float32 is stored"),
        (
            "a, b = (keras.Input(shape) for _ in 'ab'); return keras.Model([a, b], a + b)",
            "own_networks:body makes a network that Keras cannot build: ",
        ),
        (
            "return layers.Lambda(lambda x: float(x[0, 0]) * x)",
            "own_networks:body makes a network that Keras cannot build: ",
        ),
    ],
)
def test_what_is_no_model_is_told(experiment_of: Make, body: str, said: str) -> None:
    with Path("own_networks.py").open("a") as file:
        file.write(
            f"""
class Counting(layers.Layer):
    def build(self, shape):
        self.count = self.add_weight(shape=(1,), dtype="int32", trainable=False, name="count")
    def call(self, x):
        return x

def body(shape):
    {body}
"""
        )
    experiment = experiment_with(experiment_of, {"function": "own_networks:body"})
    with pytest.raises(ValueError, match="own_networks:body") as error:
        build(experiment, SEQUENCES, 3)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "body",
    [
        "return [layers.Flatten(), KEPT]",
        "x = keras.Input(shape); return keras.Model(x, KEPT(layers.Flatten()(x)))",
    ],
)
def test_layers_that_are_kept_from_one_call_to_the_next_are_refused(
    experiment_of: Make, body: str
) -> None:
    """Their weights would be those of another seed."""
    with Path("own_networks.py").open("a") as file:
        file.write(f"\nKEPT = layers.Dense(3)\ndef body(shape):\n    {body}\n")
    experiment = experiment_with(experiment_of, {"function": "own_networks:body"})
    build(experiment, SEQUENCES, 3)
    with pytest.raises(ValueError, match="own_networks:body returns layers that it has returned"):
        build(experiment, SEQUENCES, 3)


def test_a_layer_that_xla_cannot_compile_is_named(experiment_of: Make) -> None:
    with Path("own_networks.py").open("a") as file:
        file.write(
            """
import tensorflow as tf

class Asking(layers.Layer):
    def call(self, x):
        return tf.ensure_shape(tf.py_function(lambda it: it, [x], tf.float32), x.shape)

def body(shape):
    inputs = keras.Input(shape)
    x = layers.Dense(4)(layers.Flatten()(inputs))
    return keras.Model(inputs, Asking(name="asking")(x))
"""
        )
    experiment = experiment_with(experiment_of, {"function": "own_networks:body"})
    with pytest.raises(ValueError, match="XLA cannot compile the layer 'asking' \\(Asking\\)"):
        trainer(experiment, split_of(SEQUENCES))


def test_own_code_is_checked_against_keras_alone(experiment_of: Make) -> None:
    """A model may be a Keras model, whose layers are those that Keras runs."""
    experiment = experiment_with(experiment_of, NETWORKS["residual"][1])
    model = build(experiment, IMAGES, 3)
    assert isinstance(model.layers[0], keras.Model)
    assert model.output_shape == (None, 3)


@pytest.mark.thorough
# Keras reads the learning rate in a way that NumPy deprecates.
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
@pytest.mark.parametrize("given", ["", "object()"])
def test_a_model_with_a_layer_of_ones_own_is_stored_where_keras_can(
    experiment_of: Make, given: str
) -> None:
    with Path("own_networks.py").open("a") as file:
        file.write(
            f"""
class Scaled(layers.Layer):
    def __init__(self, {"by, " * bool(given)}**given):
        super().__init__(**given)
    def call(self, x):
        return 2 * x

def body(shape):
    return [layers.Flatten(), Scaled({given}), layers.Dense(4)]
"""
        )
    experiment = experiment_with(experiment_of, {"function": "own_networks:body"}, repeats=1)
    split = split_of(SEQUENCES)
    training = trainer(experiment, split)(0)
    content = model_file(Result(experiment, "", (training,), split.classes), split)
    if given:  # which no file can hold
        assert content is None
        return
    assert content is not None
    Path("model.keras").write_bytes(content)
    kinds = {"Scaled": sys.modules["own_networks"].Scaled}
    loaded = keras.models.load_model("model.keras", custom_objects=kinds)
    found = loaded.evaluate(split.x_test, np.eye(3)[split.y_test], verbose=0)
    assert found == pytest.approx(training.test["loss"], rel=1e-5)
