"""The table of losses against Keras, against its own formulas and against other implementations.

Every test takes whatever rows there are: a new loss needs no change here.
"""

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras_signatures import defaults, signature
from loss_parameters import other_parameters
from numpy.typing import NDArray

from lossbench.tables.losses import LOSSES, NOT_FITTING, Loss, encode, unfit

ROWS, CLASSES = 40, 3
OF_KERAS = [loss for loss in LOSSES.values() if hasattr(keras.losses, loss.name)]
WITH_FUNCTION = [loss for loss in LOSSES.values() if loss.function]


def title(loss: Loss) -> str:
    return loss.name


def labels_and_outputs(loss: Loss) -> tuple[NDArray[Any], NDArray[Any]]:
    """Random labels, and outputs of the loss's activation for random numbers."""
    rng = np.random.default_rng(4)
    classes = {"regression": 0, "binary classification": 2}.get(loss.problem, CLASSES)
    target = rng.integers(classes, size=ROWS) if classes else rng.normal(size=ROWS)
    target = target if loss.targets == "any" else np.exp(target)
    numbers = rng.normal(size=(ROWS, loss.units(classes))).astype(np.float32)
    outputs = keras.activations.get(loss.activation)(tf.constant(numbers))
    return encode(loss.labels, target, classes), outputs.numpy()


def function_of(loss: Loss) -> Callable[..., Any]:
    if loss.function:
        return partial(loss.function, keras)
    return getattr(keras.losses, loss.name)


def evaluated(formula: str, y: NDArray[Any], p: NDArray[Any], parameters: dict[str, Any]) -> float:
    """The formula of a row, whose labels and outputs are numbers where there is one unit."""
    names = {
        **{name: np.array(it) if isinstance(it, list) else it for name, it in parameters.items()},
        "log": lambda it: np.log(np.maximum(it, 1e-12)),  # of a label that is 0, times 0
        "cosh": np.cosh,
        "sqrt": np.sqrt,
        "exp": np.exp,
        "pi": np.pi,
        "softplus": lambda it: np.log1p(np.exp(it)),
        "y": y.item() if y.size == 1 else y.astype(float),
        "p": p.item() if p.size == 1 else p.astype(float),
    }
    return float(eval(formula.replace("^", "**"), names))


def in_formula(loss: Loss) -> set[str]:
    """The parameters that the formula speaks of."""
    return {*re.findall(r"\w+", loss.formula)} & loss.parameters.keys()


@pytest.mark.parametrize(
    ("loss", "others"),
    [
        pytest.param(loss, others, id=f"{loss.name}{' with other parameters' * others}")
        for loss in LOSSES.values()
        for others in (False, True)[: 1 + bool(in_formula(loss))]
    ],
)
def test_the_formula_gives_the_loss_of_a_row(loss: Loss, others: bool) -> None:
    parameters: dict[str, Any] = {name: row.default for name, row in loss.parameters.items()}
    if others:
        given = other_parameters(loss, CLASSES)
        parameters |= {name: given[name] for name in in_formula(loss)}
    y, p = labels_and_outputs(loss)
    found = np.array(function_of(loss)(tf.constant(y), tf.constant(p), **parameters))
    expected = [evaluated(loss.formula, *pair, parameters) for pair in zip(y, p, strict=True)]
    assert found.shape == (ROWS,)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("loss", WITH_FUNCTION, ids=title)
def test_a_function_and_its_gradient_are_those_of_the_reference(loss: Loss) -> None:
    assert loss.reference, "what Keras lacks is tested against somebody else's implementation"
    y, p = labels_and_outputs(loss)
    for parameters in ({}, other_parameters(loss, CLASSES)):
        given = {name: row.default for name, row in loss.parameters.items()} | parameters
        outputs = tf.constant(p)
        with tf.GradientTape() as tape:
            tape.watch(outputs)
            found = function_of(loss)(tf.constant(y), outputs, **given)
        reference = partial(loss.reference, y, **given)
        np.testing.assert_allclose(found, reference(p), rtol=1e-5, atol=1e-6)
        gradient = np.empty(p.shape)
        for unit in range(p.shape[1]):
            step = 1e-6 * np.eye(p.shape[1])[unit]
            gradient[:, unit] = (reference(p + step) - reference(p - step)) / 2e-6
        np.testing.assert_allclose(tape.gradient(found, outputs), gradient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=title)
def test_a_row_says_what_the_loss_is_and_when_to_take_it(loss: Loss) -> None:
    assert loss.title.lower() == loss.name.replace("_", " ")
    for advice in (loss.advice, *(it.advice for it in loss.variants)):
        assert len(advice) > 40
        assert advice[0].isupper()
        assert advice.endswith(".")
    for variant in loss.variants:
        assert variant.parameters.keys() <= loss.parameters.keys()


def test_every_loss_of_keras_is_there_or_known_not_to_fit() -> None:
    functions = {name for name, it in vars(keras.losses).items() if inspect.isfunction(it)}
    functions -= {"deserialize", "get", "serialize"}
    aliases = {alias for loss in LOSSES.values() for alias in loss.aliases}
    assert functions - aliases - set(LOSSES) == set(NOT_FITTING)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=title)
def test_a_loss_that_keras_lacks_brings_its_function(loss: Loss) -> None:
    assert loss in OF_KERAS or loss.function


@pytest.mark.parametrize("loss", OF_KERAS, ids=title)
def test_a_loss_has_the_parameters_of_keras(loss: Loss) -> None:
    found = signature(getattr(keras.losses, loss.name))
    assert loss.logits == ("from_logits" in found) or "from_logits" not in found
    for name in ("y_true", "y_pred", "from_logits", "axis", "ignore_class"):
        found.pop(name, None)
    ours = dict(defaults(loss.parameters))
    # Where Keras has no default, ours is the one of the paper.
    assert ours == {
        name: ours.get(name) if default is inspect.Parameter.empty else default
        for name, default in found.items()
    }


def test_the_losses_without_a_sensible_value_for_a_target_say_why() -> None:
    numbers = np.array([1.0, 0.0, -2.5])
    assert unfit("any", numbers) is None
    assert unfit("not negative", numbers[:2]) is None
    assert unfit("not zero", numbers[::2]) is None
    assert unfit("not zero", numbers[:2]) == "divides by the target, and this one is 0 in places"
    assert unfit("not negative", numbers) == (
        "needs a target that is not negative, and this one goes down to -2.5"
    )
