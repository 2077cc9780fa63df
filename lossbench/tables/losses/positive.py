"""Deviances for a real target that is not negative: the output is the mean of a distribution."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.parameters import Parameter

POSITIVE_MEAN = ("exponential", "softplus")
# The smallest mean that is told from 0. Divided by its square, a target of 100 is finite.
SMALLEST = 1e-18


def tweedie(keras: Any, y: Any, prediction: Any, power: Any) -> Any:
    """The unit deviance of a Tweedie distribution with a power between 1 and 2."""
    ops = keras.ops
    mean = ops.maximum(prediction, SMALLEST)
    of_target = ops.power(y, 2 - power) / ((1 - power) * (2 - power))
    of_both = y * ops.power(mean, 1 - power) / (1 - power)
    each = 2 * (of_target - of_both + ops.power(mean, 2 - power) / (2 - power))
    return ops.mean(each, axis=-1)


def tweedie_of_scikit_learn(
    y: NDArray[Any], prediction: NDArray[Any], power: float
) -> NDArray[Any]:
    """The loss of each row: scikit-learn gives the mean of all."""
    from sklearn.metrics import mean_tweedie_deviance

    rows = zip(y, prediction, strict=True)
    return np.array([mean_tweedie_deviance(*row, power=power) for row in rows])


def gamma(keras: Any, y: Any, prediction: Any) -> Any:
    """The unit deviance of a gamma distribution."""
    mean = keras.ops.maximum(prediction, SMALLEST)
    each = 2 * (keras.ops.log(mean) - keras.ops.log(y) + y / mean - 1)
    return keras.ops.mean(each, axis=-1)


def gamma_of_scikit_learn(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """The loss of each row: scikit-learn gives the mean of all."""
    from sklearn.metrics import mean_gamma_deviance

    return np.array([mean_gamma_deviance(*row) for row in zip(y, prediction, strict=True)])


POSITIVE = (
    Loss(
        "tweedie",
        "tweedie",
        "2 * (y^(2 - power) / ((1 - power) * (2 - power)) - y * p^(1 - power) / (1 - power)"
        " + p^(2 - power) / (2 - power))",
        "For amounts of which many are exactly 0, such as claims or rainfall: a sum of a random "
        "number of positive amounts. The output is the mean. Near a power of 1 it is like Poisson, "
        "near 2 like gamma; without zeros take gamma.",
        problem="regression",
        labels="real",
        activations=POSITIVE_MEAN,
        explained=Explanation(
            when="Amounts of which many are exactly 0, such as claims or rainfall.",
            aim="mean",
            aims_at="the mean of the targets",
            not_for="Negative targets, which it refuses. For counts take poisson, and "
            "without zeros gamma.",
            pull="With the exponential output a row pulls by its error / output^(power - "
            "1). So a large target pulls less than in poisson, and still the more "
            "the further off it is.",
            over="output",
            beside=(
                "poisson",
                "gamma",
            ),
        ),
        parameters={
            "power": Parameter(
                1.5,
                low=1.0,
                high=2.0,
                low_excluded=True,
                high_excluded=True,
                about="the power of the mean by which the variance grows: 1 as for counts, 2 as"
                " for amounts",
                drawn=(1.1, 1.5, 1.9),
            )
        },
        targets="not negative",
        function=tweedie,
        reference=tweedie_of_scikit_learn,
        source="Jorgensen 1987, Exponential Dispersion Models",
        suits="counts and long tails",
        not_offered="is for amounts of which many are exactly 0, with a power that you choose",
    ),
    Loss(
        "gamma",
        "gamma",
        "2 * (log(p / y) + y / p - 1)",
        "For positive amounts with a long tail, such as costs and durations: errors count in "
        "proportion, so that the largest rows do not decide, and yet the output is the mean, which "
        "the squared error of the logarithm misses. It refuses zeros: tweedie takes them.",
        problem="regression",
        labels="real",
        activations=POSITIVE_MEAN,
        explained=Explanation(
            when="Positive amounts with a long tail, such as costs and durations.",
            aim="mean",
            aims_at="the mean of the targets",
            not_for="Targets of 0 or below, which it refuses, and targets that may be "
            "wrongly large.",
            pull="With the exponential output a row pulls by its error / output, that is "
            "in proportion. An output that is far too high pulls by 2 at most, and "
            "one that is too low without bound.",
            over="output",
            beside=(
                "mean_squared_logarithmic_error",
                "poisson",
                "tweedie",
            ),
        ),
        targets="positive",
        function=gamma,
        reference=gamma_of_scikit_learn,
        source="McCullagh and Nelder 1989, Generalized Linear Models",
        suits="long tails",
        not_offered="weighs errors in proportion, as losses of the logarithm do that are offered "
        "for long tails",
    ),
)
