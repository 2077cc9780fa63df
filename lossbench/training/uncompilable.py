"""Which layer of a network XLA cannot compile."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import keras
import tensorflow as tf

from lossbench.text import cut, described

ROWS = 2  # to try a layer with


class UncompilableLayer(ValueError):
    """XLA cannot compile a network; names the layer, where one is found."""


def uncompilable(model: keras.Sequential, error: Exception) -> UncompilableLayer:
    """What a person is told where a model cannot be compiled, which raised the error."""
    why = cut(described(error), 300)
    for layer in _layers(model):
        if reason := _reason_against(layer):
            kind = type(layer).__name__
            message = f"XLA cannot compile the layer '{layer.name}' ({kind}): {cut(reason, 300)}"
            return UncompilableLayer(message)
    return UncompilableLayer(f"XLA cannot compile this network: {why}")


def _layers(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers of a model and of the models inside it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def _reason_against(layer: keras.Layer) -> str:
    """Why a layer cannot be compiled by itself; empty where it can, or cannot be tried."""
    with suppress(AttributeError, ValueError):  # what layers inside of others are given is unknown
        inputs = keras.tree.map_structure(_example, layer.input)
        try:
            tf.function(_gradient, jit_compile=True, autograph=False)(layer, inputs)
        except Exception as error:
            return described(error)
    return ""


def _gradient(layer: keras.Layer, inputs: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
    return tape.gradient(outputs, inputs)


def _example(of: Any) -> tf.Tensor:
    return tf.zeros([ROWS, *of.shape[1:]], of.dtype)
