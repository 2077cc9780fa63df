"""What a seed decides, and what it does not."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from lossbench.config.experiment import Experiment
from lossbench.training.network import build
from lossbench.training.seeding import FEW, KEPT, _kept_orders, draw, initial_weights

Make = Callable[..., Experiment]


def test_layers_of_one_shape_start_with_independent_weights(experiment_of: Make) -> None:
    experiment = experiment_of("binary classification", "hinge", model={"hidden": [40, 40, 40]})
    model = build(experiment, (40,), 1)
    kernels = initial_weights(model, np.random.SeedSequence(3).spawn(4))[:6:2]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        correlation = np.corrcoef(kernels[one].ravel(), kernels[other].ravel())[0, 1]
        assert abs(correlation) < 0.1  # of 1,600 draws: four standard deviations


def test_hidden_weights_have_the_distribution_of_he_uniform(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse", model={"hidden": [500]})
    model = build(experiment, (20,), 1)
    hidden, _, output, _ = initial_weights(model, np.random.SeedSequence(0).spawn(2))
    # He et al. 2015: limit sqrt(6 / inputs); Glorot and Bengio 2010: sqrt(6 / (inputs + outputs)).
    for kernel, limit in ((hidden, np.sqrt(6 / 20)), (output, np.sqrt(6 / 501))):
        draws = kernel.ravel() / limit
        assert stats.kstest(draws, stats.uniform(-1, 2).cdf).pvalue > 1e-3
        assert np.abs(draws).max() <= 1


@pytest.mark.parametrize(
    ("rows", "calls"), [(1, [3]), (90, [2, 2, 1]), (500, [7]), (FEW // 2 + 1, [2])]
)
def test_row_orders_are_a_permutation_for_each_epoch(
    experiment_of: Make, rows: int, calls: list[int]
) -> None:
    model = build(experiment_of("regression", "mse"), (4,), 1)
    shuffle = np.random.default_rng(np.random.SeedSequence(5).spawn(1)[0])
    expected = [[shuffle.permutation(rows) for _ in range(epochs)] for epochs in calls]
    for _ in range(2):  # drawn, and where they are few, kept
        drawn = [*draw(5, model, rows, calls).orders]
        assert [it.tolist() for it in drawn] == [np.array(it).tolist() for it in expected]


def test_only_few_row_orders_are_kept(experiment_of: Make) -> None:
    model = build(experiment_of("regression", "mse"), (4,), 1)
    _kept_orders.cache_clear()
    for rows, calls in ((FEW, [2]), (90, [50, 50])):
        list(draw(0, model, rows, calls).orders)
    assert not _kept_orders.cache_info().currsize
    for seed in range(KEPT + 1):
        draw(seed, model, 90, [2])
    assert _kept_orders.cache_info().currsize == KEPT


def test_dropout_does_not_change_the_initial_weights_or_the_row_orders(experiment_of: Make) -> None:
    models = (
        build(experiment_of("regression", "mse", model=model), (4,), 1)
        for model in ({"hidden": [6]}, {"hidden": [6], "dropout": 0.5})
    )
    plain, dropped = (draw(0, model, rows=90, calls=[2]) for model in models)
    assert (len(plain.layers), len(dropped.layers)) == (0, 1)
    for one, other in zip(
        [*plain.weights, *plain.orders], [*dropped.weights, *dropped.orders], strict=True
    ):
        np.testing.assert_array_equal(one, other)
