"""Seeds that did not diverge, and yet learnt nothing."""

import numpy as np

from lossbench.results.result import Array, Result
from lossbench.tables.metrics import MEDIAN, METRICS

LEARNT = 0.05  # by how much an accuracy must exceed that of guessing
ROUNDING = 1e-4  # the share of an error by which the last digits of float32 may lower it


def failed_to_learn(result: Result, metric: str | None = None) -> int | None:
    """How many seeds did not diverge, but learnt nothing of the data they were trained on.

    By a ``metric`` they learnt nothing if it is no better on the train part than that of the best
    constant prediction: an error must be smaller by more than rounding, and a share must cover a
    twentieth of the way from the constant's to 1. Networks that learnt the mean may be worse than a
    constant by the pinball loss of a quantile: there it must be so by the mse and the mae, too.
    Older results do not know the constant's. Of them, and without a metric:

    A classifier learnt nothing if its accuracy on the train part is at most 0.05 above that of
    guessing among equally frequent classes, 1/classes. On 500 rows this is more than two standard
    deviations of the accuracy of guessing. Where one class is frequent, always predicting it
    counts as learning, so that the number is too small.

    A regression learnt nothing if its mse on the train part is at least 1. Predicting the mean has
    an mse of 1 or nearly 1 there if the target is standardized. With a ``target_transform`` it must
    be no better than the best constant prediction, by its mse and by its mae: a loss of logarithms
    may end at a large mse and yet have learnt. The variance of any other target is not known here:
    then this is None.
    """
    experiment = result.experiment
    if metric and np.isfinite(result.constant("train", metric)).all():
        of_quantile = METRICS[metric].quantile not in (None, MEDIAN)
        judges = (metric, "mse", "mae") if of_quantile else (metric,)
        by_each = [_no_better_than_constant(result, it) for it in judges]
        return int(np.sum(np.all(by_each, axis=0)))
    if experiment.loss.row.problem == "regression":
        mse, mae = (result.final("train", metric) for metric in ("mse", "mae"))
        if result.target is not None:
            by_mse = mse >= result.target.constant_mse * (1 - ROUNDING)
            by_mae = mae >= result.target.constant_mae * (1 - ROUNDING)
            return int(np.sum(by_mse & by_mae))
        if experiment.dataset.standardize.target is None:
            return None
        return int(np.sum(mse >= 1))
    classes = max(2, len(result.trainings[0].weights[-1]))
    return int(np.sum(result.final("train", "accuracy") <= 1 / classes + LEARNT))


def _no_better_than_constant(result: Result, metric: str) -> Array:
    """Which trainings did not diverge and are no better than the constant, (splits, seeds)."""
    values = result.by_split("train", metric)
    constant = result.constant("train", metric)[:, None]
    if METRICS[metric].smaller_is_better:
        return np.asarray(values >= constant * (1 - ROUNDING))
    return np.asarray(values <= constant + LEARNT * (1 - constant))
