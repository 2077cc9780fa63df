"""Which losses suit data."""

import numpy as np
import pytest

from lossbench.data.arrays import DatasetError, Table
from lossbench.starters.advice import named, suiting
from lossbench.starters.description import describe


def test_losses_that_do_not_suit_are_left_out_with_a_reason() -> None:
    real = describe(Table(np.ones((50, 1)), np.arange(50.0)))
    chosen, against = suiting(real)
    assert "mean_squared_logarithmic_error" in against
    assert {it.loss for it in chosen} & against.keys() == set()
    numbers = np.arange(60) % 3
    chosen, against = suiting(describe(Table(np.ones((60, 1)), numbers, ("a", "b", "c"))))
    assert "kl_divergence" in against


def names(y: np.ndarray, classes: tuple[str, ...] = ()) -> dict[str, str]:
    """The configs for a target, with what the network learns of it."""
    chosen, _ = suiting(describe(Table(np.ones((len(y), 1)), y, classes)))
    return {it.name or it.loss: it.transform for it in chosen}


def test_losses_of_positive_targets_are_offered_where_they_suit() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(3, 400).astype(float)
    assert names(counts).get("poisson") == "mean"
    assert "mean_absolute_percentage_error" not in names(counts)  # it divides by 0
    prices = 1000 * np.exp(rng.normal(size=400))
    found = names(prices)
    assert found["mean_squared_error_of_log"] == "log"
    assert found["mean_squared_logarithmic_error"] == "mean"
    assert names(np.append(prices, 0))["mean_squared_error_of_log1p"] == "log1p"
    of_positive = {"mean_absolute_percentage_error", "poisson", "mean_squared_error_of_log"}
    heights = rng.normal(170, 8, 400)
    assert names(heights).keys() & of_positive == set()
    weights = rng.uniform(10, 120, 400)
    assert names(weights).keys() & of_positive == {"mean_absolute_percentage_error"}
    both_signs = names(prices - 2000)
    assert not both_signs.keys() & {"poisson", "mean_squared_logarithmic_error"}


def test_unbalanced_classes_get_a_config_with_balanced_weights() -> None:
    numbers = np.repeat([0, 1, 2], [80, 10, 10])
    assert "categorical_crossentropy_balanced" in names(numbers, ("a", "b", "c"))
    assert "categorical_crossentropy_balanced" not in names(np.arange(90) % 3, ("a", "b", "c"))


def test_rare_classes_are_offered_the_adjusted_logits() -> None:
    assert "logit_adjusted" in names(np.repeat([0, 1, 2], [80, 10, 10]), ("a", "b", "c"))
    assert "logit_adjusted" not in names(np.arange(90) % 3, ("a", "b", "c"))


@pytest.mark.parametrize("loss", ["gamma", "tweedie"])
def test_a_deviance_that_is_asked_for_learns_multiples_of_the_mean(loss: str) -> None:
    """The standardized target would be negative."""
    prices = np.exp(np.random.default_rng(0).normal(size=100))
    assert named(loss, describe(Table(np.ones((100, 1)), prices))).transform == "mean"


def test_squared_errors_of_classes_are_not_offered_but_may_be_asked_for() -> None:
    three = describe(Table(np.ones((60, 1)), np.arange(60) % 3, ("a", "b", "c")))
    assert "mean_squared_error" not in {it.loss for it in suiting(three)[0]}
    assert named("mse", three).parameters == {"labels": "one-hot"}
    with pytest.raises(DatasetError, match="'mape', which does not fit the data"):
        named("mape", three)
