"""Numbers that a compiled program reads from variables, where Keras would build them into it.

Keras holds the learning rate in a variable, but a momentum or a loss's parameter is a number of
Python's: it computes with it, and what it hands to TensorFlow becomes a constant of the program.
An Argument is such a number that notes what is computed with it, and becomes a variable where
TensorFlow takes it. Another experiment's value is put into the variable by the same computation,
in Python's precision, so that the program computes with the very number the constant would have.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from lossbench.experiment import Experiment
from lossbench.programs import arguments

Of = Callable[[Experiment], float]
ROOM = 64


class Slots:
    """A variable with a place for each number that a program takes, and what to put there."""

    def __init__(self) -> None:
        # TensorFlow lets no variable be made while a program is: there is room for all.
        self.variable = tf.Variable(tf.zeros(ROOM))
        self._of: list[Of] = []

    def take(self, of: Of) -> int:
        """A place for a number that is computed from an experiment."""
        self._of.append(of)
        if len(self._of) > ROOM:
            raise OverflowError(f"a program takes more than {ROOM} numbers")
        return len(self._of) - 1

    def fill(self, experiment: Experiment) -> None:
        """Put the numbers of an experiment in their places."""
        numbers = np.zeros(ROOM, np.float32)
        numbers[: len(self._of)] = [of(experiment) for of in self._of]
        self.variable.assign(numbers)


class Argument(float):
    """A float that becomes a variable instead of a constant.

    It is compared as a float: an experiment with which a comparison would end otherwise needs
    another program (``programs.key`` tells them apart).
    """

    dtype = float  # what Keras asks of a number before it makes a tensor of it
    of: Of
    slots: Slots
    place: int | None = None

    @classmethod
    def make(cls, value: float, of: Of, slots: Slots) -> "Argument":
        """An argument of a value, and what another experiment has in its place."""
        argument = cls(value)
        argument.of, argument.slots = of, slots
        return argument

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> tf.Tensor:
        """The number in the variable, asked for by TensorFlow wherever it takes a number."""
        if self.place is None:
            self.place = self.slots.take(self.of)
        return tf.cast(self.slots.variable[self.place], dtype or tf.float32, name=name)

    def __neg__(self) -> "Argument":
        return self.make(-float(self), lambda it: -self.of(it), self.slots)


def _computing(function: Callable[[Any, Any], Any], reflected: bool) -> Callable[..., Any]:
    def compute(self: Argument, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented  # a tensor's own operator asks for ours as a tensor

        def of(experiment: Experiment) -> float:
            mine = self.of(experiment)
            its = other.of(experiment) if isinstance(other, Argument) else other
            return float(function(its, mine) if reflected else function(mine, its))

        pair = (float(other), float(self)) if reflected else (float(self), float(other))
        return self.make(float(function(*pair)), of, self.slots)

    return compute


for _name in ("add", "sub", "mul", "truediv", "pow"):
    _function = getattr(operator, _name)
    setattr(Argument, f"__{_name}__", _computing(_function, reflected=False))
    setattr(Argument, f"__r{_name}__", _computing(_function, reflected=True))


def with_arguments(experiment: Experiment) -> tuple[Experiment, Slots]:
    """The experiment with arguments in place of numbers, to build a program of.

    The slots' places are taken while the program is traced.
    """
    slots = Slots()
    changed = {}
    for section, numbers in arguments(experiment).items():
        made = {
            name: Argument.make(number, _parameter(section, name), slots)
            for name, number in numbers.items()
        }
        changed[section] = getattr(experiment, section).model_copy(update=made)
    return experiment.model_copy(update=changed), slots


def _parameter(section: str, name: str) -> Of:
    return lambda experiment: float(getattr(experiment, section).parameters[name])
