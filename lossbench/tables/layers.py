"""The table of layers that a config can name, under their names in Keras.

The parameters have Keras's names and defaults. But a dense or convolutional layer without an
activation or a kernel initializer has those of the model. To add a layer, add a row; the tests hold
the rows equal to the signatures of Keras, and shapes and weights to those of its layers.

A shape is that of one row: (features,), (steps, channels) or (height, width, channels).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any

from lossbench.tables.parameters import Parameter, Parameters

ACTIVATIONS = tuple(
    (
        "celu elu exponential gelu hard_sigmoid hard_silu leaky_relu linear log_sigmoid mish relu "
        "relu6 selu sigmoid silu softplus softsign tanh"
    ).split()
)
INITIALIZERS = tuple(
    (
        "glorot_normal glorot_uniform he_normal he_uniform lecun_normal lecun_uniform ones "
        "orthogonal random_normal random_uniform truncated_normal zeros"
    ).split()
)

Shape = tuple[int, ...]
Settings = Mapping[str, Any]  # the parameters of a layer by name
# The shape that a layer gives, and the names and shapes of its weights in Keras's order.
Given = tuple[Shape, dict[str, Shape]]
AXES = {1: "(steps, channels)", 2: "(height, width, channels)"}


class UnfitLayer(ValueError):
    """A layer cannot take what it is given; says why, in words that follow the layer's name.

    ``place`` is the layer's number in its network, from 0.
    """

    def __init__(self, message: str, place: int = 0) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class LayerRow:
    """One row of the table.

    ``given`` computes what the layer gives for a shape and its parameters; it raises UnfitLayer.
    ``bare`` is the parameter that a value alone stands for: the units in ``{Dense: 64}``. Where
    ``of_model`` is true, activation and kernel initializer are by default those of the model.
    """

    given: Callable[[Shape, Settings], Given]
    parameters: Parameters = field(default_factory=dict)
    bare: str = ""
    of_model: bool = False


def _unchanged(shape: Shape, _: Settings) -> Given:
    return shape, {}


def _dense(shape: Shape, settings: Settings) -> Given:
    units = settings["units"]
    return (*shape[:-1], units), _kernel_and_bias((shape[-1], units), settings)


def _kernel_and_bias(kernel: Shape, settings: Settings) -> dict[str, Shape]:
    bias = {"bias": kernel[-1:]} if settings["use_bias"] else {}
    return {"kernel": kernel, **bias}


def _sizes(settings: Settings, name: str, axes: int) -> Shape:
    """A size for each axis; one number is that of all."""
    value = settings[name]
    if not isinstance(value, Sequence):
        return (value,) * axes
    if len(value) != axes:
        raise UnfitLayer(f"needs {axes} numbers for {name}, or one, and has {len(value)}")
    return tuple(value)


def _check_axes(shape: Shape, axes: int) -> None:
    if len(shape) != axes + 1:
        raise UnfitLayer(f"takes rows of shape {AXES[axes]}, and gets {shown(shape)}")


def _slid(shape: Shape, window: Shape, strides: Shape, padding: str) -> Shape:
    """The positions of a window along each axis; raises UnfitLayer where it does not fit."""
    if padding != "valid":
        return tuple(-(-size // step) for size, step in zip(shape, strides, strict=True))
    if any(size < wide for size, wide in zip(shape, window, strict=True)):
        message = f"has a window of {shown(window)}, larger than its input of {shown(shape)}"
        raise UnfitLayer(f"{message}; padding: same pads the input")
    return tuple(
        (size - wide) // step + 1 for size, wide, step in zip(shape, window, strides, strict=True)
    )


def _convolution(axes: int, shape: Shape, settings: Settings) -> Given:
    _check_axes(shape, axes)
    kernel, strides, dilation = (
        _sizes(settings, name, axes) for name in ("kernel_size", "strides", "dilation_rate")
    )
    if max(strides) > 1 and max(dilation) > 1:
        raise UnfitLayer("cannot have both strides and a dilation_rate above 1")
    wide = tuple(rate * (size - 1) + 1 for size, rate in zip(kernel, dilation, strict=True))
    filters = settings["filters"]
    positions = _slid(shape[:-1], wide, strides, settings["padding"])
    weights = _kernel_and_bias((*kernel, shape[-1], filters), settings)
    return (*positions, filters), weights


def _pooling(axes: int, shape: Shape, settings: Settings) -> Given:
    _check_axes(shape, axes)
    window = _sizes(settings, "pool_size", axes)
    strides = window if settings["strides"] is None else _sizes(settings, "strides", axes)
    return (*_slid(shape[:-1], window, strides, settings["padding"]), shape[-1]), {}


def _global_pooling(axes: int, shape: Shape, _: Settings) -> Given:
    _check_axes(shape, axes)
    return shape[-1:], {}


def _dropped_channels(axes: int, shape: Shape, _: Settings) -> Given:
    _check_axes(shape, axes)
    return shape, {}


def _flatten(shape: Shape, _: Settings) -> Given:
    return (prod(shape),), {}


def _reshape(shape: Shape, settings: Settings) -> Given:
    target = settings["target_shape"]
    if prod(target) != prod(shape):
        raise UnfitLayer(f"makes {shown(target)} of {shown(shape)}, which has other numbers")
    return tuple(target), {}


def _recurrent(gates: int, biases: int, shape: Shape, settings: Settings) -> Given:
    _check_axes(shape, 1)
    units = settings["units"]
    wide = gates * units
    weights: dict[str, Shape] = {"kernel": (shape[-1], wide), "recurrent_kernel": (units, wide)}
    if settings["use_bias"]:
        weights["bias"] = (biases, wide) if biases > 1 else (wide,)
    return ((shape[0], units) if settings["return_sequences"] else (units,)), weights


def _embedding(shape: Shape, settings: Settings) -> Given:
    if len(shape) != 1:
        raise UnfitLayer(f"takes rows of whole numbers, (steps,), and gets {shown(shape)}")
    wide = settings["output_dim"]
    return (*shape, wide), {"embeddings": (settings["input_dim"], wide)}


def _normalization(names: tuple[str, ...], shape: Shape, _: Settings) -> Given:
    return shape, dict.fromkeys(names, shape[-1:])


def shown(shape: Sequence[int]) -> str:
    """A shape as it stands in a message: (8, 8, 1)."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _number(low: int = 1) -> Parameter:
    return Parameter(low=low, whole=True, needed=True)


