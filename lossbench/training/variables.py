"""Hyperparameters that a compiled program reads from a variable instead of holding constants.

Keras keeps the learning rate in a variable. But a momentum, a dropout rate or a loss's parameter is
a Python number: Keras computes with it, and what it hands to TensorFlow becomes a constant of the
program. A ``TracedFloat`` records what is computed with it, and becomes a variable where TensorFlow
takes it. For another experiment the same computation, in Python's precision, gives the value of the
variable, so that the program computes with the very number that the constant would have.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from lossbench.training.sharing import Keys
from lossbench.training.values import Values, floats

Hyperparameters = Mapping[Keys, float]
Compute = Callable[[Hyperparameters], float]
SIZE = 1024  # enough for three numbers of each of a hundred layers, and what is computed from them


class HyperparameterVariable:
    """A variable with an element for each number that a program takes, and how to compute it."""

    def __init__(self) -> None:
        # TensorFlow creates no variable while it traces a program, so this one is large enough.
        self.variable = tf.Variable(tf.zeros(SIZE), trainable=False)
        self._of_variable = Values([self.variable])
        self.positions: dict[str, int] = {}  # by the formula
        self._compute: list[Compute] = []

    def traced(self, hyperparameters: Hyperparameters) -> dict[Keys, "TracedFloat"]:
        """Each hyperparameter as a float that becomes an element of the variable when used."""
        return {
            keys: TracedFloat.make(number, str(keys), _read(keys), self)
            for keys, number in hyperparameters.items()
        }

    def element(self, formula: str, compute: Compute) -> tf.Tensor:
        """The element that holds the value of a formula; it is added at the first call."""
        if formula not in self.positions:
            if len(self.positions) == SIZE:
                raise OverflowError(f"a program takes more than {SIZE} hyperparameters")
            self.positions[formula] = len(self._compute)
            self._compute.append(compute)
        return self.variable[self.positions[formula]]

    def values(self, hyperparameters: Hyperparameters) -> tf.Tensor:
        """What the formula of every element gives for an experiment's hyperparameters.

        The program must be traced by then.
        """
        values = np.zeros(SIZE, np.float32)
        values[: len(self._compute)] = floats(*(it(hyperparameters) for it in self._compute))
        return tf.constant(values)

    def assign(self, values: tf.Tensor) -> None:
        """Set every element."""
        self._of_variable.assign([values])


def _read(keys: Keys) -> Compute:
    return lambda hyperparameters: hyperparameters[keys]


class TracedFloat(float):
    """A float that becomes a variable instead of a constant where TensorFlow takes it.

    The formula says how it is computed from the hyperparameters. Comparisons use the value of the
    experiment that is compiled. Where another value would compare differently, ``program_key``
    makes sure that the experiment has a program of its own.
    """

    dtype = float  # which Keras looks at before it makes a tensor of a number
    formula: str
    compute: Compute
    variable: HyperparameterVariable

    @classmethod
    def make(
        cls, value: float, formula: str, compute: Compute, variable: HyperparameterVariable
    ) -> "TracedFloat":
        """A traced float of a value, and how to compute it for another experiment."""
        traced = cls(value)
        traced.formula, traced.compute, traced.variable = formula, compute, variable
        return traced

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> tf.Tensor:
        """The element of the variable; TensorFlow asks for it wherever it takes a number."""
        value = self.variable.element(self.formula, self.compute)
        return tf.cast(value, dtype or tf.float32, name=name)

    def __neg__(self) -> "TracedFloat":
        return self.make(
            -float(self), f"-{self.formula}", lambda it: -self.compute(it), self.variable
        )


def _computation(number: float) -> tuple[Compute, str]:
    """How a number is computed from the hyperparameters, and the formula of it."""
    if isinstance(number, TracedFloat):
        return number.compute, number.formula
    return (lambda _: number), repr(number)


def _traced_operation(name: str, reflected: bool) -> Callable[..., Any]:
    function = getattr(operator, name)

    def operation(self: TracedFloat, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented  # a tensor's own operator then converts the float to a tensor
        compute_other, formula_of_other = _computation(other)

        def compute(hyperparameters: Hyperparameters) -> float:
            pair = (self.compute(hyperparameters), compute_other(hyperparameters))
            return float(function(*(pair[::-1] if reflected else pair)))

        values = (float(self), float(other))
        formulas = (self.formula, formula_of_other)
        if reflected:
            values, formulas = values[::-1], formulas[::-1]
        formula = f"{name}({', '.join(formulas)})"
        return self.make(float(function(*values)), formula, compute, self.variable)

    return operation


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(TracedFloat, f"__{_name}__", _traced_operation(_name, reflected=False))
    setattr(TracedFloat, f"__r{_name}__", _traced_operation(_name, reflected=True))
