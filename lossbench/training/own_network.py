"""The layers that a person's own function makes."""

from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakSet

import keras

from lossbench.config import own_function
from lossbench.config.sections.own_model import OwnModel
from lossbench.tables.layers import Shape, shown
from lossbench.text import cut, described

KIND = (
    "a model is a function of the shape of a row that returns Keras layers in a list, or a Keras "
    "model, up to the last hidden layer"
)
_given: WeakSet[keras.Layer] = WeakSet()  # that a function has returned


def own_layers(choice: OwnModel, row: Shape) -> list[keras.Layer]:
    """The layers, or the one model, for rows of a shape; raises ValueError where it makes none."""
    function = own_function.load(choice.function, KIND)
    try:
        made = function(row, **choice.parameters)
    except Exception as error:
        message = cut(described(error), 200)
        raise ValueError(f"{choice.function} raised {message}; {KIND}") from error
    layers = [made] if isinstance(made, keras.Layer) else made
    if not isinstance(layers, list | tuple) or not layers:
        raise ValueError(f"{choice.function} returns {type(made).__name__}; {KIND}")
    for layer in layers:
        if not isinstance(layer, keras.Layer):
            raise ValueError(f"{choice.function} returns {type(layer).__name__} as a layer; {KIND}")
    _refuse_old(choice, [it for layer in layers for it in _all_layers(layer)])
    return list(layers)


def own_network(choice: OwnModel, layers: Sequence[Any]) -> keras.Sequential:
    """The network of layers that a function made; raises ValueError where Keras cannot build it."""
    try:
        built = keras.Sequential(layers)
        _ = built.output_shape
    except Exception as error:
        message = f"makes a network that Keras cannot build: {cut(described(error), 300)}"
        raise ValueError(f"{choice.function} {message}; {KIND}") from error
    _check(choice, built)
    return built


def _all_layers(layer: keras.Layer) -> Iterator[keras.Layer]:
    yield layer
    for inner in layer.layers if isinstance(layer, keras.Model) else ():
        yield from _all_layers(inner)


def _refuse_old(choice: OwnModel, layers: Sequence[keras.Layer]) -> None:
    """Raise ValueError where a function gives layers again, which have the weights of before."""
    if any(it in _given for it in layers):
        message = "returns layers that it has returned before: it must make new ones at each call"
        raise ValueError(f"{choice.function} {message}")
    _given.update(layers)


def _check(choice: OwnModel, model: keras.Model) -> None:
    """Raise ValueError where a model that a function made cannot be trained and stored."""
    if len(model.output_shape) != 2:
        *_, hidden = model.layers[:-1]
        given = shown([it for it in hidden.output.shape if it is not None])
        message = f"gives rows of shape {given}, and the output layer needs one axis: add Flatten"
        raise ValueError(f"{choice.function} {message}")
    for weight in model.weights:
        if weight.dtype != "float32":
            message = f"has a weight {weight.path} of {weight.dtype}, and only float32 is stored"
            raise ValueError(f"{choice.function} {message}")
