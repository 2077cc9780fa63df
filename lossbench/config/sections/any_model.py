"""The section of the network, which a config gives in one of three forms."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from lossbench.config.sections.base import Section, refusal
from lossbench.config.sections.layered_model import LayeredModel
from lossbench.config.sections.model import Perceptron
from lossbench.config.sections.own_model import OwnModel
from lossbench.text import nearest

# The key that tells each form from the others.
FORMS: dict[str, type[Section]] = {
    "function": OwnModel,
    "layers": LayeredModel,
    "hidden": Perceptron,
}


def _model(value: Any) -> Any:
    if isinstance(value, Perceptron | LayeredModel | OwnModel):
        return value
    if isinstance(value, Mapping):
        name = next((name for name in FORMS if name in value), "hidden")
        for other in FORMS:
            if other != name and other in value:
                message = f"cannot stand beside {other}: a network has one of them"
                raise refusal(name, message, value[name])
        if name == "layers":
            _refuse_keys_of_others(value)
        return FORMS[name].model_validate(value)
    return Perceptron.model_validate(value)


def _refuse_keys_of_others(values: Mapping[str, Any]) -> None:
    """Raise ValidationError for keys that a network of named layers does not have."""
    known = LayeredModel.model_fields
    for name, value in values.items():
        if name not in known:
            message = f"is not a known key; {nearest(name, known)}"
            if name in Perceptron.model_fields:
                message = "is for hidden; beside layers it is a layer, or a parameter of one"
            raise refusal(str(name), message, value)


AnyModel = Annotated[Perceptron | LayeredModel | OwnModel, BeforeValidator(_model)]
