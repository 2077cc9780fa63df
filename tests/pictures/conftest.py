"""Results with made-up figures, and a comparison of two."""

from collections.abc import Callable

import pytest
from made_up import NAN, constant_result

from lossbench.config.experiment import Experiment
from lossbench.evidence.comparison import Comparison, compare
from lossbench.results.result import Result


@pytest.fixture
def result(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    """A result of a loss with a value for each seed, see ``constant_result``."""

    def make(
        loss: str, values: list[float], problem: str = "binary classification", **changes: object
    ) -> Result:
        return constant_result(experiment_of(problem, loss, **changes), values)

    return make


@pytest.fixture
def comparison(result: Callable[..., Result]) -> Comparison:
    """Hinge, of which one seed diverged, and squared hinge, which is a little better."""
    worse = [0.7 + 0.001 * seed for seed in range(29)]
    better = [0.72 + 0.001 * seed for seed in range(30)]
    (found,) = compare([result("hinge", [*worse, NAN]), result("squared_hinge", better)])
    return found
