"""The Keras optimizer of an experiment, ready to be used for one training after another."""

from typing import Any

import keras

from lossbench.experiment import Optimizer
from lossbench.results import Array


class Descent:
    """An optimizer of Keras, and the state that every training starts it from."""

    def __init__(self, choice: Optimizer, model: keras.Sequential) -> None:
        parameters = choice.parameters
        if isinstance(parameters["learning_rate"], dict):
            parameters["learning_rate"] = _schedule(parameters["learning_rate"])
        self.optimizer = getattr(keras.optimizers, choice.name)(name=choice.name, **parameters)
        self.optimizer.build(model.trainable_variables)
        self._weights = model.trainable_variables
        # Nadam keeps a variable that it does not count among its variables.
        own = [it for it in vars(self.optimizer).values() if isinstance(it, keras.Variable)]
        known = {id(variable): variable for variable in (*self.optimizer.variables, *own)}
        self._state = list(known.values())
        self._fresh: list[Array] = [variable.numpy() for variable in self._state]

    def restart(self, choice: Optimizer) -> None:
        """Forget all earlier steps; the model has its initial weights by now.

        ``choice`` may have another learning rate, unless that follows a schedule.
        """
        for variable, value in zip(self._state, self._fresh, strict=True):
            variable.assign(value)
        learning_rate = choice.parameters["learning_rate"]
        if not isinstance(learning_rate, dict):
            self.optimizer.learning_rate = learning_rate
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


def _schedule(settings: dict[str, Any]) -> keras.optimizers.schedules.LearningRateSchedule:
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name != "schedule"
    }
    return getattr(keras.optimizers.schedules, settings["schedule"])(**values)
