"""The section of the loss: one of the table, or a function of one's own."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from lossbench.config.sections.base import ABSENT, off, one_of, refusal, refuse
from lossbench.config.sections.model import OutputActivation
from lossbench.config.sections.with_parameters import SectionWithParameters, with_defaults
from lossbench.config.unclear_number import unclear_number
from lossbench.tables import losses
from lossbench.tables.losses import LOSSES, OWN_ACTIVATIONS, Loss
from lossbench.tables.problems import Labels
from lossbench.text import nearest, unknown

FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def _function(value: Any) -> Any:
    if value is None or (isinstance(value, str) and FUNCTION.fullmatch(value)):
        return value
    raise refuse("must be package.module:function")


class LossChoice(SectionWithParameters):
    """A loss of the table with its parameters, or a person's own ``function`` with its own.

    With a function of their own the config states the labels, and the activation of the output
    layer where it is not the first that fits the labels. The function is not run before training.

    A loss of the table for real targets may have the labels one-hot, if it has a meaning for
    classes. Where a config leaves them out, the data fill them in.
    """

    function: Annotated[str | None, BeforeValidator(_function)] = Field(None, exclude_if=off)
    labels: Annotated[Labels, one_of(tuple(OWN_ACTIVATIONS))] | None = Field(None, exclude_if=off)
    output_activation: OutputActivation | None = Field(None, exclude_if=off)

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"name": value}
        if not isinstance(value, Mapping):
            return value
        name, function = value.get("name"), value.get("function")
        if isinstance(function, str):
            return {"name": function.rpartition(":")[2], **value}
        if isinstance(name, str):
            return {**value, "name": losses.NAMES.get(name, name)}
        return value

    @model_validator(mode="after")
    def _know_parameters(self) -> "LossChoice":
        if self.function is not None:
            self._check_own()
            self._replace(self.parameters)
            return self
        if FUNCTION.fullmatch(self.name):
            example = f"{{function: {self.name}, labels: real}}"
            message = f"is a function, whose labels must be stated, such as {example}"
            raise refusal("name", message, self.name)
        if self.name not in LOSSES:
            raise refusal("name", unknown(self.name, losses.NAMES, former=losses.FORMER), self.name)
        stated = {"labels": self.labels, "output_activation": self.output_activation}
        if LOSSES[self.name].on_classes and stated.pop("labels") not in (None, "one-hot"):
            message = "must be one-hot, for a target of classes; leave it out for real numbers"
            raise refusal("labels", message, self.labels)
        given = {key: value for key, value in stated.items() if value is not None}
        if self.row.logits and "from_logits" in self.parameters:
            message = "is not set here: with output_activation: linear the outputs are logits"
            raise refusal("from_logits", message, self.parameters["from_logits"])
        table = LOSSES[self.name].parameters
        self._replace(with_defaults(table, self.parameters | given, self.name))
        return self

    def _check_own(self) -> None:
        if self.labels is None:
            message = f"is missing; it must be one of {', '.join(OWN_ACTIVATIONS)}"
            raise refusal("labels", message, ABSENT)
        for name, value in self.parameters.items():
            if unclear := unclear_number(value):
                raise refusal(name, f"{unclear}; a text stands in quotes", value)
        allowed = OWN_ACTIVATIONS[self.labels]
        if self.output_activation not in (None, *allowed):
            message = f"does not fit labels {self.labels}; {nearest(None, allowed)}"
            raise refusal("output_activation", message, self.output_activation)

    @property
    def row(self) -> Loss:
        """The loss's row in the table, or the one that the config states."""
        if self.function is None or self.labels is None:
            row = LOSSES[self.name]
            return row.of_classes if self.labels else row
        activation = self.output_activation or OWN_ACTIVATIONS[self.labels][0]
        return losses.own(self.name, self.labels, activation)
