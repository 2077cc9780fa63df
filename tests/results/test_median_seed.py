"""Which seed of a result is the median one."""

import statistics
from collections.abc import Callable

import numpy as np
import pytest

from lossbench.results.result import Result


@pytest.mark.parametrize(
    ("values", "seed"),
    [
        ([3.0, 1.0, 2.0], 2),
        ([4.0, 3.0, 1.0, 2.0], 3),
        ([np.nan, 5.0, np.nan, 4.0, 6.0], 1),
        ([1.0, 2.0, 2.0, 2.0, 3.0], 1),
        ([7.0], 0),
    ],
)
def test_the_median_training_is_the_lower_middle_one_of_those_that_did_not_diverge(
    result_of: Callable[..., Result], values: list[float], seed: int
) -> None:
    median = result_of(values).median_training
    assert median is not None
    assert median.seed == seed
    assert values[seed] == statistics.median_low(it for it in values if not np.isnan(it))
