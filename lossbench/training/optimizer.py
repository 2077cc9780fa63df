"""The Keras optimizer of an experiment, ready to be used for one training after another."""

from typing import Any

import keras

from lossbench.config.sections.optimizer import Optimizer
from lossbench.results.result import Array

State = list[Array]


class Descent:
    """An optimizer of Keras for the weights of a model."""

    def __init__(self, choice: Optimizer, model: keras.Sequential) -> None:
        self._weights = model.trainable_variables
        self.optimizer = _built(choice, self._weights)
        self._state = _state(self.optimizer)

    def initial_state(self, choice: Optimizer) -> State:
        """The state in which a choice of parameters starts, the learning rate included.

        ``choice`` may have other numbers than the optimizer that is built into a program.
        """
        return [variable.numpy() for variable in _state(_built(choice, self._weights))]

    def restart(self, state: State) -> None:
        """Forget all earlier steps; the model has its initial weights by now."""
        for variable, value in zip(self._state, state, strict=True):
            variable.assign(value)
        if self.optimizer.__class__.__name__ == "ScheduleFreeAdamW":  # Keras 3.12 has it not
            for momentum, weight in zip(self.optimizer._momentums, self._weights, strict=True):
                momentum.assign(weight)

    @property
    def averages(self) -> bool:
        """Whether the final weights are an average over the steps, and not the last ones."""
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
    # Nadam keeps a variable that it does not count among its variables.
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
