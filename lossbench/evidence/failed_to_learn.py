"""Seeds that did not diverge, and yet learnt nothing."""

import numpy as np

from lossbench.results.result import Result

LEARNT = 0.05  # by how much an accuracy must exceed that of guessing


def failed_to_learn(result: Result) -> int | None:
    """How many seeds did not diverge, but learnt nothing of the data they were trained on.

    A classifier learnt nothing if its accuracy on the train part is at most 0.05 above that of
    guessing among equally frequent classes, 1/classes. On 500 rows this is more than two standard
    deviations of the accuracy of guessing. Where one class is frequent, always predicting it
    counts as learning, so that the number is too small.

    A regression learnt nothing if its mse on the train part is at least 1. Predicting the mean has
    an mse of 1 or nearly 1 there if the target is standardized. The variance of any other target is
    not known here: then this is None.
    """
    experiment = result.experiment
    if experiment.loss.row.problem == "regression":
        if experiment.dataset.standardize.target is None:
            return None
        return int(np.sum(result.final("train", "mse") >= 1))
    classes = max(2, len(result.trainings[0].weights[-1]))
    return int(np.sum(result.final("train", "accuracy") <= 1 / classes + LEARNT))
