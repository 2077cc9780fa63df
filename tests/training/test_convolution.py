"""Convolutions as products of matrices against those of Keras."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lossbench.training import convolution
from lossbench.training.convolution import convolutions_as_products

RNG = np.random.default_rng(0)
GIVEN: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((9, 8, 3), (3, 2, 3, 4), {}),
    ((9, 8, 3), (3, 3, 3, 4), {"padding": "same"}),
    ((9, 8, 3), (2, 3, 3, 4), {"padding": "same", "strides": [2, 3]}),
    ((9, 8, 3), (2, 2, 3, 4), {"strides": 2}),
    ((9, 8, 3), (3, 2, 3, 4), {"padding": "same", "dilation_rate": [1, 2]}),
    ((9, 8, 3), (1, 1, 3, 4), {}),
    ((9, 3), (4, 3, 5), {"padding": "same", "strides": 2}),
    ((9, 3), (3, 3, 5), {"dilation_rate": 2}),
    ((4, 5, 6, 2), (2, 3, 2, 2, 3), {"padding": "same"}),
]


@pytest.mark.parametrize("few", [convolution.FEW_NUMBERS, 0])
@pytest.mark.parametrize(("row", "kernel", "given"), GIVEN)
def test_values_and_gradients_are_those_of_keras(
    row: tuple[int, ...],
    kernel: tuple[int, ...],
    given: dict[str, Any],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both where the windows are copied and where only the gradient is that of a product."""
    monkeypatch.setattr(convolution, "FEW_NUMBERS", few)
    x, weights = (tf.constant(RNG.normal(size=it), tf.float32) for it in ((5, *row), kernel))
    theirs, ours = of_both(x, weights, given)
    for one, other in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6 * np.abs(one).max())


def test_what_is_grouped_is_left_to_keras() -> None:
    x = tf.constant(RNG.normal(size=(5, 6, 6, 6)), tf.float32)
    weights = tf.constant(RNG.normal(size=(2, 2, 3, 4)), tf.float32)
    theirs, ours = of_both(x, weights, {})
    for one, other in zip(theirs, ours, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("few", "most", "forward", "backward"),
    [(10**6, 10**6, True, True), (0, 10**6, False, True), (0, 10, False, False)],
)
def test_windows_are_copied_where_they_are_few_and_never_where_they_would_fill_the_memory(
    few: int, most: int, forward: bool, backward: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolution, "FEW_NUMBERS", few)
    monkeypatch.setattr(convolution, "MOST_NUMBERS", most)
    x, weights = tf.ones((5, 9, 8, 3)), tf.ones((3, 3, 3, 4))

    def operations(of: Callable[..., Any]) -> set[str]:
        with convolutions_as_products():
            graph = tf.function(of, autograph=False).get_concrete_function(x, weights).graph
        return {it.type for it in graph.get_operations()}

    assert ("Conv2D" not in operations(keras.ops.conv)) == forward
    of_gradient = operations(lambda x, weights: computed(x, weights, {}))
    assert ("Conv2DBackpropFilter" not in of_gradient) == backward


def test_keras_is_as_before_afterwards() -> None:
    before = keras.src.backend.nn.conv
    with convolutions_as_products():
        assert keras.src.backend.nn.conv is not before
    assert keras.src.backend.nn.conv is before


def test_a_thread_that_is_done_leaves_another_its_products() -> None:
    before = keras.src.backend.nn.conv
    entered, left = Event(), Event()

    def other() -> bool:
        with convolutions_as_products():
            entered.set()
            left.wait()
            return keras.src.backend.nn.conv is not before

    with ThreadPoolExecutor(1) as thread:
        with convolutions_as_products():
            by_products = thread.submit(other)
            assert entered.wait(10)
        left.set()
        assert by_products.result()
    assert keras.src.backend.nn.conv is before


def of_both(x: tf.Tensor, weights: tf.Tensor, given: dict[str, Any]) -> list[list[Any]]:
    """What Keras and what products give: the values, and the gradients of a sum of squares."""
    theirs = computed(x, weights, given)
    with convolutions_as_products():
        return [theirs, computed(x, weights, given)]


def computed(x: tf.Tensor, weights: tf.Tensor, given: dict[str, Any]) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch([x, weights])
        found = keras.ops.conv(x, weights, **given)
        total = tf.reduce_sum(tf.square(found))
    return [found, *tape.gradient(total, [x, weights])]
