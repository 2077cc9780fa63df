"""The table of layers against Keras: parameters, and the shapes that a layer gives."""

import keras
import numpy as np
import pytest
from keras_signatures import defaults, signature

from lossbench.tables.layers import LAYERS, Shape, UnfitLayer

# What a parameter without a default is, and rows of the shapes that the layers take.
NEEDED = {
    "units": 3,
    "filters": 5,
    "kernel_size": 2,
    "pool_size": 2,
    "rate": 0.3,
    "stddev": 0.1,
    "scale": 2.0,
    "activation": "tanh",
    "input_dim": 7,
    "output_dim": 4,
    "target_shape": (4, 6),
}
ROWS: list[Shape] = [(24,), (6, 4), (4, 3, 2)]
OTHERS = [
    ("Conv2D", (6, 5, 2), {"strides": [2, 1], "padding": "same"}),
    ("Conv2D", (7, 8, 2), {"strides": 3, "kernel_size": [3, 2]}),
    ("Conv2D", (7, 8, 2), {"dilation_rate": [1, 3]}),
    ("Conv1D", (7, 3), {"padding": "causal", "strides": 2}),
    ("Conv1D", (7, 3), {"use_bias": False}),
    ("MaxPooling2D", (7, 5, 2), {"pool_size": [3, 2], "strides": 1}),
    ("AveragePooling2D", (7, 5, 2), {"padding": "same"}),
    ("LSTM", (7, 3), {"return_sequences": True, "use_bias": False}),
    ("GRU", (7, 3), {"return_sequences": True, "use_bias": False}),
]


def fitting(name: str) -> Shape:
    """Rows that a layer takes."""
    if name == "Embedding":
        return (24,)
    axes = 2 if "2D" in name else 1 if "1D" in name or name in ("LSTM", "GRU", "SimpleRNN") else 0
    return ROWS[axes]


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_parameters_of_keras(name: str) -> None:
    ours, theirs = dict(defaults(LAYERS[name].parameters)), signature(getattr(keras.layers, name))
    # A penalty is a number here, and by default some others are those of the model.
    of_model = ("activation", "kernel_initializer") if LAYERS[name].of_model else ()
    for key in ("l1", "l2", *of_model):
        ours.pop(key, None)
    # Keras has one size for each axis in places.
    theirs = {key: it[0] if isinstance(it, tuple) else it for key, it in theirs.items()}
    assert ours.items() <= theirs.items()


@pytest.mark.parametrize(
    ("name", "row", "given"),
    [*((name, fitting(name), {}) for name in LAYERS), *OTHERS],
)
def test_shapes_and_weights_are_those_of_keras(
    name: str, row: Shape, given: dict[str, object]
) -> None:
    parameters = LAYERS[name].parameters
    needed = {key: NEEDED[key] for key, it in parameters.items() if it.needed}
    settings = {key: it.default for key, it in parameters.items()} | needed | given
    shape, weights = LAYERS[name].given(row, settings)
    layer = getattr(keras.layers, name)(**needed | given)
    assert layer(np.zeros((2, *row))).shape == (2, *shape)
    assert [*weights.values()] == [it.shape for it in layer.weights]
    assert [*weights] == [it.name for it in layer.weights]


@pytest.mark.parametrize(
    ("name", "row", "given", "said"),
    [
        ("Conv2D", (6, 4), {}, r"takes rows of shape \(height, width, channels\), and gets \(6, 4"),
        ("Conv1D", (24,), {}, r"takes rows of shape \(steps, channels\), and gets \(24,\)"),
        ("Conv2D", (2, 2, 1), {"kernel_size": 3}, r"window of \(3, 3\), larger than its input of"),
        ("Conv2D", (6, 6, 1), {"kernel_size": [1, 2, 3]}, "needs 2 numbers for kernel_size"),
        ("Conv2D", (6, 6, 1), {"strides": 2, "dilation_rate": 2}, "both strides and a dilation"),
        ("MaxPooling1D", (1, 3), {}, r"window of \(2,\), larger than its input of \(1,\)"),
        ("Reshape", (5,), {}, r"makes \(4, 6\) of \(5,\), which has other numbers"),
        ("Embedding", (5, 2), {}, "takes rows of whole numbers"),
    ],
)
def test_what_a_layer_cannot_take_is_told(
    name: str, row: Shape, given: dict[str, object], said: str
) -> None:
    parameters = LAYERS[name].parameters
    needed = {key: NEEDED[key] for key, it in parameters.items() if it.needed}
    settings = {key: it.default for key, it in parameters.items()} | needed | given
    with pytest.raises(UnfitLayer, match=said):
        LAYERS[name].given(row, settings)
