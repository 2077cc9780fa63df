"""The section of the optimizer, whose learning rate may have a schedule."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from lossbench.config.sections.base import one_of, refusal
from lossbench.config.sections.with_parameters import SectionWithParameters, with_defaults
from lossbench.tables import optimizers
from lossbench.tables.optimizers import CLIPS, FORMER_PARAMETERS, SCHEDULES
from lossbench.text import nearest

OF_EMA = ("ema_momentum", "ema_overwrite_frequency")


class Optimizer(SectionWithParameters):
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
        values = with_defaults(table, given, self.name, former=FORMER_PARAMETERS) | scheduled
        clips = [name for name in CLIPS if values.get(name) is not None]
        for name in clips[1:]:
            message = f"cannot be combined with {clips[0]}; Keras takes one of {', '.join(CLIPS)}"
            raise refusal(name, message, given[name])
        for name in OF_EMA if not values.get("use_ema") else ():
            if name in values:
                raise refusal(name, "has no effect without use_ema: true", values[name])
        self._replace(values)
        return self


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule of the learning rate with its parameters."""
    at = ("learning_rate",)
    if "schedule" not in given:
        message = f"must be a number, or have a schedule: {', '.join(SCHEDULES)}"
        raise refusal(at, message, dict(given))
    name = given["schedule"]
    if not isinstance(name, str) or name not in SCHEDULES:
        message = f"is not a known schedule; {nearest(name, SCHEDULES)}"
        raise refusal((*at, "schedule"), message, name)
    rest = {key: value for key, value in given.items() if key != "schedule"}
    values = with_defaults(SCHEDULES[name], rest, name, at, "schedule")
    if "boundaries" in values:
        boundaries, rates = values["boundaries"], values["values"]
        if not boundaries or list(boundaries) != sorted(set(boundaries)):
            message = "must be numbers of steps in rising order"
            raise refusal((*at, "boundaries"), message, boundaries)
        if len(rates) != len(boundaries) + 1:
            message = f"must be {len(boundaries) + 1}: one more than the boundaries"
            raise refusal((*at, "values"), message, rates)
    return {"schedule": name, **values}
