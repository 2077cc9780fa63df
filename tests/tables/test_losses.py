"""The table of losses against Keras, against its own formulas and against other implementations.

Every test takes whatever rows there are: a new loss needs no change here.
"""

import inspect
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
from scipy import optimize, special, stats

from lossbench.tables.losses import LOSSES, NOT_FITTING, Loss, TargetShape, encode, unfit
from lossbench.tables.losses.formula import in_formula, value

ROWS, CLASSES = 40, 3
OF_KERAS = [loss for loss in LOSSES.values() if hasattr(keras.losses, loss.name)]
WITH_FUNCTION = [loss for loss in LOSSES.values() if loss.function]
SQUARED = ("expectile", "square_loss", "squentropy")
OVER_VARIANCE = ("gaussian_nll",)  # squares, divided by the square of 1e-6


def title(loss: Loss) -> str:
    return loss.name


def labels_and_outputs(loss: Loss) -> tuple[NDArray[Any], NDArray[Any]]:
    """Random labels, and outputs of the loss's activation for random numbers."""
    rng = np.random.default_rng(4)
    classes = {"regression": 0, "binary classification": 2}.get(loss.problem, CLASSES)
    target = rng.integers(classes, size=ROWS) if classes else rng.normal(size=ROWS)
    target = target if loss.targets == "any" else np.exp(target)
    numbers = rng.normal(size=(ROWS, loss.units(TargetShape(classes)))).astype(np.float32)
    outputs = keras.activations.get(loss.activation)(tf.constant(numbers))
    return labels_of(loss, target, classes), outputs.numpy()


def labels_of(loss: Loss, target: NDArray[Any], classes: int) -> NDArray[Any]:
    """The target as the loss takes it, with the shares of classes if it needs them."""
    y = encode(loss.labels, target, classes)
    if not loss.class_shares:
        return y
    return np.hstack([y, np.tile(np.float32(np.bincount(target) / len(target)), (len(y), 1))])


def function_of(loss: Loss) -> Callable[..., Any]:
    if loss.function:
        return partial(loss.function, keras)
    return getattr(keras.losses, loss.name)


