"""Seeds that learnt nothing."""

from collections.abc import Callable

from made_up import NAN

from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.results.result import Result


def test_failing_to_learn_is_guessing(result: Callable[..., Result]) -> None:
    assert failed_to_learn(result("hinge", [0.5, 0.54, 0.56, NAN])) == 2
    assert failed_to_learn(result("mse", [0.99, 1.0, 7.0, NAN], "regression")) == 2
    plain = {"generator": "make_regression"}
    assert failed_to_learn(result("mse", [7.0], "regression", dataset=plain)) is None
