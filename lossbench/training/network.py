"""The Keras model of an experiment."""

from collections.abc import Iterator

import keras
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Layer


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
        # The seed here is replaced before every training (``seeding.seed_dropout``).
        yield keras.layers.Dropout(layer.dropout, seed=0)


def _penalty(layer: Layer) -> keras.regularizers.Regularizer:
    penalty = keras.regularizers.L1L2(layer.l1, layer.l2)
    # Keras converts what it is given to plain floats, which would be constants of the program.
    penalty.l1, penalty.l2 = layer.l1, layer.l2
    return penalty


def layers_of(model: keras.Sequential, kind: type[keras.Layer]) -> list[keras.Layer]:
    """The layers of a kind, in order."""
    return [layer for layer in model.layers if isinstance(layer, kind)]


def call_with_mask(model: keras.Sequential, x: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """The model's output in training mode, with means and variances of the rows in the mask only.

    The mask goes to the layers of batch normalisation alone: a model that is called with a mask
    warns that its output has none.
    """
    for layer in model.layers:
        normalizes = isinstance(layer, keras.layers.BatchNormalization)
        x = layer(x, training=True, mask=mask) if normalizes else layer(x, training=True)
    return x
