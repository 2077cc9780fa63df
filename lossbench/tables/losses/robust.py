"""Losses for a real target with gross outliers: an error that is large enough hardly counts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.regression import ANY_REAL
from lossbench.tables.parameters import Parameter

# Its square is far from the largest 32-bit float, and 1 more makes no difference to it.
LARGE = 1e9
# With these scales a linear model is 95 % as efficient as least squares where errors are normal
# and have a deviation of 1 (Holland and Welsch 1977).
OF_CAUCHY, OF_TUKEY = 2.385, 4.685
SMALLEST = 1e-15  # a scale whose square is not yet 0 as a 32-bit float


def cauchy(keras: Any, y: Any, prediction: Any, c: Any) -> Any:
    """The loss of Cauchy's distribution; by a sum of logarithms where the square would overflow."""
    ops = keras.ops
    size = ops.abs((y - prediction) / c)
    large = size > LARGE
    small_size, large_size = ops.where(large, 0.0, size), ops.where(large, size, 1.0)
    logarithm = ops.log1p(ops.square(small_size)) + 2 * ops.log(large_size)
    return ops.mean(c * c / 2 * logarithm, axis=-1)


def cauchy_of_the_paper(y: NDArray[Any], prediction: NDArray[Any], c: float) -> NDArray[Any]:
    """The criterion of Holland and Welsch 1977 for Cauchy's weights."""
    errors = (y - prediction)[:, 0].astype(np.float64) / c
    loss: NDArray[Any] = c**2 / 2 * np.log1p(errors**2)
    return loss


def tukey_biweight(keras: Any, y: Any, prediction: Any, c: Any) -> Any:
    """Tukey's biweight, multiplied out, so that small errors keep their digits."""
    square = keras.ops.square(keras.ops.clip((y - prediction) / c, -1.0, 1.0))
    each = c * c / 6 * square * (3 - 3 * square + keras.ops.square(square))
    return keras.ops.mean(each, axis=-1)


def tukey_biweight_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], c: float
) -> NDArray[Any]:
    """The criterion of Beaton and Tukey 1974."""
    errors = (y - prediction)[:, 0].astype(np.float64) / c
    within = c**2 / 6 * (1 - (1 - errors**2) ** 3)
    loss: NDArray[Any] = np.where(np.abs(errors) <= 1, within, c**2 / 6)
    return loss


ROBUST = (
    Loss(
        "cauchy",
        "cauchy",
        "c^2 / 2 * log(1 + ((y - p) / c)^2)",
        "For gross outliers: errors far above c count as their logarithm, so that they pull ever "
        "less the further away they are, but never quite stop to. It is not convex: take it where "
        "the Huber loss still follows outliers, scale the target, and run several seeds.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        explained=Explanation(
            when="Outliers so gross that huber still follows them.",
            aim="where most targets lie",
            aims_at="a value where most targets lie; those that are far from it hardly count",
            not_for="Targets with a long tail that is right: it gives these rows up. And "
            "targets that are not scaled, where errors are all far above c or all"
            " far below.",
            pull="The gradient grows up to an error of c, and falls again beyond: an "
            "outlier pulls the less, the further off it is.",
            over="error",
            beside=(
                "mean_squared_error",
                "huber",
                "tukey_biweight",
            ),
        ),
        aliases=("lorentzian",),
        parameters={
            "c": Parameter(
                OF_CAUCHY,
                low=SMALLEST,
                about="the error that pulls hardest, in units of the target",
                drawn=(1.0, OF_CAUCHY, 5.0),
            )
        },
        function=cauchy,
        reference=cauchy_of_the_paper,
        source="Holland and Welsch 1977, Robust Regression Using Iteratively Reweighted "
        "Least-Squares",
        not_offered="is for outliers so gross that huber, log_cosh and the mae still follow them",
    ),
    Loss(
        "tukey_biweight",
        "tukey biweight",
        "c^2 / 6 * (1 - (1 - min(1, ((y - p) / c)^2))^3)",
        "For outliers that are plain errors: what is further away than c counts as a constant, and "
        "pulls not at all. Its gradient vanishes there, so rows that start further away are never "
        "learnt: scale the target, keep c well above the errors at the start, or take the Cauchy "
        "loss, which never lets go of a row.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        explained=Explanation(
            when="Outliers that are plain errors, to be left out.",
            aim="where most targets lie",
            aims_at="a value where most targets lie; those further from it than c do not "
            "count at all",
            not_for="Targets with a long tail that is right, and networks that start far "
            "from the target: such rows are not learnt.",
            pull="The gradient grows up to an error of 0.45 c, falls again, and is 0 from"
            " c on: an outlier does not pull at all.",
            over="error",
            beside=(
                "mean_squared_error",
                "huber",
                "cauchy",
            ),
        ),
        aliases=("bisquare",),
        parameters={
            "c": Parameter(
                OF_TUKEY,
                low=SMALLEST,
                about="the error from which rows do not count, in units of the target",
                drawn=(2.0, OF_TUKEY, 8.0),
            )
        },
        function=tukey_biweight,
        reference=tukey_biweight_of_the_paper,
        source="Beaton and Tukey 1974, The Fitting of Power Series, Meaning Polynomials, "
        "Illustrated on Band-Spectroscopic Data",
        not_offered="has no gradient far from the target, so rows that start there are not learnt",
    ),
)
