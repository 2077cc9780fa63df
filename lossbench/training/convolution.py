"""Convolutions as products of matrices, which XLA computes many times as fast on a CPU.

XLA has no fast code for the gradient of a small convolution: two layers of 64 filters took 56 times
as long. So while a program is traced, a convolution of Keras becomes what it is by definition: the
windows of the input side by side, times the kernel. Where these windows are many, as where a part
is evaluated, to copy them takes longer than to multiply, and XLA's own convolution is faster by
half. Then the gradient alone is that of the product.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import product
from math import prod
from typing import Any, NamedTuple

import keras
import tensorflow as tf

# In the windows of a batch: how many are copied, and for how many there is a gradient by products.
# What is larger is convolved by Keras.
FEW_NUMBERS, MOST_NUMBERS = 2**20, 2**26

_counting = threading.Lock()
_inside = 0  # how many threads convolve by products now


@contextmanager
def convolutions_as_products() -> Iterator[None]:
    """Let Keras's layers and ``keras.ops.conv`` convolve by products.

    Of several threads at a time, the last one puts Keras's function back.
    """
    global _inside
    functions = keras.src.backend.nn  # where keras.ops.conv looks for it at every call
    with _counting:
        if not _inside:
            functions.conv = _by_products(functions.conv)
        _inside += 1
    try:
        yield
    finally:
        with _counting:
            _inside -= 1
            if not _inside:
                functions.conv = functions.conv.__wrapped__


def _by_products(kerass: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(kerass)
    def conv(
        inputs: Any,
        kernel: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
    ) -> Any:
        def whole(inputs: Any, kernel: Any) -> Any:
            return kerass(inputs, kernel, strides, padding, data_format, dilation_rate)

        axes = len(kernel.shape) - 2
        steps, rates = (
            tuple(it) if isinstance(it, Sequence) else (it,) * axes
            for it in (strides, dilation_rate)
        )
        windows = None
        if data_format in (None, "channels_last"):
            windows = _windows(inputs.shape, kernel.shape, steps, padding, rates)
        if windows is None or windows.numbers > MOST_NUMBERS:
            return whole(inputs, kernel)
        kernel = tf.convert_to_tensor(kernel)
        # XLA's own code is no faster in three dimensions.
        if windows.numbers <= FEW_NUMBERS or axes > 2:
            return windows.times(inputs, kernel)
        return _with_gradient_of(windows.times, whole)(inputs, kernel)

    return conv


class _Windows(NamedTuple):
    """The windows of a batch: ``counts`` along each axis, where ``around`` is added at its ends."""

    around: Sequence[Sequence[int]]
    counts: Sequence[int]
    strides: Sequence[int]
    dilation: Sequence[int]
    numbers: int

    def times(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """The convolution of inputs, (rows, …, channels), as a product."""
        *window, channels, filters = kernel.shape
        padded = tf.pad(inputs, [[0, 0], *self.around, [0, 0]])
        windows = [
            padded[(slice(None), *_places(offsets, self.counts, self.strides, self.dilation))]
            for offsets in product(*map(range, window))
        ]
        side_by_side = tf.reshape(tf.concat(windows, axis=-1), (-1, prod(window) * channels))
        answer = side_by_side @ tf.reshape(kernel, (-1, filters))
        return tf.reshape(answer, (inputs.shape[0], *self.counts, filters))


def _windows(
    inputs: Sequence[Any],
    kernel: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
) -> _Windows | None:
    """The windows of inputs of a shape; None where it is not known, or the kernel is grouped."""
    rows, *sizes, channels = inputs
    *window, of_kernel, _ = kernel
    if None in (rows, *sizes, channels) or channels != of_kernel:
        return None
    wide = [rate * (size - 1) + 1 for size, rate in zip(window, dilation, strict=True)]
    missing = [0] * len(sizes)
    if padding == "same":
        missing = [
            max(((size - 1) // step) * step + it - size, 0)
            for size, step, it in zip(sizes, strides, wide, strict=True)
        ]
    # As in TensorFlow, the side of the end has one more where the number is odd.
    around = [[it // 2, it - it // 2] for it in missing]
    counts = [
        (size + more - it) // step + 1
        for size, more, it, step in zip(sizes, missing, wide, strides, strict=True)
    ]
    numbers = rows * prod(counts) * prod(window) * channels
    return _Windows(around, counts, strides, dilation, numbers)


def _with_gradient_of(
    other: Callable[..., tf.Tensor], function: Callable[..., tf.Tensor]
) -> Callable[..., tf.Tensor]:
    """The function, whose gradient is computed by another one that gives the same."""

    def both(*given: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        def gradient(of_answer: tf.Tensor) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(given)
                answer = other(*given)
            return tape.gradient(answer, given, of_answer)

        return function(*given), gradient

    found: Callable[..., tf.Tensor] = tf.custom_gradient(both)
    return found


def _places(
    offsets: Sequence[int], counts: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Iterator[slice]:
    """Where one place of the window lies at each of its positions, along each axis."""
    for offset, count, step, rate in zip(offsets, counts, strides, dilation, strict=True):
        first = offset * rate
        yield slice(first, first + (count - 1) * step + 1, step)
