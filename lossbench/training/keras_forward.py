"""The hidden part of a network, computed by Keras from stored weights."""

from collections.abc import Sequence
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.sections.any_model import AnyModel
from lossbench.results.result import Array
from lossbench.tables.layers import Shape
from lossbench.training.batching import rows_at_once
from lossbench.training.convolution import convolutions_as_products
from lossbench.training.network import hidden_layers

KEPT = 4  # models of which other weights may follow


def hidden_outputs(model: AnyModel, weights: Sequence[Array], x: Array) -> Array:
    """What the last hidden layer gives for x of shape (rows, …): (rows, units).

    ``weights`` are those of the hidden layers.
    """
    row = x.shape[1:]
    with tf.device("CPU:0"):
        network = _network(type(model), model.model_dump_json(), row)
        network.set_weights(list(weights))
        step = rows_at_once(row)
        with convolutions_as_products():
            parts = [
                network(x[start : start + step], training=False).numpy()
                for start in range(0, len(x), step)
            ]
    return np.concatenate(parts)


@lru_cache(KEPT)
def _network(kind: type[AnyModel], choice: str, row: Shape) -> keras.Sequential:
    layers = hidden_layers(kind.model_validate_json(choice), row)
    return keras.Sequential([keras.Input(row), *layers])
