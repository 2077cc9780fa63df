"""A weighted sum of losses: the key ``sum`` of the section of the loss."""

from collections.abc import Mapping
from typing import Any

from lossbench.config.sections.base import ABSENT, refusal, refuse
from lossbench.config.sections.with_parameters import with_defaults
from lossbench.config.unclear_number import unclear_number
from lossbench.tables import losses
from lossbench.tables.losses import LOSSES
from lossbench.tables.losses.summed import misfit
from lossbench.tables.parameters import Parameter
from lossbench.text import unknown

WEIGHT = "weight"
OF_WEIGHT = Parameter(1.0, low_excluded=True)
EXAMPLE = "{mean_squared_error: 0.7, huber: {weight: 0.3, delta: 2.0}}"

# The weight and the parameters of each term, by the name that the config has for its loss.
Sum = dict[str, dict[str, Any]]


def name_of_sum(terms: object) -> str:
    """What a sum is called that has no name: "mse+mae"; empty where it is none."""
    return "+".join(map(str, terms)) if isinstance(terms, Mapping) else ""


def read_sum(value: Any) -> Sum | None:
    """A validator: every term with its weight and all of its parameters."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise refuse(f"must be a mapping of losses to weights, such as {EXAMPLE}")
    if len(value) < 2:
        raise refuse("must have at least two losses; one alone is taken by its name")
    found = {key: _term(key, given) for key, given in value.items()}
    seen: dict[str, str] = {}
    for key in found:
        name = losses.NAMES[key]
        if name in seen:
            message = f"is the same loss as {seen[name]}, which is in the sum already"
            raise refusal((key,), message, value[key])
        if seen and (message := misfit([LOSSES[it] for it in seen], LOSSES[name])):
            raise refusal((key,), f"{message}: they cannot be added", value[key])
        seen[name] = key
    return found


def _term(key: Any, given: Any) -> dict[str, Any]:
    """A term that is a weight, or a mapping of a weight and parameters; raises ValidationError."""
    if not isinstance(key, str) or key not in losses.NAMES:
        message = unknown(key, losses.NAMES, "a known loss", losses.FORMER)
        raise refusal((str(key),), message, given)
    row = LOSSES[losses.NAMES[key]]
    parameters = dict(given) if isinstance(given, Mapping) else {WEIGHT: given}
    weight = parameters.pop(WEIGHT, ABSENT)
    at = (key, WEIGHT) if isinstance(given, Mapping) else (key,)
    if weight is ABSENT:
        raise refusal(at, "is missing; it must be a number greater than 0", ABSENT)
    if message := unclear_number(weight) or OF_WEIGHT.complaint(weight) or "":
        raise refusal(at, message, weight)
    refuse_from_logits(row, parameters, (key,))
    values = with_defaults(row.parameters, parameters, row.name, (key,), WEIGHT)
    return {WEIGHT: float(weight), **values}


def refuse_from_logits(
    row: losses.Loss, parameters: Mapping[str, Any], at: tuple[str, ...] = ()
) -> None:
    """Raise ValidationError where a parameter says what the output activation says already."""
    if row.logits and "from_logits" in parameters:
        message = "is not set here: with output_activation: linear the outputs are logits"
        raise refusal((*at, "from_logits"), message, parameters["from_logits"])
