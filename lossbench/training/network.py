"""The Keras model of an experiment."""

import re
from collections.abc import Iterator

import keras
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.any_model import AnyModel
from lossbench.config.sections.layered_model import LayeredModel, NamedLayer
from lossbench.config.sections.model import Layer, Perceptron
from lossbench.config.sections.own_model import OwnModel
from lossbench.tables.layers import Shape
from lossbench.training.own_network import own_layers, own_network


def build(experiment: Experiment, row: Shape, units: int) -> keras.Sequential:
    """The untrained model for rows of a shape; its output layer has Keras's default initializer."""
    output = keras.layers.Dense(units, activation=experiment.output_activation)
    layers = [keras.Input(row), *hidden_layers(experiment.model, row), output]
    if isinstance(experiment.model, OwnModel):
        return own_network(experiment.model, layers)
    return keras.Sequential(layers)


def hidden_layers(model: AnyModel, row: Shape) -> list[keras.Layer]:
    """The layers before the output layer, for rows of a shape."""
    if isinstance(model, OwnModel):
        return own_layers(model, row)
    if isinstance(model, LayeredModel):
        return [_named(layer, model) for layer in model.layers]
    flat = [keras.layers.Flatten()] if len(row) > 1 else []
    return [*flat, *(part for layer in model.hidden_layers for part in _hidden(layer))]


def names_of_weights(experiment: Experiment, model: keras.Sequential) -> tuple[str, ...]:
    """The names of the model's weights, in their order; none for a perceptron.

    Those of a person's own model have the names of Keras, with the number of the layer that has
    them, from 1.
    """
    if isinstance(experiment.model, Perceptron):
        return ()
    known = experiment.model.weight_shapes(model.input_shape[1:], model.output_shape[1])
    if known is not None:
        return tuple(known)
    numbers: dict[str, int] = {}
    found: list[str] = []
    for weight in model.weights:
        layer, _, name = weight.path.rpartition("/")
        number = numbers.setdefault(layer, len(numbers) + 1)
        # The number at the end of a name that Keras made depends on the models made before.
        plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"_\d+$", "", name).lower()).strip("_0123456789")
        same = f"{plain or 'weight'}_{number}"
        further = sum(it == same or it.startswith(f"{same}_") for it in found)
        found.append(f"{same}_{further + 1}" if further else same)
    return tuple(found)


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
        # The seed here is replaced before every training (``seeding.seed_layers``).
        yield keras.layers.Dropout(layer.dropout, seed=0)


def _named(layer: NamedLayer, model: LayeredModel) -> keras.Layer:
    """A layer of the table as Keras has it."""
    given = dict(model.settings(layer))
    l1, l2 = given.pop("l1", 0.0), given.pop("l2", 0.0)
    if l1 or l2:
        given["kernel_regularizer"] = keras.regularizers.L1L2(l1, l2)
    return getattr(keras.layers, layer.name)(**given)


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
