"""The initial kernels of dense layers, as Keras draws them from a seed.

The experiments of a sweep have the same seeds, so the small kernels that were drawn last are kept.
"""

import math
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lossbench.results.result import Array
from lossbench.tables.layers import Shape

# How many numbers a kernel that is kept has at most, and how many kernels are kept: 16 MB.
SMALL, KEPT = 2**12, 1024
SEEDS = 2**31 - 2  # Keras takes the remainder of a seed by it
PHILOX = tf.random.Algorithm.PHILOX.value


def initial_kernel(
    initializer: keras.initializers.Initializer, stream: np.random.SeedSequence, shape: Shape
) -> Array:
    """A kernel of a shape (inputs, units), which must not be changed."""
    kind: Any = type(initializer)
    seed = int(stream.generate_state(1)[0]) if hasattr(initializer, "seed") else None
    return _kept(kind, seed, shape) if math.prod(shape) <= SMALL else drawn(kind, seed, shape)


def drawn(kind: Any, seed: int | None, shape: Shape) -> Array:
    """The kernel that Keras's initializer of a kind draws; ``seed`` is None where it draws none."""
    initializer = kind() if seed is None else kind(seed=seed)
    if seed is not None and getattr(initializer, "distribution", None) == "uniform":
        return _uniform(_limit(initializer.scale, initializer.mode, *shape), seed, shape)
    return np.asarray(initializer(shape))


_kept = lru_cache(KEPT)(drawn)


def _limit(scale: float, mode: str, inputs: int, units: int) -> float:
    """How far the uniform distribution goes, in Keras's own steps."""
    fans = {"fan_in": inputs, "fan_out": units, "fan_avg": (inputs + units) / 2}
    return math.sqrt(3.0 * (scale / max(1.0, fans[mode])))


def _uniform(limit: float, seed: int, shape: Shape) -> Array:
    """The numbers of ``keras.random.uniform``, by the two operations that draw them.

    Keras's way to them takes longer than all else that a training needs beside its program.
    """
    # TensorFlow takes arrays sooner than lists and tuples.
    given, size = np.array([seed % SEEDS, 0], np.int32), np.array(shape, np.int32)
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=given)
    draws = tf.raw_ops.StatelessRandomUniformV2(shape=size, key=key, counter=counter, alg=PHILOX)
    low, high = np.float32(-limit), np.float32(limit)
    return np.asarray(draws.numpy() * (high - low) + low)