def _size(default: int | None) -> Parameter:
    return Parameter(default, low=1, whole=True, one_or_many=True, silent=True)


def _window() -> Parameter:
    return Parameter(low=1, whole=True, one_or_many=True, needed=True)


def _flag(default: bool) -> Parameter:
    return Parameter(default, silent=True)


def _one_of(names: tuple[str, ...], default: str | None = None) -> Parameter:
    return Parameter(default, choices=names, silent=True)


RATE = Parameter(low=0.0, high=1.0, high_excluded=True, needed=True)
SHARE = Parameter(0.0, high=1.0, high_excluded=True, silent=True)
PENALTIES: Parameters = {"l1": Parameter(0.0, silent=True), "l2": Parameter(0.0, silent=True)}
WITH_KERNEL: Parameters = {
    "activation": _one_of(ACTIVATIONS),
    "use_bias": _flag(True),
    "kernel_initializer": _one_of(INITIALIZERS),
    **PENALTIES,
}
POOLING: Parameters = {
    "pool_size": _size(2),
    "strides": _size(None),
    "padding": _one_of(("valid", "same"), "valid"),
}
RECURRENT: Parameters = {
    "units": _number(),
    "activation": _one_of(ACTIVATIONS, "tanh"),
    "use_bias": _flag(True),
    "dropout": SHARE,
    "recurrent_dropout": SHARE,
    "return_sequences": _flag(False),
    "go_backwards": _flag(False),
}
GATED: Parameters = {**RECURRENT, "recurrent_activation": _one_of(ACTIVATIONS, "sigmoid")}


def _convolutions(axes: int, paddings: tuple[str, ...]) -> LayerRow:
    parameters = {
        "filters": _number(),
        "kernel_size": _window(),
        "strides": _size(1),
        "padding": _one_of(paddings, "valid"),
        "dilation_rate": _size(1),
        **WITH_KERNEL,
    }
    return LayerRow(partial(_convolution, axes), parameters, of_model=True)


def _of_axes(axes: int) -> Iterator[tuple[str, LayerRow]]:
    """The layers that come for sequences, of one axis, and for images, of two."""
    yield f"MaxPooling{axes}D", LayerRow(partial(_pooling, axes), POOLING, "pool_size")
    needed = {**POOLING, "pool_size": _window()}  # in Keras only maxima have a default
    yield f"AveragePooling{axes}D", LayerRow(partial(_pooling, axes), needed, "pool_size")
    yield f"GlobalMaxPooling{axes}D", LayerRow(partial(_global_pooling, axes))
    yield f"GlobalAveragePooling{axes}D", LayerRow(partial(_global_pooling, axes))
    yield (
        f"SpatialDropout{axes}D",
        LayerRow(partial(_dropped_channels, axes), {"rate": RATE}, "rate"),
    )


LAYERS: dict[str, LayerRow] = {
    "Dense": LayerRow(_dense, {"units": _number(), **WITH_KERNEL}, "units", of_model=True),
    "Conv1D": _convolutions(1, ("valid", "same", "causal")),
    "Conv2D": _convolutions(2, ("valid", "same")),
    **dict(_of_axes(1)),
    **dict(_of_axes(2)),
    "Flatten": LayerRow(_flatten),
    "Reshape": LayerRow(
        _reshape,
        {"target_shape": Parameter((), low=1, whole=True, needed=True)},
        "target_shape",
    ),
    "SimpleRNN": LayerRow(partial(_recurrent, 1, 1), RECURRENT, "units"),
    "LSTM": LayerRow(
        partial(_recurrent, 4, 1), {**GATED, "unit_forget_bias": _flag(True)}, "units"
    ),
    # Of its two biases one is of the recurrent kernel, as reset_after is true in Keras.
    "GRU": LayerRow(partial(_recurrent, 3, 2), GATED, "units"),
    "Embedding": LayerRow(_embedding, {"input_dim": _number(), "output_dim": _number()}),
    "BatchNormalization": LayerRow(
        partial(_normalization, ("gamma", "beta", "moving_mean", "moving_variance")),
        {
            "momentum": Parameter(0.99, high=1.0, silent=True),
            "epsilon": Parameter(1e-3, low_excluded=True, silent=True),
        },
    ),
    "LayerNormalization": LayerRow(
        partial(_normalization, ("gamma", "beta")),
        {"epsilon": Parameter(1e-3, low_excluded=True, silent=True)},
    ),
    "Activation": LayerRow(
        _unchanged, {"activation": Parameter(choices=ACTIVATIONS, needed=True)}, "activation"
    ),
    "Dropout": LayerRow(_unchanged, {"rate": RATE}, "rate"),
    "GaussianDropout": LayerRow(_unchanged, {"rate": RATE}, "rate"),
    "GaussianNoise": LayerRow(_unchanged, {"stddev": Parameter(needed=True)}, "stddev"),
    "Rescaling": LayerRow(
        _unchanged,
        {
            "scale": Parameter(low=float("-inf"), needed=True),
            "offset": Parameter(0.0, low=float("-inf"), silent=True),
        },
        "scale",
    ),
}
