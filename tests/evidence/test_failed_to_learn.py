"""Seeds that learnt nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up import NAN

from lossbench.data.target_transform import TargetTransform
from lossbench.evidence.failed_to_learn import failed_to_learn
from lossbench.results.result import PARTS, Result
from lossbench.results.target_units import TargetUnits


def test_failing_to_learn_is_guessing(result: Callable[..., Result]) -> None:
    assert failed_to_learn(result("hinge", [0.5, 0.54, 0.56, NAN])) == 2
    assert failed_to_learn(result("mse", [0.99, 1.0, 7.0, NAN], "regression")) == 2
    plain = {"generator": "make_regression"}
    assert failed_to_learn(result("mse", [7.0], "regression", dataset=plain)) is None


@pytest.mark.parametrize(
    ("mse", "mae", "count"),
    [
        (400.0, 15.0, 1),
        (399.0, 15.0, 0),
        (9e9, 14.9, 0),  # a few large errors, but most are smaller than those of a constant
        (399.99999, 14.9999999, 1),
        (NAN, NAN, 0),
    ],
)
def test_with_a_transform_no_constant_learns(
    result: Callable[..., Result], mse: float, mae: float, count: int
) -> None:
    units = TargetUnits(TargetTransform("log", 5.0, 1.0), constant_mse=400.0, constant_mae=15.0)
    made = result("mse", [0.5], "regression")
    figures = {"loss": mse, "mse": mse, "mae": mae}
    trainings = (replace(made.trainings[0], train=figures),)
    assert failed_to_learn(replace(made, trainings=trainings, target=units)) == count


@pytest.mark.parametrize(
    ("pinball", "mse", "mae", "count"),
    [
        (2.0, 9.0, 3.0, 1),
        (2.0, 3.0, 1.5, 0),  # a mean that is learnt well: of the quantile it is a bad prediction
        (0.5, 9.0, 3.0, 0),  # a quantile that is learnt: of the mean it is one
    ],
)
def test_a_network_that_learnt_the_mean_or_a_quantile_learnt_something(
    result: Callable[..., Result], pinball: float, mse: float, mae: float, count: int
) -> None:
    constants = ({part: {"pinball_90": 1.0, "mse": 4.0, "mae": 2.0} for part in PARTS},)
    made = replace(result("mse", [0.5], "regression"), constants=constants)
    figures = {"loss": mse, "mse": mse, "mae": mae, "pinball_90": pinball}
    trainings = (replace(made.trainings[0], train=figures),)
    assert failed_to_learn(replace(made, trainings=trainings), "pinball_90") == count
