"""The initial kernels of dense layers."""

import keras
import numpy as np
import pytest

from lossbench.tables.layers import INITIALIZERS
from lossbench.training.kernels import SMALL, initial_kernel


@pytest.mark.parametrize("name", INITIALIZERS)
def test_kernels_are_those_of_keras_to_the_last_bit(name: str) -> None:
    initializer = keras.initializers.get(name)
    # One of the first numbers of these streams is below 2**31, and one above.
    for stream in map(np.random.SeedSequence, range(4)):
        seed = {"seed": int(stream.generate_state(1)[0])} if hasattr(initializer, "seed") else {}
        for shape in ((2, 50), (50, 1), (SMALL, 2)):
            theirs = np.asarray(type(initializer)(**seed)(shape))
            for _ in range(2):  # drawn, and where it is small, kept
                ours = initial_kernel(initializer, stream, shape)
                assert (ours.dtype, ours.tobytes()) == (theirs.dtype, theirs.tobytes())
