"""How much each row counts in the loss of a classifier, so that rare classes count enough."""

from collections.abc import Mapping, Sequence

import numpy as np

from lossbench.data.arrays import Array


def row_weights(weights: str | Mapping[str, float], target: Array, classes: Sequence[str]) -> Array:
    """The weight of each row, float32, for class numbers shaped (rows,).

    With "balanced" the weights of every class have the same sum, and all of them a mean of 1, as
    with scikit-learn's ``compute_class_weight``: rows / (classes * rows of the class); only classes
    with rows count. A mapping gives the weights of classes by name; others weigh 1, as in Keras.
    """
    if isinstance(weights, Mapping):
        of_class = np.array([weights.get(name, 1.0) for name in classes])
    else:
        counts = np.bincount(target, minlength=len(classes))
        of_class = len(target) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return of_class[target].astype(np.float32)
