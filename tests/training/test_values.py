"""Values of variables, set and read at once."""

import keras
import numpy as np
import tensorflow as tf

from lossbench.training.values import Values


def test_what_was_assigned_or_read_does_not_change_with_the_variable() -> None:
    variables = [tf.Variable(tf.zeros((40, 50))), keras.Variable(np.zeros(3, np.float32))]
    values, given = Values(variables), [np.ones((40, 50), np.float32), np.ones(3, np.float32)]
    for _ in range(2):
        values.assign(given)
        read = values.arrays()
        for variable in variables:
            variable.assign_add(tf.ones(variable.shape))
        assert [it.max() for it in (*given, *read)] == [1] * 4
        assert [it.min() for it in values.arrays()] == [2, 2]
