"""An experiment with the values that tuning chose, or tries."""

from collections.abc import Mapping
from typing import Any

from lossbench.config.experiment import Experiment
from lossbench.config.grid import with_values
from lossbench.config.sections.tune import SECTIONS


def with_point(experiment: Experiment, point: Mapping[str, Any]) -> Experiment:
    """The experiment with other values at these dotted keys; raises ValidationError."""
    if not point:
        return experiment
    values = experiment.model_dump(include=set(SECTIONS))
    values = with_values(values, {tuple(key.split(".")): value for key, value in point.items()})
    given = {
        field.alias or name: getattr(experiment, name)
        for name, field in Experiment.model_fields.items()
    }
    changed = {key.partition(".")[0] for key in point}
    return Experiment.model_validate(given | {name: values[name] for name in changed})
