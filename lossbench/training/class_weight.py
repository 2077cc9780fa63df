"""What each row counts in the loss of a classifier, so that rare classes are heard."""

from collections.abc import Mapping, Sequence

import numpy as np

from lossbench.data.arrays import Array


def row_weights(weights: str | Mapping[str, float], target: Array, classes: Sequence[str]) -> Array:
    """The weight of each row, float32, for class numbers shaped (rows,).

    "balanced" gives every class that is there the same sum, and the rows a mean of 1, as
    scikit-learn's ``compute_class_weight``: rows / (classes * rows of the class). A mapping names
    classes; one that it does not name has 1, as in Keras.
    """
    if isinstance(weights, Mapping):
        of_class = np.array([weights.get(name, 1.0) for name in classes])
    else:
        counts = np.bincount(target, minlength=len(classes))
        of_class = len(target) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return of_class[target].astype(np.float32)
