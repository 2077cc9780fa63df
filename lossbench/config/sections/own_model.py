"""The section of a network that a person's own function makes."""

from typing import Any

from pydantic import model_validator

from lossbench.config.sections.base import Section, refusal
from lossbench.config.sections.function_name import FunctionName, refuse_unclear
from lossbench.config.sections.model import OutputActivation
from lossbench.tables.layers import Shape


class OwnModel(Section, extra="allow"):
    """A person's own function, which makes the network up to its last hidden layer.

    It takes the shape of a row, and every further key by name. The loss decides the output layer.
    The function is not run before training.
    """

    function: FunctionName
    output_activation: OutputActivation | None = None

    @model_validator(mode="after")
    def _check_parameters(self) -> "OwnModel":
        for name, value in self.parameters.items():
            if not name.isidentifier():
                raise refusal(name, "is no name of an argument", value)
        refuse_unclear(self.parameters)
        return self

    @property
    def parameters(self) -> dict[str, Any]:
        """What the function takes beside the shape, by name."""
        return dict(self.__pydantic_extra__ or {})

    def weight_shapes(self, row: Shape, outputs: int) -> None:
        """The shapes of the weights are not known before the function is run."""
