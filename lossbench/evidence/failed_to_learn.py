"""Seeds that did not diverge, and yet learnt nothing."""

import numpy as np

from lossbench.results.result import Result

LEARNT = 0.05  # by how much an accuracy must exceed that of guessing
ROUNDING = 1e-4  # the share of an error by which the last digits of float32 may lower it


def failed_to_learn(result: Result) -> int | None:
    """How many seeds did not diverge, but learnt nothing of the data they were trained on.

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
