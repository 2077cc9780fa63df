"""The section of a network of dense layers, with their penalties and normalisation."""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
)

from lossbench.config.sections.base import Section, off, one_of, refuse
from lossbench.tables.layers import ACTIVATIONS, INITIALIZERS, Shape

OUTPUT_ACTIVATIONS = (*ACTIVATIONS, "softmax")
# Other names that Keras has for them, or had once.
FORMER_ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu"}
FORMER_INITIALIZERS = {
    "normal": "random_normal",
    "uniform": "random_uniform",
    "one": "ones",
    "zero": "zeros",
    "OrthogonalInitializer": "orthogonal",
}
NORMALIZATION = ("gamma", "beta", "moving_mean", "moving_variance")
MOST_LAYERS = 100

Activation = Annotated[str, one_of(ACTIVATIONS, FORMER_ACTIVATIONS)]
OutputActivation = Annotated[str, one_of(OUTPUT_ACTIVATIONS, FORMER_ACTIVATIONS)]
Initializer = Annotated[str, one_of(INITIALIZERS, FORMER_INITIALIZERS)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Penalty = Annotated[float, Field(ge=0)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
UNITS: TypeAdapter[int] = TypeAdapter(Units)


def _layers(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of the units of each hidden layer, such as [50]")
    if not value:
        raise refuse("must have at least one layer")
    if len(value) > MOST_LAYERS:
        raise refuse(f"must have at most {MOST_LAYERS} layers")
    return tuple(value)


def _layer(value: Any) -> Any:
    """A mapping becomes a Layer; a number of units stays as it is."""
    if isinstance(value, Mapping):
        return Layer.model_validate(value)
    return value if isinstance(value, Layer) else UNITS.validate_python(value, strict=True)


class Layer(Section):
    """A hidden layer. A key that is not given has the value of the model's.

    ``l1`` and ``l2`` penalise the kernel. ``batch_normalization`` comes before the activation, and
    ``dropout``, the share of outputs that are dropped, after it.
    """

    units: Units
    activation: Activation = "relu"
    kernel_initializer: Initializer = "he_uniform"
    dropout: Rate = 0.0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_normalization: bool = False

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}


class Perceptron(Section):
    """A multilayer perceptron; the loss decides the rest of its output layer.

    The keys beside ``hidden`` hold for each hidden layer that has no value of its own. Rows of
    several axes, such as images, are flattened first.
    """

    hidden: Annotated[
        tuple[Annotated[int | Layer, BeforeValidator(_layer)], ...], BeforeValidator(_layers)
    ]
    activation: Activation = "relu"
    kernel_initializer: Initializer = "he_uniform"
    output_activation: OutputActivation | None = None
    dropout: Rate = Field(0.0, exclude_if=off)
    l1: Penalty = Field(0.0, exclude_if=off)
    l2: Penalty = Field(0.0, exclude_if=off)
    batch_normalization: bool = Field(False, exclude_if=off)

    @property
    def hidden_layers(self) -> tuple[Layer, ...]:
        """The hidden layers, each with all its values."""
        wide = {key: getattr(self, key) for key in Layer.model_fields if key != "units"}
        given = (
            {"units": layer}
            if isinstance(layer, int)
            else {key: getattr(layer, key) for key in layer.model_fields_set}
            for layer in self.hidden
        )
        # All values were validated with their sections.
        return tuple(Layer.model_construct(**wide | layer) for layer in given)

    def weight_shapes(self, row: Shape, outputs: int) -> dict[str, Shape]:
        """The name and shape of every weight, in Keras's order, for rows of a shape.

        From the first hidden layer on they are kernel_1, bias_1 and so on. Those of batch
        normalisation follow: gamma_1, beta_1, moving_mean_1 and moving_variance_1.
        """
        inputs = prod(row)
        shapes: dict[str, Shape] = {}
        widths = [(layer.units, layer.batch_normalization) for layer in self.hidden_layers]
        for number, (units, normalized) in enumerate([*widths, (outputs, False)], start=1):
            shapes |= {f"kernel_{number}": (inputs, units), f"bias_{number}": (units,)}
            if normalized:
                shapes |= {f"{name}_{number}": (units,) for name in NORMALIZATION}
            inputs = units
        return shapes
