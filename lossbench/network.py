"""The Keras model of an experiment, and the weights that a seed starts it with."""

from collections.abc import Iterator

import keras
import numpy as np

from lossbench.experiment import Experiment
from lossbench.results import Array


def build(experiment: Experiment, features: int, classes: int) -> keras.Sequential:
    """The untrained model; its output layer keeps Keras's default kernel initializer."""
    model = experiment.model
    hidden = [
        keras.layers.Dense(
            width, activation=model.activation, kernel_initializer=model.kernel_initializer
        )
        for width in model.hidden
    ]
    units = experiment.loss.row.units(classes)
    output = keras.layers.Dense(units, activation=experiment.output_activation)
    return keras.Sequential([keras.Input((features,)), *hidden, output])


def initial_weights(model: keras.Sequential, streams: list[np.random.SeedSequence]) -> list[Array]:
    """Fresh weights, in the order of ``model.weights``, each layer's from a stream of its own.

    One integer seed for all layers would make their weights copies of each other wherever the
    shapes allow, and the network would learn at half its speed.
    """
    return [
        weight
        for layer, stream in zip(model.layers, streams, strict=True)
        for weight in _layer_weights(layer, stream)
    ]


def _layer_weights(layer: keras.layers.Dense, stream: np.random.SeedSequence) -> Iterator[Array]:
    config = layer.kernel_initializer.get_config()
    if "seed" in config:
        config["seed"] = int(stream.generate_state(1)[0])
    initializer = type(layer.kernel_initializer).from_config(config)
    yield np.asarray(initializer(layer.kernel.shape))
    yield np.zeros(layer.bias.shape, np.float32)
