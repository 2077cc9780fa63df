"""Losses for a real target that are likelihoods: of counts, and of a mean and a variance."""

from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.parameters import Parameter


def gaussian_nll(keras: Any, y: Any, prediction: Any, eps: Any) -> Any:
    """Minus the logarithm of the normal density, with a unit for the mean and one for the variance.

    The variance is softplus of its unit plus ``eps``, so that it is positive whatever the unit is.
    """
    targets = y.shape[-1]
    variance = keras.ops.softplus(prediction[:, targets:]) + eps
    squared = keras.ops.square(y - prediction[:, :targets])
    each = 0.5 * (log(2 * pi) + keras.ops.log(variance) + squared / variance)
    return keras.ops.mean(each, axis=-1)


def gaussian_nll_of_scipy(y: NDArray[Any], prediction: NDArray[Any], eps: float) -> NDArray[Any]:
    """SciPy's logarithm of the normal density, of a mean and of the root of the variance."""
    from scipy.stats import norm

    mean, unit = prediction.astype(float).T
    density: NDArray[Any] = norm.logpdf(y[:, 0], mean, np.sqrt(np.log1p(np.exp(unit)) + eps))
    return -density


DISTRIBUTIONS = (
    Loss(
        "poisson",
        "poisson",
        "p - y * log(p)",
        "For counts and rates: the output is the mean of a Poisson distribution.",
        problem="regression",
        labels="real",
        activations=("exponential", "softplus", "sigmoid", "relu"),
        explained=Explanation(
            when="Counts and rates.",
            aim="mean",
            aims_at="the mean of the targets",
            not_for="Negative targets, which it refuses, and amounts whose largest values"
            " are not to decide: gamma and tweedie weigh errors more in "
            "proportion.",
            pull="With the exponential output a row pulls by its error, as in the squared"
            " error: a target that is ten times as far off pulls ten times as hard.",
            over="output",
            beside=(
                "mean_squared_error",
                "tweedie",
                "gamma",
            ),
        ),
        targets="not negative",
        suits="counts and long tails",
    ),
    Loss(
        "gaussian_nll",
        "gaussian nll",
        "(log(2 * pi * (softplus(p[1]) + eps)) + (y - p[0])^2 / (softplus(p[1]) + eps)) / 2",
        "Minus the log-likelihood of a normal distribution, whose variance is learned, too: for "
        "targets that are noisier in some rows than in others. Noisy rows then have less pull.",
        problem="regression",
        labels="real",
        activations=("linear",),
        explained=Explanation(
            when="A mean and how sure it is, as the variance is learned, too.",
            aim="mean",
            aims_at="the mean and the variance of the targets",
            not_for="Few rows, for which a variance is soon learnt too small, and targets"
            " that are equally noisy everywhere: there the squared error does as "
            "well, and trains more calmly.",
            pull="A row pulls at the mean by its error divided by its variance, without "
            "bound. An outlier pulls the variance up as well, and then pulls less at"
            " the mean.",
            over="error",
            beside=("mean_squared_error",),
        ),
        parameters={
            "eps": Parameter(
                1e-6, low_excluded=True, about="is added to the variance, so that it is never 0"
            )
        },
        function=gaussian_nll,
        reference=gaussian_nll_of_scipy,
        source="Nix and Weigend 1994, Estimating the Mean and Variance of the Target Probability "
        "Distribution",
        not_offered="learns the noise of each row, too, which no metric here judges",
        meaning="mean and variance",
    ),
)
