"""The layers that a person's own function makes."""

import keras

from lossbench.config import own_function
from lossbench.config.sections.own_model import OwnModel
from lossbench.tables.layers import Shape, shown
from lossbench.text import cut, described

KIND = (
    "a model is a function of the shape of a row that returns Keras layers in a list, or a Keras "
    "model, up to the last hidden layer"
)


def own_layers(choice: OwnModel, row: Shape) -> list[keras.Layer]:
    """The layers, or the one model, for rows of a shape; raises ValueError where it makes none."""
    function = own_function.load(choice.function, KIND)
    try:
        made = function(row, **choice.parameters)
    except Exception as error:
        message = cut(described(error), 200)
        raise ValueError(f"{choice.function} raised {message}; {KIND}") from error
    layers = [made] if isinstance(made, keras.Layer) else made
    if not isinstance(layers, list | tuple) or not layers:
        raise ValueError(f"{choice.function} returns {type(made).__name__}; {KIND}")
    for layer in layers:
        if not isinstance(layer, keras.Layer):
            raise ValueError(f"{choice.function} returns {type(layer).__name__} as a layer; {KIND}")
    return list(layers)


def check_own(choice: OwnModel, model: keras.Model) -> None:
    """Raise ValueError where a model that a function made cannot be trained and stored."""
    if len(model.output_shape) != 2:
        *_, hidden = model.layers[:-1]
        given = shown([it for it in hidden.output.shape if it is not None])
        message = f"gives rows of shape {given}, and the output layer needs one axis: add Flatten"
        raise ValueError(f"{choice.function} {message}")
    for weight in model.weights:
        if weight.dtype != "float32":
            message = f"has a weight {weight.path} of {weight.dtype}, and only float32 is stored"
            raise ValueError(f"{choice.function} {message}")
