"""Whether two trainings are the same to the last bit."""

import numpy as np

from lossbench.results.result import Training


def same_bits(one: Training, other: Training) -> bool:
    """Whether figures, histories and weights are equal; NaN equals NaN, where both diverged."""
    names, others = ((it.seed, it.diverged, [*it.train], [*it.test]) for it in (one, other))
    return names == others and all(
        np.array_equal(a, b, equal_nan=True)
        for a, b in zip(_numbers(one), _numbers(other), strict=True)
    )


def _numbers(it: Training) -> list[object]:
    return [*it.train.values(), *it.test.values(), *it.history.values(), *it.weights]
