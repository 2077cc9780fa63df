"""The section of the optimizer, whose learning rate may have a schedule."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from lossbench.config.sections.base import one_of, refuse_all
from lossbench.config.sections.named import Named, within
from lossbench.tables import optimizers
from lossbench.tables.optimizers import CLIPS, FORMER_PARAMETERS, SCHEDULES
from lossbench.text import nearest


class Optimizer(Named):
    """An optimizer of the table with its parameters; its learning rate may have a schedule."""

    name: Annotated[str, one_of(optimizers.NAMES)] = "SGD"

    @model_validator(mode="after")
    def _know_parameters(self) -> "Optimizer":
        table = optimizers.OPTIMIZERS[self.name]
        given = self.parameters
        rate = given.get("learning_rate")
        scheduled = {}
        if isinstance(rate, Mapping):
            scheduled = {"learning_rate": _schedule(rate)}
            del given["learning_rate"]
        values = within(table, given, self.name, former=FORMER_PARAMETERS) | scheduled
        clips = [name for name in CLIPS if values.get(name) is not None]
        for name in clips[1:]:
            message = f"cannot be combined with {clips[0]}; Keras takes one of {', '.join(CLIPS)}"
            refuse_all({(name,): (message, given[name])})
        if not values.get("use_ema"):
            for name in ("ema_momentum", "ema_overwrite_frequency"):
                if name in values:
                    refuse_all({(name,): ("has no effect without use_ema: true", values[name])})
        self._replace(values)
        return self


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule of the learning rate with its parameters."""
    at = ("learning_rate",)
    name = given.get("schedule")
    if not isinstance(name, str) or name not in SCHEDULES:
        message = f"is not a known schedule; {nearest(name, SCHEDULES)}"
        if "schedule" not in given:
            message = f"must be a number, or have a schedule: {', '.join(SCHEDULES)}"
            refuse_all({at: (message, dict(given))})
        refuse_all({(*at, "schedule"): (message, name)})
    rest = {key: value for key, value in given.items() if key != "schedule"}
    values = within(SCHEDULES[str(name)], rest, str(name), at, "schedule")
    if "boundaries" in values:
        boundaries, rates = values["boundaries"], values["values"]
        if not boundaries or list(boundaries) != sorted(set(boundaries)):
            message = "must be numbers of steps in rising order"
            refuse_all({(*at, "boundaries"): (message, boundaries)})
        if len(rates) != len(boundaries) + 1:
            message = f"must be {len(boundaries) + 1}: one more than the boundaries"
            refuse_all({(*at, "values"): (message, rates)})
    return {"schedule": name, **values}
