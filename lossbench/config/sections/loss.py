"""The section of the loss: one of the table, a sum of them, or a function of one's own."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from lossbench.config.sections.base import ABSENT, off, one_of, refusal
from lossbench.config.sections.function_name import FUNCTION, FunctionName, refuse_unclear
from lossbench.config.sections.loss_sum import (
    WEIGHT,
    Sum,
    name_of_sum,
    read_sum,
    refuse_from_logits,
)
from lossbench.config.sections.model import OutputActivation
from lossbench.config.sections.with_parameters import SectionWithParameters, with_defaults
from lossbench.tables import losses
from lossbench.tables.losses import LOSSES, OWN_ACTIVATIONS, Loss, TakenFor
from lossbench.tables.losses.summed import summed
from lossbench.tables.problems import Labels
from lossbench.text import nearest, unknown


class Term(NamedTuple):
    """A loss in a sum, with its weight, and the keys that lead to it in the section."""

    keys: tuple[str, ...]
    weight: float
    loss: "LossChoice"


class LossChoice(SectionWithParameters):
    """A loss of the table with its parameters, or a person's own ``function`` with its own.

    Or it is a ``sum`` of losses of the table, each with a weight and parameters of its own.

    With a function of their own the config states the labels, and the activation of the output
    layer where it is not the first that fits the labels. The function is not run before training.

    A loss of the table for real targets may have the labels one-hot, if it has a meaning for
    classes. A loss for classes may take real numbers in the data for something else: ``target``
    says for what. Where a config leaves these out, the data fill them in.
    """

    function: FunctionName | None = Field(None, exclude_if=off)
    labels: Annotated[Labels, one_of(tuple(OWN_ACTIVATIONS))] | None = Field(None, exclude_if=off)
    output_activation: OutputActivation | None = Field(None, exclude_if=off)
    sum: Annotated[Sum | None, BeforeValidator(read_sum)] = Field(None, exclude_if=off)
    target: Annotated[TakenFor, one_of(get_args(TakenFor))] | None = Field(None, exclude_if=off)

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
        if value.get("sum") is not None:
            return {"name": name_of_sum(value["sum"]), **value}
        if isinstance(name, str):
            return {**value, "name": losses.NAMES.get(name, name)}
        return value

    @model_validator(mode="after")
    def _know_parameters(self) -> "LossChoice":
        if self.sum is not None:
            self._check_sum()
            return self
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
        refuse_from_logits(self._row, self.parameters)
        table = LOSSES[self.name].parameters
        self._replace(with_defaults(table, self.parameters | given, self.name))
        return self

    @model_validator(mode="after")
    def _take_what_it_can(self) -> "LossChoice":
        allowed = self._row.takes_for
        if self.target in (None, *allowed):
            return self
        message = f"is not what {self.name} can take numbers for; {nearest(None, allowed)}"
        if not allowed:
            message = f"is not a key of {self.name}: it takes a target as it is"
        raise refusal("target", message, self.target)

    @model_serializer(mode="wrap")
    def _named_by_terms(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the name that follows from the terms, so that it follows when they change."""
        values: dict[str, Any] = handler(self)
        if self.sum is not None and self.name == name_of_sum(self.sum):
            values.pop("name", None)
        return values

    def _check_sum(self) -> None:
        """Raise ValidationError where another key is at odds with a sum."""
        if self.name in losses.NAMES:
            message = "is a loss by itself; a sum needs no name, or has one of its own"
            raise refusal("name", message, self.name)
        if self.function is not None:
            message = "cannot stand beside a function; its terms are losses of the table"
            raise refusal("sum", message, list(self.sum or ()))
        stated = {"labels": self.labels, "output_activation": self.output_activation}
        if self.labels == "one-hot" and self._sum.on_classes:
            del stated["labels"]
        given = {key: value for key, value in stated.items() if value is not None}
        for key, value in (self.parameters | given).items():
            message = "is not a key of a sum; parameters stand beside the weight of their term"
            raise refusal(key, message, value)

    def _check_own(self) -> None:
        if self.labels is None:
            message = f"is missing; it must be one of {', '.join(OWN_ACTIVATIONS)}"
            raise refusal("labels", message, ABSENT)
        refuse_unclear(self.parameters)
        allowed = OWN_ACTIVATIONS[self.labels]
        if self.output_activation not in (None, *allowed):
            message = f"does not fit labels {self.labels}; {nearest(None, allowed)}"
            raise refusal("output_activation", message, self.output_activation)

    @property
    def row(self) -> Loss:
        """The loss's row in the table, or the one that the config states."""
        return self._row.taking(self.target) if self.target else self._row

    @property
    def _row(self) -> Loss:
        """The row without what it takes real numbers for."""
        if self.sum is not None:
            return self._sum.of_classes if self.labels else self._sum
        if self.function is None or self.labels is None:
            row = LOSSES[self.name]
            return row.of_classes if self.labels else row
        activation = self.output_activation or OWN_ACTIVATIONS[self.labels][0]
        return losses.own(self.name, self.labels, activation)

    @property
    def _sum(self) -> Loss:
        """The row of a sum as its terms have it."""
        return summed(self.name, [it.loss.row for it in self.terms])

    @property
    def terms(self) -> tuple[Term, ...]:
        """The losses that are added; a loss that is no sum is the only one, with a weight of 1."""
        if self.sum is None:
            return (Term((), 1.0, self),)
        # All values were validated with the sum.
        return tuple(
            Term(
                ("sum", key),
                values[WEIGHT],
                LossChoice.model_construct(
                    name=losses.NAMES[key],
                    **{name: value for name, value in values.items() if name != WEIGHT},
                ),
            )
            for key, values in self.sum.items()
        )

    def takes(self, key: str) -> bool:
        """Whether the section may have a dotted key: a parameter, or one of a term of a sum."""
        if self.function is not None:
            return True
        if self.sum is None:
            return key in self.row.parameters
        return any(
            key in (at, *(f"{at}.{name}" for name in (WEIGHT, *term.loss.row.parameters)))
            for term in self.terms
            if (at := ".".join(term.keys))
        )