def evaluated(loss: Loss, y: NDArray[Any], p: NDArray[Any], parameters: dict[str, Any]) -> float:
    """The formula of a row, whose labels and outputs are numbers where there is one unit."""
    if loss.class_shares:
        y, parameters["share"] = np.split(y, 2)
    return value(
        loss,
        y.item() if y.size == 1 else y.astype(float),
        p.item() if p.size == 1 else p.astype(float),
        parameters,
    )


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
    expected = [evaluated(loss, *pair, parameters) for pair in zip(y, p, strict=True)]
    assert found.shape == (ROWS,)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def drawn(loss: Loss, spread: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Random labels, and random numbers for an output layer before its activation."""
    y, outputs = labels_and_outputs(loss)
    numbers = np.random.default_rng(5).normal(scale=spread, size=outputs.shape)
    return y, numbers.astype(np.float32)


def output(loss: Loss, activation: str, numbers: NDArray[Any]) -> NDArray[Any]:
    """What the reference takes, in float64; logits are probabilities to it."""
    functions = {
        "linear": special.softmax if loss.logits else lambda it, **_: it,
        "softmax": special.softmax,
        "exponential": lambda it, **_: np.exp(it),
        "softplus": lambda it, **_: np.logaddexp(it, 0),
    }
    return np.asarray(functions[activation](numbers.astype(float), axis=1))


def with_gradient(
    loss: Loss, activation: str, parameters: dict[str, Any], y: NDArray[Any], numbers: NDArray[Any]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The loss of each row, and its gradient by the numbers before the activation."""
    logits = {"from_logits": True} if loss.logits and activation == "linear" else {}
    numbers = tf.convert_to_tensor(numbers)
    with tf.GradientTape() as tape:
        tape.watch(numbers)
        outputs = keras.activations.get(activation)(numbers)
        found = function_of(loss)(tf.constant(y), outputs, **parameters, **logits)
    return found, tape.gradient(found, numbers)


def numeric(function: Callable[..., Any], numbers: NDArray[Any]) -> NDArray[Any]:
    """The gradient of a function of rows, by small steps in float64."""
    gradient = np.empty(numbers.shape)
    for unit in range(numbers.shape[1]):
        step = 1e-5 * np.eye(numbers.shape[1])[unit]
        gradient[:, unit] = (function(numbers + step) - function(numbers - step)) / 2e-5
    return gradient


WITH_ACTIVATION = [
    pytest.param(loss, activation, id=f"{loss.name} {activation}")
    for loss in WITH_FUNCTION
    for activation in (loss.activation, *(("linear",) if loss.logits else loss.activations[1:2]))
    if activation in ("linear", "softmax", "exponential", "softplus")
]


@pytest.mark.parametrize(("loss", "activation"), WITH_ACTIVATION)
def test_a_function_and_its_gradient_are_those_of_the_reference(
    loss: Loss, activation: str
) -> None:
    assert loss.reference, "what Keras lacks is tested against somebody else's implementation"
    # What Keras computes of a probability near 0 is no matter of this table.
    for spread in (1, 10)[: 1 if loss in OF_KERAS else 2]:
        y, numbers = drawn(loss, spread)
        for parameters in ({}, other_parameters(loss, CLASSES))[: 1 + bool(loss.parameters)]:
            given = {name: row.default for name, row in loss.parameters.items()} | parameters
            found, gradient = with_gradient(loss, activation, given, y, numbers)
            labels = y if loss.labels == "integer" else y.astype(float)
            of_outputs = partial(loss.reference, labels)

            def reference(
                numbers: NDArray[Any], of_outputs: Any = of_outputs, given: Any = given
            ) -> NDArray[Any]:
                return of_outputs(output(loss, activation, numbers), **given)

            np.testing.assert_allclose(found, reference(numbers), rtol=2e-5, atol=1e-5)
            np.testing.assert_allclose(gradient, numeric(reference, numbers), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [it for it in WITH_ACTIVATION if it.values[0] not in OF_KERAS],
)
def test_no_output_however_extreme_makes_a_loss_or_its_gradient_nan(
    loss: Loss, activation: str
) -> None:
    y, numbers = drawn(loss, 1)
    given = {name: row.default for name, row in loss.parameters.items()}
    compiled = tf.function(
        partial(with_gradient, loss, activation, given, y), jit_compile=True, autograph=False
    )
    # Beyond these an exponential is itself infinite, and so is a square, or 0 times one NaN.
    largest = 80 if activation == "exponential" else 1e15 if loss.name in SQUARED else 1e30
    largest = 1e12 if loss.name in OVER_VARIANCE else largest
    for size in (largest, min(largest, 1e3)):
        found, gradient = compiled(tf.constant(np.float32(size) * np.sign(numbers)))
        assert not np.isnan(found).any()
        assert not np.isnan(gradient).any()
        if loss.name != "linex":  # which is exponential in the outputs
            assert np.isfinite(found).all()
            assert np.isfinite(gradient).all()


def test_an_expectile_has_no_gradient_where_scipy_finds_it() -> None:
    y = np.random.default_rng(6).exponential(size=500)
    for alpha in (0.1, 0.5, 0.9):
        place = tf.constant(stats.expectile(y, alpha), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(place)
            errors = LOSSES["expectile"].function(
                keras, tf.constant(y[:, None], tf.float32), place, alpha
            )
            mean = tf.reduce_mean(errors)
        assert abs(tape.gradient(mean, place)) < 1e-5


def test_the_cauchy_loss_is_the_cost_that_scipy_minimizes() -> None:
    errors = np.random.default_rng(7).normal(scale=5, size=30)
    for c in (0.5, 2.385):
        found = LOSSES["cauchy"].function(keras, np.zeros((30, 1)), errors[:, None], c)
        theirs = optimize.least_squares(
            lambda x: errors + 0 * x, [0.0], loss="cauchy", f_scale=c, max_nfev=1
        )
        assert np.sum(found) == pytest.approx(theirs.cost, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=title)
def test_a_row_says_what_the_loss_is_and_when_to_take_it(loss: Loss) -> None:
    assert loss.title.lower() == loss.name.replace("_", " ")
    assert loss.explained
    texts = (loss.explained.not_for, loss.explained.pull)
    for advice in (loss.advice, *texts, *(it.advice for it in loss.variants)):
        assert len(advice) > 15
        assert advice[0].isupper()
        assert advice.endswith(".")
    # It goes on after "aims at" and before a full stop.
    assert not loss.explained.aims_at.endswith(".")
    assert {*loss.explained.beside} <= LOSSES.keys() - {loss.name}
    assert loss.explained.beside
    for parameter in loss.parameters.values():
        assert len(parameter.about) > 20
        assert not parameter.about.endswith(".")
        assert all(parameter.complaint(it) is None for it in parameter.drawn)
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
    assert unfit("positive", numbers[:1]) is None
    assert unfit("positive", numbers[:2]) == ("needs a target above 0, and this one goes down to 0")
    assert unfit("not zero", numbers[::2]) is None
    assert unfit("not zero", numbers[:2]) == "divides by the target, and this one is 0 in places"
    assert unfit("not negative", numbers) == (
        "needs a target that is not negative, and this one goes down to -2.5"
    )
