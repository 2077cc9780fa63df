"""What a trained network predicts, from its stored weights.

A perceptron is computed by NumPy. Any other network is Keras's, which is imported for it.
"""

from collections.abc import Callable, Sequence

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.results.result import Array
from lossbench.tables.losses.outputs import margins

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
AT_ONCE = 2**24  # outputs of a layer: bounds the memory of wide layers
ACTIVATION, MARGIN = 50, 10  # how many multiplications take as long as one of these
EPSILON = 1e-3  # Keras's batch normalisation adds it to the variance


# SciPy's functions are imported where they are used: that takes a tenth of a second, and most
# networks need none of them.


def _gelu(x: Array) -> Array:
    from scipy.special import erf

    return np.asarray(x * (1 + erf(x / np.sqrt(2))) / 2)


def _log_sigmoid(x: Array) -> Array:
    from scipy.special import log_expit

    return np.asarray(log_expit(x))


def _sigmoid(x: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(x))


def _softmax(x: Array) -> Array:
    from scipy.special import softmax

    return np.asarray(softmax(x, axis=-1))


def _hard_sigmoid(x: Array) -> Array:
    return np.clip(x / 6 + 0.5, 0, 1)


def _elu(x: Array) -> Array:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _softplus(x: Array) -> Array:
    return np.logaddexp(x, 0)


# Keras's activations with its default parameters.
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "celu": _elu,
    "elu": _elu,
    "exponential": np.exp,
    "gelu": _gelu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "linear": lambda x: x,
    "log_sigmoid": _log_sigmoid,
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))),
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "softmax": _softmax,
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": np.tanh,
}


def logits(experiment: Experiment, weights: Sequence[Array], x: Array) -> Array:
    """The output layer before its activation: x of shape (rows, …) gives (rows, units).

    For a perceptron x is (…, features), with any axes before that of the features. Raises
    ImportError and ValueError where a person's own model cannot be made.
    """
    model = experiment.model
    if not isinstance(model, Perceptron):
        from lossbench.training.startup import import_training

        import_training()
        from lossbench.training.keras_forward import hidden_outputs

        *_, kernel, bias = weights
        return np.asarray(hidden_outputs(model, weights[:-2], x) @ kernel + bias)
    remaining = iter(weights)
    for layer in model.hidden_layers:
        x = x @ next(remaining) + next(remaining)
        if layer.batch_normalization:
            gamma, beta, mean, variance = (next(remaining) for _ in range(4))
            x = gamma * (x - mean) / np.sqrt(variance + x.dtype.type(EPSILON)) + beta
        x = ACTIVATIONS[layer.activation](x)
    return np.asarray(x @ next(remaining) + next(remaining))


def predictions(experiment: Experiment, weights: Sequence[Array], x: Array) -> Array:
    """The output of the network: x of shape (rows, …) gives (rows, units)."""
    return ACTIVATIONS[experiment.output_activation](logits(experiment, weights, x))


def decisions(experiment: Experiment, weights: Sequence[Array], x: Array) -> Array:
    """By how much a classifier prefers a class, 0 on its decision boundary; x is as in ``logits``.

    The result has shape (…, units), see ``margins``.
    """
    return margins(experiment.loss.row.outputs, logits(experiment, weights, x))


def decisions_in_chunks(experiment: Experiment, weights: Sequence[Array], x: Array) -> Array:
    """``decisions`` of points, (…, 2), of some at a time where layers are wide."""
    rows = x.reshape(-1, x.shape[-1])
    if not isinstance(experiment.model, Perceptron):
        return decisions(experiment, weights, rows).reshape(*x.shape[:-1], -1)
    widest = max(len(weights[-1]) ** 2, *(it.units for it in experiment.model.hidden_layers))
    chunks = -(-len(rows) * widest // AT_ONCE)
    with np.errstate(all="ignore"):  # weights just short of infinity overflow
        if chunks == 1:
            return decisions(experiment, weights, x)
        found = [decisions(experiment, weights, chunk) for chunk in np.array_split(rows, chunks)]
    return np.concatenate(found).reshape(*x.shape[:-1], -1)


def work(weights: Sequence[Array]) -> int:
    """About how long ``decisions`` takes for one row, in multiplications."""
    units: int = sum(it.shape[1] for it in weights if it.ndim == 2)
    margins = len(weights[-1]) ** 2  # of every class over every other
    return sum(it.size for it in weights) + ACTIVATION * units + MARGIN * margins
