"""Numbers that a compiled program reads from variables, where Keras would build them into it.

Keras holds the learning rate in a variable, but a momentum, a dropout or a loss's parameter is a
number of Python's: it computes with it, and what it hands to TensorFlow becomes a constant of the
program. An Argument is such a number that notes what is computed with it, and becomes a variable
where TensorFlow takes it. Another experiment's value is put into the variable by the same
computation, in Python's precision, so that the program computes with the very number the constant
would have.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from lossbench.training.sharing import Place

Numbers = Mapping[Place, float]
Compute = Callable[[Numbers], float]
ROOM = 1024  # for three of each of the hundred layers, with what is computed of them


class Slots:
    """A variable with a place for each number that a program takes, and how to compute it."""

    def __init__(self) -> None:
        # TensorFlow lets no variable be made while a program is: there is room for all.
        self.variable = tf.Variable(tf.zeros(ROOM), trainable=False)
        self.places: dict[str, int] = {}  # by the formula
        self._compute: list[Compute] = []

    def arguments(self, numbers: Numbers) -> dict[Place, "Argument"]:
        """An argument for each of the numbers; the places are taken while a program is traced."""
        return {
            place: Argument.make(number, str(place), _read(place), self)
            for place, number in numbers.items()
        }

    def tensor(self, formula: str, compute: Compute) -> tf.Tensor:
        """What a formula gives of an experiment's numbers; the same formula has one place."""
        if formula not in self.places:
            if len(self.places) == ROOM:
                raise OverflowError(f"a program takes more than {ROOM} numbers")
            self.places[formula] = len(self._compute)
            self._compute.append(compute)
        return self.variable[self.places[formula]]

    def fill(self, numbers: Numbers) -> None:
        """Put what is computed of an experiment's numbers in its places."""
        values = np.zeros(ROOM, np.float32)
        with np.errstate(over="ignore"):  # what is too large is infinite, as it is in Keras
            values[: len(self._compute)] = [compute(numbers) for compute in self._compute]
        self.variable.assign(values)


def _read(place: Place) -> Compute:
    return lambda numbers: numbers[place]


class Argument(float):
    """A float that becomes a variable instead of a constant.

    It is compared as a float: an experiment with which a comparison would end otherwise needs
    another program (``programs.key`` tells them apart). The formula says how it is computed.
    """

    dtype = float  # what Keras asks of a number before it makes a tensor of it
    formula: str
    compute: Compute
    slots: Slots

    @classmethod
    def make(cls, value: float, formula: str, compute: Compute, slots: Slots) -> "Argument":
        """An argument of a value, and what another experiment has in its place."""
        argument = cls(value)
        argument.formula, argument.compute, argument.slots = formula, compute, slots
        return argument

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> tf.Tensor:
        """The number in the variable, asked for by TensorFlow wherever it takes a number."""
        value = self.slots.tensor(self.formula, self.compute)
        return tf.cast(value, dtype or tf.float32, name=name)

    def __neg__(self) -> "Argument":
        return self.make(-float(self), f"-{self.formula}", lambda it: -self.compute(it), self.slots)


def _as_function(number: float) -> tuple[Compute, str]:
    """How a number follows from an experiment's, and the formula of that."""
    if isinstance(number, Argument):
        return number.compute, number.formula
    return (lambda _: number), repr(number)


def _computing(name: str, reflected: bool) -> Callable[..., Any]:
    function = getattr(operator, name)

    def operation(self: Argument, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented  # a tensor's own operator asks for ours as a tensor
        theirs, formula_of_theirs = _as_function(other)

        def compute(numbers: Numbers) -> float:
            pair = (self.compute(numbers), theirs(numbers))
            return float(function(*(pair[::-1] if reflected else pair)))

        values = (float(self), float(other))
        formulas = (self.formula, formula_of_theirs)
        if reflected:
            values, formulas = values[::-1], formulas[::-1]
        formula = f"{name}({', '.join(formulas)})"
        return self.make(float(function(*values)), formula, compute, self.slots)

    return operation


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Argument, f"__{_name}__", _computing(_name, reflected=False))
    setattr(Argument, f"__r{_name}__", _computing(_name, reflected=True))
