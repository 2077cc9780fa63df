"""Convolutions as products of matrices, which XLA computes many times as fast on a CPU.

XLA has no fast code for the gradient of a small convolution: two layers of 64 filters took 56 times
as long. So while a program is traced, a convolution of Keras becomes what it is by definition: the
windows of the input side by side, times the kernel.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from math import prod
from typing import Any

import keras
import tensorflow as tf

MOST_NUMBERS = 2**26  # in the windows of a batch; a larger one is convolved by Keras


@contextmanager
def convolutions_as_products() -> Iterator[None]:
    """Let Keras's layers and ``keras.ops.conv`` convolve by products."""
    functions = keras.src.backend.nn  # where keras.ops.conv looks for it at every call
    kerass = functions.conv

    def conv(
        inputs: Any,
        kernel: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
    ) -> Any:
        axes = len(kernel.shape) - 2
        steps, rates = (
            tuple(it) if isinstance(it, Sequence) else (it,) * axes
            for it in (strides, dilation_rate)
        )
        if data_format in (None, "channels_last"):
            found = _as_product(inputs, tf.convert_to_tensor(kernel), steps, padding, rates)
            if found is not None:
                return found
        return kerass(inputs, kernel, strides, padding, data_format, dilation_rate)

    functions.conv = conv
    try:
        yield
    finally:
        functions.conv = kerass


def _as_product(
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
) -> tf.Tensor | None:
    """The convolution of inputs (rows, …, channels); None where it is not worth it, or grouped."""
    rows, *sizes, channels = inputs.shape
    *window, of_kernel, filters = kernel.shape
    if None in (rows, *sizes, channels) or channels != of_kernel:
        return None
    wide = [rate * (size - 1) + 1 for size, rate in zip(window, dilation, strict=True)]
    if padding == "same":
        missing = [
            max(((size - 1) // step) * step + it - size, 0)
            for size, step, it in zip(sizes, strides, wide, strict=True)
        ]
        # As in TensorFlow, the side of the end has one more where the number is odd.
        around = [[it // 2, it - it // 2] for it in missing]
        inputs = tf.pad(inputs, [[0, 0], *around, [0, 0]])
        sizes = [size + it for size, it in zip(sizes, missing, strict=True)]
    counts = [(size - it) // step + 1 for size, it, step in zip(sizes, wide, strides, strict=True)]
    if rows * prod(counts) * prod(window) * channels > MOST_NUMBERS:
        return None
    windows = [
        inputs[(slice(None), *_places(offsets, counts, strides, dilation))]
        for offsets in product(*map(range, window))
    ]
    side_by_side = tf.reshape(tf.concat(windows, axis=-1), (-1, prod(window) * channels))
    answer = side_by_side @ tf.reshape(kernel, (-1, filters))
    return tf.reshape(answer, (rows, *counts, filters))


def _places(
    offsets: Sequence[int], counts: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Iterator[slice]:
    """Where one place of the window lies at each of its positions, along each axis."""
    for offset, count, step, rate in zip(offsets, counts, strides, dilation, strict=True):
        first = offset * rate
        yield slice(first, first + (count - 1) * step + 1, step)
