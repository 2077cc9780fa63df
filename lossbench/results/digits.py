"""Figures as text, with no more digits than they have."""

import numpy as np

from lossbench.data.arrays import Array


def digits(values: Array) -> Array:
    """Each float32 as text, with the fewest digits that mean it: 0.84, not 0.8399999737.

    The text is what Python writes of the float64 that ``shortest`` gives.
    """
    numbers = values.astype(np.float32)
    texts = numbers.astype(str)
    # NumPy writes 1e-04 and 1e+06 for 0.0001 and 1000000.0.
    sizes = np.abs(numbers)
    otherwise = ~((sizes > 1e-3) & (sizes < 1e6))
    texts[otherwise] = [repr(it) for it in texts[otherwise].astype(np.float64).tolist()]
    return texts


def shortest(values: Array) -> Array:
    """Each float32 as the float64 with the fewest digits that means it: 0.84, not 0.8399999737."""
    return values.astype(np.float32).astype(str).astype(np.float64)
