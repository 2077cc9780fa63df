"""The section of a network of layers that a config names one after the other."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, model_serializer

from lossbench.config.sections.base import Section, refusal, refuse
from lossbench.config.sections.model import (
    FORMER_ACTIVATIONS,
    FORMER_INITIALIZERS,
    MOST_LAYERS,
    Activation,
    Initializer,
    OutputActivation,
)
from lossbench.config.sections.with_parameters import SectionWithParameters, with_defaults
from lossbench.tables.layers import LAYERS, LayerRow, Settings, Shape, UnfitLayer, shown
from lossbench.text import unknown

FORMER = {**FORMER_ACTIVATIONS, **FORMER_INITIALIZERS}
EXAMPLE = "{Conv2D: {filters: 16, kernel_size: 3}}"


class NamedLayer(SectionWithParameters):
    """A layer of the table with its parameters, in a config ``{Conv2D: {filters: 16, …}}``."""

    @model_serializer
    def _as_in_a_config(self) -> str | dict[str, dict[str, Any]]:
        return {self.name: self.parameters} if self.parameters else self.name

    @property
    def row(self) -> LayerRow:
        """Its row in the table."""
        return LAYERS[self.name]

    @property
    def settings(self) -> dict[str, Any]:
        """All parameters by name, with the defaults of Keras."""
        return {name: it.default for name, it in self.row.parameters.items()} | self.parameters


def _named_layer(value: Any) -> Any:
    if isinstance(value, NamedLayer):
        return value
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, Mapping) or len(value) != 1:
        raise refuse(f"must be the name of a layer, or one with its parameters: {EXAMPLE}")
    ((name, given),) = value.items()
    if not isinstance(name, str) or name not in LAYERS:
        raise refusal((str(name),), unknown(name, LAYERS, "a known layer"), given or name)
    row = LAYERS[name]
    if not isinstance(given, Mapping):
        if not row.bare:
            what = f"must be a mapping of {', '.join(row.parameters)}" if row.parameters else ""
            raise refusal((name,), what or "is a layer without parameters", given)
        given = {row.bare: given}
    given = {key: FORMER.get(it, it) if isinstance(it, str) else it for key, it in given.items()}
    return NamedLayer(name=name, **with_defaults(row.parameters, given, name, (name,), key=""))


def _layers(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not value:
        raise refuse(f"must be a list of layers, such as [{EXAMPLE}, Flatten]")
    if len(value) > MOST_LAYERS:
        raise refuse(f"must have at most {MOST_LAYERS} layers")
    return tuple(value)


EMBEDDING, SHAPING = "Embedding", {"Flatten", "Reshape"}


class LayeredModel(Section):
    """A network of named layers, up to the last hidden one; the loss decides the output layer.

    ``activation`` and ``kernel_initializer`` hold for each dense or convolutional layer that has
    none of its own. Recurrent layers have those of Keras.
    """

    layers: Annotated[
        tuple[Annotated[NamedLayer, BeforeValidator(_named_layer)], ...], BeforeValidator(_layers)
    ]
    activation: Activation = "relu"
    kernel_initializer: Initializer = "he_uniform"
    output_activation: OutputActivation | None = None

    def settings(self, layer: NamedLayer) -> Settings:
        """All parameters of one of the layers by name, with those of the model."""
        found = layer.settings
        if layer.row.of_model:
            for name in ("activation", "kernel_initializer"):
                found[name] = found[name] or getattr(self, name)
        return found

    def embeds_data(self, place: int) -> bool:
        """Whether an Embedding there takes the numbers of the data, as they are."""
        return {it.name for it in self.layers[:place]} <= SHAPING

    def weight_shapes(self, row: Shape, outputs: int) -> dict[str, Shape]:
        """The name and shape of every weight, in Keras's order, for rows of a shape.

        The layers with weights are numbered from 1: kernel_1, bias_1 and so on. Raises UnfitLayer
        where a layer cannot take its input.
        """
        shapes: dict[str, Shape] = {}
        number, shape = 1, row
        for place, layer in enumerate(self.layers):
            if layer.name == EMBEDDING and not self.embeds_data(place):
                message = f"{EMBEDDING} takes the whole numbers of the data, so no layer before it"
                raise UnfitLayer(f"{message} may change them", place)
            try:
                shape, weights = layer.row.given(shape, self.settings(layer))
            except UnfitLayer as error:
                hint = _hint(row) if place == 0 else ""
                raise UnfitLayer(f"{layer.name} {error}{hint}", place) from None
            shapes |= {f"{name}_{number}": it for name, it in weights.items()}
            number += bool(weights)
        if len(shape) != 1:
            message = f"gives {shown(shape)}, and the output layer needs one axis: add Flatten"
            pooling = f", or GlobalAveragePooling{len(shape) - 1}D" if len(shape) <= 3 else ""
            raise UnfitLayer(f"{self.layers[-1].name} {message}{pooling}", len(self.layers) - 1)
        return shapes | {f"kernel_{number}": (*shape, outputs), f"bias_{number}": (outputs,)}


def _hint(row: Shape) -> str:
    """How rows of numbers get a shape that the first layer may take."""
    if len(row) > 2:
        return ""
    return f"; dataset.shape gives rows another one, such as [{', '.join(map(str, row))}, 1]"
