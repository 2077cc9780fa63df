"""Losses for a real target: one output, compared with one number."""

from typing import Any

from numpy.typing import NDArray

from lossbench.tables.losses.loss import Loss
from lossbench.tables.parameters import Parameter

ANY_REAL = ("linear", "relu", "softplus", "exponential", "tanh", "sigmoid")


def quantile(keras: Any, y: Any, prediction: Any, quantile: Any) -> Any:
    """The pinball loss: q times the error of a target above the output, 1 - q times below it."""
    error = y - prediction
    return keras.ops.maximum(quantile * error, (quantile - 1) * error)[:, 0]


def quantile_of_scikit_learn(
    y: NDArray[Any], prediction: NDArray[Any], quantile: float
) -> NDArray[Any]:
    """The loss of each row: scikit-learn takes it for an output, whose mean it gives."""
    from sklearn.metrics import mean_pinball_loss

    loss: NDArray[Any] = mean_pinball_loss(
        y.T, prediction.T, alpha=quantile, multioutput="raw_values"
    )
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
)
