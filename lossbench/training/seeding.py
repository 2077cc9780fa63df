"""What a seed decides: the initial weights, the order of the rows and what layers draw.

Each of them is drawn from its own stream of random numbers. So a seed gives the same weights and
row orders whether or not the model has dropout.

The experiments of a sweep have the same seeds, and mostly as many rows. So the row orders that were
drawn last are kept, where they are few.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import keras
import numpy as np

from lossbench.results.result import Array
from lossbench.training.kernels import initial_kernel
from lossbench.training.network import layers_of

# How many numbers the orders of a training that are kept have at most, and of how many trainings
# they are kept: 32 MB.
FEW, KEPT = 2**17, 64


class Draws(NamedTuple):
    """What chance decides about a training.

    ``weights`` are the initial ones, in the order of ``model.weights``. ``orders`` has the
    permutations of the rows, (epochs, rows) for each call of a program, which are drawn when they
    are asked for. ``layers`` has a stream for each layer that draws.
    """

    weights: list[Array]
    orders: Iterable[Array]
    layers: Sequence[np.random.SeedSequence] = ()


def draw(seed: int, model: keras.Sequential, rows: int, calls: Sequence[int]) -> Draws:
    """Draw what a seed decides about training a perceptron on a number of rows.

    ``calls`` are the epochs of each call of a program.
    """
    dense, drawing = len(layers_of(model, keras.layers.Dense)), len(random_states(model))
    _, *layers = np.random.SeedSequence(seed).spawn(1 + dense + drawing)
    weights = initial_weights(model, layers[:dense])
    return Draws(weights, _orders(seed, rows, calls), layers[dense:])


def draw_anew(
    seed: int, build: Callable[[], keras.Sequential], rows: int, calls: Sequence[int]
) -> Draws:
    """The same for any network, which is built anew.

    Whatever its layers are, each of their initializers draws a seed of its own from the random
    numbers of Python and Keras, which the stream of the weights sets.
    """
    _, of_weights, of_layers = np.random.SeedSequence(seed).spawn(3)
    keras.utils.set_random_seed(int(of_weights.generate_state(1)[0]))
    model = build()
    layers = of_layers.spawn(len(random_states(model)))
    return Draws(model.get_weights(), _orders(seed, rows, calls), layers)


def _orders(seed: int, rows: int, calls: Sequence[int]) -> Iterable[Array]:
    if len(calls) == 1 and rows * calls[0] <= FEW:
        return [_kept_orders(seed, rows, calls[0])]
    stream, *_ = np.random.SeedSequence(seed).spawn(1)
    shuffle = np.random.default_rng(stream)
    return (_permutations(shuffle, rows, epochs) for epochs in calls)


@lru_cache(KEPT)
def _kept_orders(seed: int, rows: int, epochs: int) -> Array:
    stream, *_ = np.random.SeedSequence(seed).spawn(1)
    return _permutations(np.random.default_rng(stream), rows, epochs).astype(np.int32)


def _permutations(shuffle: np.random.Generator, rows: int, epochs: int) -> Array:
    """The same as a ``permutation`` for each epoch, (epochs, rows), but sooner."""
    orders = np.tile(np.arange(rows), (epochs, 1))
    return shuffle.permuted(orders, axis=1, out=orders)


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


def seed_layers(
    states: Sequence[keras.Variable], streams: Sequence[np.random.SeedSequence]
) -> None:
    """Let each layer that draws, such as dropout, draw from the start of its own stream.

    ``states`` are those of ``random_states``.
    """
    for state, stream in zip(states, streams, strict=True):
        # The state is a seed, and how often numbers were drawn from it.
        state.assign(np.array([stream.generate_state(1)[0], 0], np.uint32).astype(state.dtype))


def random_states(model: keras.Sequential) -> list[keras.Variable]:
    """The states of the random numbers of all layers, also of those inside of others."""
    weights = {id(it) for it in model.weights}
    return [it for it in model.variables if id(it) not in weights and it.shape == (2,)]


def _dense_weights(layer: keras.layers.Dense, stream: np.random.SeedSequence) -> Iterator[Array]:
    yield initial_kernel(layer.kernel_initializer, stream, tuple(layer.kernel.shape))
    yield np.zeros(layer.bias.shape, np.float32)


def _constant_weights(layer: keras.Layer) -> Iterator[Array]:
    """Batch normalisation as it starts in Keras: gamma and the variance 1, beta and the mean 0."""
    for weight in layer.weights:
        fill = np.ones if weight.name in ("gamma", "moving_variance") else np.zeros
        yield fill(weight.shape, np.float32)
