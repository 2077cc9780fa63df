"""The Keras optimizer of an experiment, which can start anew for every seed."""

from typing import Any

import keras
import tensorflow as tf

from lossbench.config.sections.optimizer import Optimizer
from lossbench.tables.parameters import is_number
from lossbench.training.values import Values, floats

State = list[tf.Tensor]


class RestartableOptimizer:
    """A Keras optimizer for the weights of a model, and the variables that it starts from."""

    def __init__(self, choice: Optimizer, model: keras.Sequential) -> None:
        self._weights = model.trainable_variables
        self.optimizer = _built(choice, self._weights)
        self._state = Values(_state(self.optimizer))
        # What other numbers than the learning rate give, and where that is among them.
        self._states: dict[str, tuple[State, int]] = {}

    def initial_state(self, choice: Optimizer) -> State:
        """The values of the optimizer's variables before the first step, with the learning rate.

        ``choice`` may have other numbers than the optimizer that a program was compiled with.
        """
        rate = choice.parameters["learning_rate"]
        if not is_number(rate):
            return Values(_state(_built(choice, self._weights))).tensors()
        # Tuning tries many learning rates, and to build an optimizer takes longer than an epoch.
        key = repr({**choice.parameters, "learning_rate": 0})
        if key not in self._states:
            built = _built(choice, self._weights)
            variables = _state(built)
            places = [variable is built._learning_rate for variable in variables]
            self._states[key] = Values(variables).tensors(), places.index(True)
        state, place = self._states[key]
        return [*state[:place], tf.constant(floats(rate)[0]), *state[place + 1 :]]

    def restart(self, state: State) -> None:
        """Forget all earlier steps. The model must have its initial weights by now."""
        self._state.assign(state)
        if self.optimizer.__class__.__name__ == "ScheduleFreeAdamW":  # Keras 3.12 does not have it
            for momentum, weight in zip(self.optimizer._momentums, self._weights, strict=True):
                momentum.assign(weight)

    @property
    def learning_rate(self) -> keras.Variable:
        """The variable of the learning rate, which only an optimizer without a schedule has."""
        return self.optimizer._learning_rate

    @property
    def averages(self) -> bool:
        """Whether the final weights are an average over the steps instead of the last weights."""
        return bool(self.optimizer.use_ema)

    def finish(self) -> None:
        """Give the model its final weights, as ``fit`` does at its end."""
        if self.averages:
            self.optimizer.finalize_variable_values(self._weights)


def _built(choice: Optimizer, weights: list[keras.Variable]) -> keras.optimizers.Optimizer:
    parameters = choice.parameters
    if isinstance(parameters["learning_rate"], dict):
        parameters["learning_rate"] = _schedule(parameters["learning_rate"])
    optimizer = getattr(keras.optimizers, choice.name)(name=choice.name, **parameters)
    optimizer.build(weights)
    return optimizer


def _state(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    # Nadam keeps a variable that is not in its ``variables``.
    own = [it for it in vars(optimizer).values() if isinstance(it, keras.Variable)]
    known = {id(variable): variable for variable in (*optimizer.variables, *own)}
    return list(known.values())


def _schedule(settings: dict[str, Any]) -> keras.optimizers.schedules.LearningRateSchedule:
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name != "schedule"
    }
    return getattr(keras.optimizers.schedules, settings["schedule"])(**values)
