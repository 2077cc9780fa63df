"""Losses for a real target: one output, or a mean and a variance, compared with one number."""

from math import inf, log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.loss import Loss
from lossbench.tables.parameters import Parameter

ANY_REAL = ("linear", "relu", "softplus", "exponential", "tanh", "sigmoid")
# Hui and Belkin 2020 compare one-hot labels with outputs as they are.
LOGITS_FIRST = ("linear", "softmax")


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


REGRESSION = (
    Loss(
        "mean_squared_error",
        "mean squared error",
        "(y - p)^2",
        "The usual choice for a real target. It aims at the mean and squares the errors, so a few "
        "outliers can decide the result: take it where large errors are that bad, and outliers "
        "rare.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("mse",),
        on_classes=LOGITS_FIRST,
    ),
    # Keras clips output and target at 1e-7, so that of a standardised target all that is negative
    # counts as 0. The tutorial's experiment does just that.
    Loss(
        "mean_squared_logarithmic_error",
        "mean squared logarithmic error",
        "(log(1 + max(y, 0)) - log(1 + max(p, 0)))^2",
        "For targets of 0 or more that span several orders of magnitude: it looks at the ratio of "
        "output and target, not at their difference.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("msle",),
        suits="long tails",
    ),
    Loss(
        "mean_absolute_error",
        "mean absolute error",
        "abs(y - p)",
        "Counts every error as it is. It aims at the median, so outliers and a long tail have "
        "little pull. Its gradient does not shrink near 0, so the curves are bumpier.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("mae",),
        on_classes=LOGITS_FIRST[::-1],  # Zhang and Sabuncu 2018 take it of probabilities
    ),
    Loss(
        "mean_absolute_percentage_error",
        "mean absolute percentage error",
        "100 * abs((y - p) / y)",
        "For positive targets whose error matters in per cent. It divides by the target, so rows "
        "with a small one weigh most.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("mape",),
        targets="not zero",
        suits="positive targets",
    ),
    Loss(
        "huber",
        "huber",
        "(y - p)^2 / 2 if abs(y - p) <= delta else delta * (abs(y - p) - delta / 2)",
        "Squares small errors and counts large ones as they are: calm with outliers like the "
        "absolute error, smooth near 0 like the squared error.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        parameters={"delta": Parameter(1.0, low_excluded=True)},
        on_classes=LOGITS_FIRST,
        source="Huber 1964, Robust Estimation of a Location Parameter",
    ),
    Loss(
        "log_cosh",
        "log cosh",
        "log(cosh(y - p))",
        "Much like the Huber loss, and smooth everywhere: small errors are squared, large ones "
        "count as they are, so outliers have little pull.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("logcosh",),
        on_classes=LOGITS_FIRST,
    ),
    Loss(
        "quantile",
        "quantile",
        "max(quantile * (y - p), (quantile - 1) * (y - p))",
        "For a quantile of the target instead of its middle, such as the value that 90 % of all "
        "rows stay below. At 0.5 it is half the absolute error.",
        problem="regression",
        labels="real",
        activations=ANY_REAL,
        aliases=("pinball",),
        parameters={"quantile": Parameter(0.5, high=1.0, low_excluded=True, high_excluded=True)},
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
        parameters={"expectile": Parameter(0.5, high=1.0, low_excluded=True, high_excluded=True)},
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
        parameters={"a": Parameter(1.0, low=-inf, not_zero=True)},
        function=linex,
        reference=linex_of_the_paper,
        source="Varian 1975, A Bayesian Approach to Real Estate Assessment",
        not_offered="is for errors that cost far more in one direction, which only you can know",
    ),
    Loss(
        "poisson",
        "poisson",
        "p - y * log(p)",
        "For counts and rates: the output is the mean of a Poisson distribution.",
        problem="regression",
        labels="real",
        activations=("exponential", "softplus", "sigmoid", "relu"),
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
        parameters={"eps": Parameter(1e-6, low_excluded=True)},
        function=gaussian_nll,
        reference=gaussian_nll_of_scipy,
        source="Nix and Weigend 1994, Estimating the Mean and Variance of the Target Probability "
        "Distribution",
        not_offered="learns the noise of each row, too, which no metric here judges",
        meaning="mean and variance",
    ),
)
