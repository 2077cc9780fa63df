"""Hyperparameters that a program reads from a variable."""

import numpy as np
import tensorflow as tf

from lossbench.training.variables import HyperparameterVariable, TracedFloat

RATE, POWER = ("optimizer", "rate"), ("optimizer", "power")


def computed(rate: float, power: float) -> list[float]:
    """Every operation that is traced, with the number on either side of it."""
    return [
        *(rate + 3, 3 + rate, rate - 3, 3 - rate, rate * 3, 3 * rate),
        *(rate / 3, 3 / rate, rate**3, 3**rate, -rate, rate**power - power / rate),
    ]


def test_a_program_computes_with_the_numbers_of_any_experiment() -> None:
    variable = HyperparameterVariable()
    traced = variable.traced({RATE: 0.1, POWER: 2.0})
    ours = computed(traced[RATE], traced[POWER])
    assert ours == computed(0.1, 2.0)
    assert {type(it) for it in ours} == {TracedFloat}
    tensors = tf.function(lambda: tf.stack([tf.convert_to_tensor(it) for it in ours]))
    tensors.get_concrete_function()
    for rate, power in ((0.1, 2.0), (0.7, 1.5)):
        variable.assign(variable.values({RATE: rate, POWER: power}))
        # In Python's precision, and then rounded, as for a constant of the program.
        assert tensors().numpy().tolist() == np.float32(computed(rate, power)).tolist()
    assert len(variable.positions) == len(ours)


def test_a_number_that_is_used_twice_has_one_element() -> None:
    variable = HyperparameterVariable()
    rate = variable.traced({RATE: 0.1})[RATE]
    for it in (rate, rate, 1 - rate, 1 - rate):
        tf.convert_to_tensor(it)
    assert len(variable.positions) == 2
