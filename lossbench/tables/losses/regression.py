"""Losses for a real target: one output, compared with one number."""

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.parameters import Parameter

ANY_REAL = ("linear", "relu", "softplus", "exponential", "tanh", "sigmoid")
# Hui and Belkin 2020 compare one-hot labels with outputs as they are.
LOGITS_FIRST = ("linear", "softmax")

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
        explained=Explanation(
            when="Real targets without gross outliers, whose mean you want.",
            aim="mean",
            aims_at="the mean of the targets",
            not_for="Targets with outliers, wrong values or a long tail, unless just "
            "these rows matter: their squares outweigh all others.",
            pull="The gradient grows with the error, without bound: a row that is ten "
            "times as far off pulls ten times as hard, and costs a hundred times as "
            "much.",
            over="error",
            beside=(
                "mean_absolute_error",
                "huber",
                "log_cosh",
            ),
        ),
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
        explained=Explanation(
            when="Targets of 0 or more over several orders of magnitude, whose ratio counts.",
            aim="geometric mean",
            aims_at="the geometric mean of 1 + the target, less 1, which lies below the mean",
            not_for="Sums and averages, for which the mean is needed, and negative "
            "targets: these count as 0, and so does an output below 0, where "
            "there is no gradient at all.",
            pull="What counts is the ratio of 1 + output and 1 + target. An output that "
            "is too low pulls harder than one that is too high by as much, and one "
            "that is far too high hardly pulls.",
            over="output",
            beside=(
                "mean_squared_error",
                "gamma",
                "poisson",
            ),
        ),
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
        explained=Explanation(
            when="Real targets with outliers or a long tail, whose median you want.",
            aim="median",
            aims_at="the median of the targets; of classes, with a softmax, at the likeliest class",
            not_for="Sums and averages, for which the mean is needed: with a long tail "
            "the median lies below it, and where most targets are 0 it is 0.",
            pull="All rows pull equally hard, however far off they are. An outlier pulls no "
            "harder than any other row. Of classes, with a softmax, a row whose class is "
            "improbable hardly pulls, such as one with a wrong label.",
            over="error",
            beside=(
                "mean_squared_error",
                "huber",
                "log_cosh",
            ),
        ),
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
        explained=Explanation(
            when="Positive targets whose error matters in per cent.",
            aim="median of 1/target",
            aims_at="the median in which a row counts as 1 / its target, which lies below"
            " the median",
            not_for="Targets at 0 or near it, and wherever too low is as bad as too high:"
            " it likes low outputs best, as they are never off by more than 100 "
            "%.",
            pull="A row pulls by 100 / its target, however far off it is. A target that "
            "is wrongly large hardly pulls, and one that is wrongly small pulls "
            "harder than all others.",
            over="output",
            beside=("mean_absolute_error",),
        ),
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
        explained=Explanation(
            when="Real targets with some outliers, whose errors beyond delta are not squared.",
            aim="between median and mean",
            aims_at="a value between the median and the mean of the targets: nearer to "
            "the median the smaller delta is, nearer to the mean the larger",
            not_for="Sums and averages of targets with a long tail, for which the mean is"
            " needed, and targets of another size than delta: scale them, or set "
            "delta to what an ordinary error is.",
            pull="The gradient grows with the error up to delta, and stays there. An "
            "outlier pulls as hard as an error of delta, and no harder.",
            over="error",
            beside=(
                "mean_squared_error",
                "mean_absolute_error",
                "log_cosh",
            ),
        ),
        parameters={
            "delta": Parameter(
                1.0,
                low_excluded=True,
                about="the error above which errors are no longer squared",
                drawn=(0.5, 1.0, 2.0),
            )
        },
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
        explained=Explanation(
            when="As huber, where a smooth curve is wanted and no delta is known.",
            aim="between median and mean",
            aims_at="a value between the median and the mean of the targets",
            not_for="Sums and averages of targets with a long tail, for which the mean is"
            " needed, and targets that are not scaled: where errors are far above"
            " 1 it is the absolute error.",
            pull="The gradient grows with the error, and is never above 1: an outlier "
            "pulls as hard as an error of 3, and no harder.",
            over="error",
            beside=(
                "mean_squared_error",
                "mean_absolute_error",
                "huber",
            ),
        ),
        aliases=("logcosh",),
        on_classes=LOGITS_FIRST,
    ),
)
