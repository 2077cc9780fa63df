"""The Keras model of an experiment, and the weights that a seed starts it with."""

from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Layer
from lossbench.results.result import Array


def build(experiment: Experiment, features: int, classes: int) -> keras.Sequential:
    """The untrained model; its output layer keeps Keras's default kernel initializer."""
    hidden = [part for layer in experiment.model.layers for part in _hidden(layer)]
    units = experiment.loss.row.units(classes)
    output = keras.layers.Dense(units, activation=experiment.output_activation)
    return keras.Sequential([keras.Input((features,)), *hidden, output])


def _hidden(layer: Layer) -> Iterator[keras.Layer]:
    normalized = layer.batch_normalization
    yield keras.layers.Dense(
        layer.units,
        activation=None if normalized else layer.activation,
        kernel_initializer=layer.kernel_initializer,
        kernel_regularizer=_penalty(layer) if layer.l1 or layer.l2 else None,
    )
    if normalized:
        yield keras.layers.BatchNormalization()
        yield keras.layers.Activation(layer.activation)
    if layer.dropout:
        # It is seeded anew for every training.
        yield keras.layers.Dropout(layer.dropout, seed=0)


def _penalty(layer: Layer) -> keras.regularizers.Regularizer:
    penalty = keras.regularizers.L1L2(layer.l1, layer.l2)
    # It makes floats of what it is given, which would be constants of a program.
    penalty.l1, penalty.l2 = layer.l1, layer.l2
    return penalty


def layers_of(model: keras.Sequential, kind: type[keras.Layer]) -> list[keras.Layer]:
    """The layers of a kind, in order."""
    return [layer for layer in model.layers if isinstance(layer, kind)]


def initial_weights(
    model: keras.Sequential, streams: Iterable[np.random.SeedSequence]
) -> list[Array]:
    """Fresh weights, in the order of ``model.weights``, each dense layer's from its own stream.

    One integer seed for all layers would make their weights copies of each other wherever the
    shapes allow, and the network would learn at half its speed.
    """
    streams = iter(streams)
    return [
        weight
        for layer in model.layers
        for weight in (
            _dense_weights(layer, next(streams))
            if isinstance(layer, keras.layers.Dense)
            else _constant_weights(layer)
        )
    ]


def seed_dropout(model: keras.Sequential, streams: Sequence[np.random.SeedSequence]) -> None:
    """Let each dropout layer draw from the start of a stream of its own."""
    for layer, stream in zip(layers_of(model, keras.layers.Dropout), streams, strict=True):
        state = layer.seed_generator.state
        # The state is a seed and how often it was drawn from.
        state.assign(np.array([stream.generate_state(1)[0], 0], np.uint32).astype(state.dtype))


def without_filling(model: keras.Sequential, x: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """The model in training, where the rows that are not in the mask enter no mean or variance.

    Called with a mask the model itself warns that its output has none.
    """
    for layer in model.layers:
        normalizes = isinstance(layer, keras.layers.BatchNormalization)
        x = layer(x, training=True, mask=mask) if normalizes else layer(x, training=True)
    return x


def _dense_weights(layer: keras.layers.Dense, stream: np.random.SeedSequence) -> Iterator[Array]:
    config = layer.kernel_initializer.get_config()
    if "seed" in config:
        config["seed"] = int(stream.generate_state(1)[0])
    initializer = type(layer.kernel_initializer).from_config(config)
    yield np.asarray(initializer(layer.kernel.shape))
    yield np.zeros(layer.bias.shape, np.float32)


def _constant_weights(layer: keras.Layer) -> Iterator[Array]:
    """Of batch normalisation, in Keras: gamma and the variance are 1, beta and the mean 0."""
    for weight in layer.weights:
        fill = np.ones if weight.name in ("gamma", "moving_variance") else np.zeros
        yield fill(weight.shape, np.float32)
