"""The values of many variables, set and read at once.

Keras and TensorFlow look at each variable, value and device anew whenever they assign or read one.
Beside a training of some milliseconds that takes long: here they are looked at once.
"""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lossbench.results.result import Array


class Values:
    """Some variables, in their order, for as long as they live."""

    def __init__(self, variables: Iterable[keras.Variable | tf.Variable]) -> None:
        own = (it.value if isinstance(it, keras.Variable) else it for it in variables)
        self._variables = [(it.handle, it.dtype) for it in own]

    def assign(self, values: Iterable[Any]) -> None:
        """Give each variable its value, an array or a tensor of its shape and type."""
        for (handle, _), value in zip(self._variables, values, strict=True):
            tf.raw_ops.AssignVariableOp(resource=handle, value=value)

    def tensors(self) -> list[tf.Tensor]:
        """The values that they have now."""
        return [
            tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)
            for handle, dtype in self._variables
        ]

    def arrays(self) -> list[Array]:
        """The same as arrays of their own."""
        return [it.numpy() for it in self.tensors()]


def floats(*numbers: float) -> Array:
    """Numbers as float32; what is too large becomes infinite, as in Keras."""
    with np.errstate(over="ignore"):
        return np.array(numbers, np.float32)
