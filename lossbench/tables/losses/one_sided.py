"""Losses for a real target whose errors cost more on one side than on the other."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.regression import ANY_REAL
from lossbench.tables.parameters import Parameter


def quantile(keras: Any, y: Any, prediction: Any, quantile: Any) -> Any:
    """The pinball loss: q times the error of a target above the output, 1 - q times below it."""
    error = y - prediction
    return keras.ops.mean(keras.ops.maximum(quantile * error, (quantile - 1) * error), axis=-1)


def quantile_of_scikit_learn(
    y: NDArray[Any], prediction: NDArray[Any], quantile: float
) -> NDArray[Any]:
    """The loss of each row: scikit-learn takes it for an output, whose mean it gives."""
    from sklearn.metrics import mean_pinball_loss

    loss: NDArray[Any] = mean_pinball_loss(
        y.T, prediction.T, alpha=quantile, multioutput="raw_values"
    )
    return loss


def expectile(keras: Any, y: Any, prediction: Any, expectile: Any) -> Any:
    """The squared error, ``expectile`` times where the target lies above the output."""
    error = y - prediction
    above, below = keras.ops.maximum(error, 0), keras.ops.minimum(error, 0)
    weighed = expectile * keras.ops.square(above) + (1 - expectile) * keras.ops.square(below)
    return keras.ops.mean(weighed, axis=-1)


def expectile_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], expectile: float
) -> NDArray[Any]:
    """The criterion of asymmetric least squares of Newey and Powell 1987."""
    error = (y - prediction)[:, 0]
    loss: NDArray[Any] = np.abs(expectile - (error < 0)) * error**2
    return loss


def linex(keras: Any, y: Any, prediction: Any, a: Any) -> Any:
    """Exponential on one side of the target, nearly linear on the other."""
    scaled = a * (prediction - y)
    return keras.ops.mean(keras.ops.expm1(scaled) - scaled, axis=-1)


def linex_of_the_paper(y: NDArray[Any], prediction: NDArray[Any], a: float) -> NDArray[Any]:
    """The loss of Varian 1975 with b = 1 and c = a * b, so that it is least at the target."""
    error = (prediction - y)[:, 0]
    loss: NDArray[Any] = np.exp(a * error) - a * error - 1
    return loss


ONE_SIDED = (
    Loss(
        "quantile",
        "quantile",
        "max(quantile * (y - p), (quantile - 1) * (y - p))",
        "For a quantile of the target instead of its middle, such as the value that 90 % of all "
        "rows stay below. At 0.5 it is half the absolute error.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        explained=Explanation(
            when="A value that a given share of the rows stay below.",
            aim="quantile",
            aims_at="the quantile: the value that this share of the targets lie below",
            not_for="The middle of the target, or few rows: beyond a quantile of 0.99 "
            "lies one row in a hundred, and these few decide it.",
            pull="A row pulls by the quantile if its target lies above the output, and by"
            " 1 - quantile if it lies below, however far off it is. Outliers pull no"
            " harder than other rows.",
            over="error",
            beside=(
                "mean_absolute_error",
                "expectile",
            ),
        ),
        aliases=("pinball",),
        parameters={
            "quantile": Parameter(
                0.5,
                high=1.0,
                low_excluded=True,
                high_excluded=True,
                about="the share of the rows that are to lie below the output",
                drawn=(0.1, 0.5, 0.9),
            )
        },
        function=quantile,
        reference=quantile_of_scikit_learn,
        source="Koenker and Bassett 1978, Regression Quantiles",
        not_offered="aims at a quantile, not at the middle; at 0.5 it is half the mae",
    ),
    Loss(
        "expectile",
        "expectile",
        "(expectile if y > p else 1 - expectile) * (y - p)^2",
        "Like the quantile loss, with squares: for a value on one side of the mean, where large "
        "misses on that side cost most. It is smooth, so it trains more calmly than a quantile, "
        "but what it aims at is no share of the rows, and outliers pull it. At 0.5 it is half the "
        "squared error.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        explained=Explanation(
            when="A value beside the mean, where large misses on one side cost most.",
            aim="expectile",
            aims_at="the expectile: the value where the distances to the targets above it, "
            "added up and times expectile, equal those to the targets below it, times 1"
            " - expectile",
            not_for="A value that a share of the rows stays below, which is a quantile, "
            "and targets with outliers.",
            pull="The gradient grows with the error, without bound, and faster on one "
            "side. Outliers pull as in the squared error, those on that side even "
            "harder.",
            over="error",
            beside=(
                "mean_squared_error",
                "quantile",
            ),
        ),
        parameters={
            "expectile": Parameter(
                0.5,
                high=1.0,
                low_excluded=True,
                high_excluded=True,
                about="the weight of rows whose target lies above the output; the others have 1"
                " less it",
                drawn=(0.1, 0.5, 0.9),
            )
        },
        function=expectile,
        reference=expectile_of_the_paper,
        source="Newey and Powell 1987, Asymmetric Least Squares Estimation and Testing",
        not_offered="aims at an expectile, not at the middle; at 0.5 it is half the mse",
    ),
    Loss(
        "linex",
        "linex",
        "exp(a * (p - y)) - a * (p - y) - 1",
        "For errors that cost far more in one direction: with a above 0 an output that is too high "
        "costs exponentially, and one that is too low linearly; below 0 it is the other way round. "
        "Scale the target and keep a small: an error of 89 / a is infinite in 32-bit floats, so "
        "a single outlier can end a training.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        explained=Explanation(
            when="Errors that cost far more in one direction.",
            aim="exponential mean",
            aims_at="-log(mean(exp(-a * y))) / a, which lies below the mean where a is "
            "above 0, and above it where a is below 0",
            not_for="Targets with outliers on the side that costs exponentially, and "
            "errors that cost alike on both sides.",
            pull="On one side the gradient grows exponentially with the error, and on the"
            " other it is never above the size of a. One wrong target on the first "
            "side outweighs all other rows.",
            over="error",
            beside=(
                "mean_squared_error",
                "quantile",
            ),
        ),
        parameters={
            "a": Parameter(
                1.0,
                low=-inf,
                not_zero=True,
                about="how fast the cost grows, and on which side: above 0 where the output is "
                "too high",
                drawn=(-1.0, 0.5, 1.0),
            )
        },
        function=linex,
        reference=linex_of_the_paper,
        source="Varian 1975, A Bayesian Approach to Real Estate Assessment",
        not_offered="is for errors that cost far more in one direction, which only you can know",
    ),
)
