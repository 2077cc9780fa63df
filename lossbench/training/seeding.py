"""What a seed decides: the initial weights, the order of the rows and what layers draw.

Each of them is drawn from its own stream of random numbers. So a seed gives the same weights and
row orders whether or not the model has dropout.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np

from lossbench.results.result import Array
from lossbench.training.network import layers_of


class Draws(NamedTuple):
    """What chance decides about a training.

    ``weights`` are the initial ones, in the order of ``model.weights``. ``orders`` has a
    permutation of the rows for each epoch, and ``layers`` a stream for each layer that draws.
    """

    weights: list[Array]
    orders: Iterable[Array]
    layers: Sequence[np.random.SeedSequence] = ()


def draw(seed: int, model: keras.Sequential, rows: int, epochs: int) -> Draws:
    """Draw what a seed decides about training a perceptron on a number of rows for some epochs."""
    dense, drawing = len(layers_of(model, keras.layers.Dense)), len(random_states(model))
    order, *layers = np.random.SeedSequence(seed).spawn(1 + dense + drawing)
    weights = initial_weights(model, layers[:dense])
    return Draws(weights, _orders(order, rows, epochs), layers[dense:])


def draw_anew(seed: int, build: Callable[[], keras.Sequential], rows: int, epochs: int) -> Draws:
    """The same for any network, which is built anew.

    Whatever its layers are, each of their initializers draws a seed of its own from the random
    numbers of Python and Keras, which the stream of the weights sets.
    """
    order, of_weights, of_layers = np.random.SeedSequence(seed).spawn(3)
    keras.utils.set_random_seed(int(of_weights.generate_state(1)[0]))
    model = build()
    layers = of_layers.spawn(len(random_states(model)))
    return Draws(model.get_weights(), _orders(order, rows, epochs), layers)


def _orders(stream: np.random.SeedSequence, rows: int, epochs: int) -> Iterator[Array]:
    shuffle = np.random.default_rng(stream)
    return (shuffle.permutation(rows) for _ in range(epochs))


def initial_weights(
    model: keras.Sequential, streams: Iterable[np.random.SeedSequence]
) -> list[Array]:
    """Initial weights in the order of ``model.weights``; each dense layer draws from its stream.

    With one integer seed for all layers, their weights would be copies of each other wherever the
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


def seed_layers(model: keras.Sequential, streams: Sequence[np.random.SeedSequence]) -> None:
    """Let each layer that draws, such as dropout, draw from the start of its own stream."""
    for state, stream in zip(random_states(model), streams, strict=True):
        # The state is a seed, and how often numbers were drawn from it.
        state.assign(np.array([stream.generate_state(1)[0], 0], np.uint32).astype(state.dtype))


def random_states(model: keras.Sequential) -> list[keras.Variable]:
    """The states of the random numbers of all layers, also of those inside of others."""
    weights = {id(it) for it in model.weights}
    return [it for it in model.variables if id(it) not in weights and it.shape == (2,)]


def _dense_weights(layer: keras.layers.Dense, stream: np.random.SeedSequence) -> Iterator[Array]:
    config = layer.kernel_initializer.get_config()
    if "seed" in config:
        config["seed"] = int(stream.generate_state(1)[0])
    initializer = type(layer.kernel_initializer).from_config(config)
    yield np.asarray(initializer(layer.kernel.shape))
    yield np.zeros(layer.bias.shape, np.float32)


def _constant_weights(layer: keras.Layer) -> Iterator[Array]:
    """Batch normalisation as it starts in Keras: gamma and the variance 1, beta and the mean 0."""
    for weight in layer.weights:
        fill = np.ones if weight.name in ("gamma", "moving_variance") else np.zeros
        yield fill(weight.shape, np.float32)
