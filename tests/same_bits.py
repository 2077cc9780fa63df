"""Whether two trainings are the same to the last bit."""

import numpy as np

from lossbench.results.result import Training


def same_bits(one: Training, other: Training) -> bool:
    """Whether figures, histories and weights are equal; NaN equals NaN in the arrays."""
    scalars, others = ((it.seed, it.diverged, it.train, it.test) for it in (one, other))
    return scalars == others and all(
        np.array_equal(a, b, equal_nan=True)
        for a, b in zip(
            (*one.history.values(), *one.weights),
            (*other.history.values(), *other.weights),
            strict=True,
        )
    )
