"""Which losses suit data."""

import numpy as np

from lossbench.data.arrays import Table
from lossbench.starters.advice import suiting
from lossbench.starters.description import describe


def test_losses_that_do_not_suit_are_left_out_with_a_reason() -> None:
    real = describe(Table(np.ones((50, 1)), np.arange(50.0)))
    chosen, against = suiting(real)
    assert "mean_squared_logarithmic_error" in against
    assert {it.loss for it in chosen} & against.keys() == set()
    numbers = np.arange(60) % 3
    chosen, against = suiting(describe(Table(np.ones((60, 1)), numbers, ("a", "b", "c"))))
    assert "kl_divergence" in against
