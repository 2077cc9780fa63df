"""What rows of the table of losses say they aim at is where the loss is least."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special, stats

from lossbench.tables.losses import LOSSES, Loss
from lossbench.tables.losses.formula import value

REAL = [it for it in LOSSES.values() if it.problem == "regression"]
BINARY = [it for it in LOSSES.values() if it.problem == "binary classification"]
MULTICLASS = [it for it in LOSSES.values() if it.problem == "multi-class classification"]
TARGETS = np.random.default_rng(1).gamma(1.5, size=151) + 0.1  # positive, with a long tail
SHARES = np.array([0.2, 0.45, 0.35])  # of the classes, none of which has more than half
MAJORITY = np.array([0.1, 0.3, 0.6])
GIVEN = np.array([0.5, 0.3, 0.2])  # the shares that a loss is told


def others(loss: Loss, **values: Any) -> dict[str, Any]:
    """The parameters of a loss: its defaults, but for these where it has them."""
    given = {name: row.default for name, row in loss.parameters.items()}
    return given | {name: it for name, it in values.items() if name in given}


def weighted_median(targets: NDArray[Any], weights: NDArray[Any]) -> float:
    order = np.argsort(targets)
    place = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return float(targets[order][place])


def constant(loss: Loss, parameters: dict[str, Any], targets: NDArray[Any] = TARGETS) -> float:
    """The output, or the mean among the outputs, that is best for all targets."""

    def cost(outputs: Any) -> float:
        p = outputs if loss.outputs == "mean and variance" else float(np.ravel(outputs)[0])
        return float(np.mean([value(loss, float(it), p, parameters) for it in targets]))

    if loss.outputs == "mean and variance":
        found = optimize.minimize(cost, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-6})
        mean, unit = found.x
        assert np.log1p(np.exp(unit)) == pytest.approx(targets.var(), rel=1e-3)
        return float(mean)
    grid = np.linspace(0.05, np.quantile(TARGETS, 0.98), 80)
    best = int(np.argmin([cost(it) for it in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(
        optimize.minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-7}).x
    )


def statistic(loss: Loss, p: dict[str, Any]) -> float:
    """What a loss says it aims at, of the targets."""
    y = TARGETS
    assert loss.explained
    made: dict[str, Callable[[], Any]] = {
        "mean": lambda: y.mean(),
        "median": lambda: np.median(y),
        "median of 1/target": lambda: weighted_median(y, 1 / y),
        "geometric mean": lambda: stats.gmean(1 + y) - 1,
        "exponential mean": lambda: -np.log(np.mean(np.exp(-p["a"] * y))) / p["a"],
        "quantile": lambda: np.quantile(y, p["quantile"], method="inverted_cdf"),
        "expectile": lambda: stats.expectile(y, p["expectile"]),
    }
    return float(made[loss.explained.aim]())


@pytest.mark.parametrize("loss", REAL, ids=lambda it: it.name)
def test_a_loss_of_real_targets_is_least_at_what_it_aims_at(loss: Loss) -> None:
    assert loss.explained
    parameters = others(loss, quantile=0.8, expectile=0.8, a=0.5)
    found = constant(loss, parameters)
    if loss.explained.aim == "between median and mean":
        assert np.median(TARGETS) < found < TARGETS.mean()
    elif loss.explained.aim == "where most targets lie":
        outliers = constant(loss, parameters, np.concatenate([TARGETS, [1e4] * 15]))
        assert abs(outliers - found) < 0.05
        assert np.quantile(TARGETS, 0.25) < found < np.quantile(TARGETS, 0.75)
    else:
        assert found == pytest.approx(statistic(loss, parameters), abs=2e-3)


def test_delta_draws_the_huber_loss_from_the_median_to_the_mean() -> None:
    near, default, far = (constant(LOSSES["huber"], {"delta": it}) for it in (0.01, 1, 100))
    assert near == pytest.approx(np.median(TARGETS), abs=0.02)
    assert near < default < far
    assert far == pytest.approx(TARGETS.mean(), abs=1e-3)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.95])
@pytest.mark.parametrize("loss", BINARY, ids=lambda it: it.name)
def test_a_loss_of_two_classes_is_least_at_what_it_aims_at(loss: Loss, share: float) -> None:
    assert loss.explained
    parameters = others(loss)
    other = 0.0 if loss.labels == "0/1" else -1.0
    bounds = (1e-4, 1 - 1e-4) if loss.labels == "0/1" else (-5, 5)
    found = optimize.minimize_scalar(
        lambda p: (
            share * value(loss, 1.0, float(p), parameters)
            + (1 - share) * value(loss, other, float(p), parameters)
        ),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-8},
    ).x
    expected = {
        "probability": share,
        "log-odds": special.logit(share),
        "mean label": 2 * share - 1,
        "likelier class": np.sign(share - 0.5),
    }[loss.explained.aim]
    if loss.explained.aim == "likelier class":
        found = np.sign(found - sum(bounds) / 2)
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_focal_loss_draws_probabilities_towards_one_half() -> None:
    loss = LOSSES["binary_focal_crossentropy"]

    def least(gamma: float) -> float:
        parameters = others(loss, gamma=gamma)
        return float(
            optimize.minimize_scalar(
                lambda p: (
                    0.9 * value(loss, 1.0, float(p), parameters)
                    + 0.1 * value(loss, 0.0, float(p), parameters)
                ),
                bounds=(0.01, 0.99),
                method="bounded",
            ).x
        )

    assert 0.9 > least(0.5) > least(1) > least(2) > least(5) > 0.5


def units(loss: Loss, shares: NDArray[Any]) -> NDArray[Any]:
    """The units of the output layer, before its activation, that are best for these shares."""
    parameters: dict[str, Any] = others(loss)
    if loss.class_shares:
        parameters["share"] = GIVEN

    def cost(units: NDArray[Any]) -> float:
        outputs = special.softmax(units) if loss.activation == "softmax" else units
        return float(
            sum(
                share
                * value(loss, np.eye(3)[k] if loss.labels == "one-hot" else k, outputs, parameters)
                for k, share in enumerate(shares)
            )
        )

    size = 2 if loss.outputs == "thresholds" else 3
    starts = np.random.default_rng(2).normal(size=(4, size))
    tight = {"xatol": 1e-7, "fatol": 1e-12, "maxiter": 5000}
    tried = (optimize.minimize(cost, it, method="Nelder-Mead", options=tight) for it in starts)
    return np.asarray(min(tried, key=lambda it: it.fun).x)


def of_thresholds(units: NDArray[Any]) -> NDArray[Any]:
    above = np.cumprod([1, *special.expit(units)])
    return np.array([*(above[:-1] * special.expit(-units)), above[-1]])


@pytest.mark.parametrize("shares", [SHARES, MAJORITY], ids=["no majority", "a majority"])
@pytest.mark.parametrize("loss", MULTICLASS, ids=lambda it: it.name)
def test_a_loss_of_classes_is_least_at_what_it_aims_at(loss: Loss, shares: NDArray[Any]) -> None:
    assert loss.explained
    found = units(loss, shares)
    outputs = special.softmax(found) if loss.activation == "softmax" else found
    match loss.explained.aim:
        case "probability":
            said = of_thresholds(found) if loss.outputs == "thresholds" else outputs
            np.testing.assert_allclose(said, shares, atol=1e-4)
        case "mean label":
            np.testing.assert_allclose(outputs, shares, atol=1e-4)
        case "direction of the mean label":
            unit = [it / np.linalg.norm(it) for it in (outputs, shares)]
            np.testing.assert_allclose(*unit, atol=1e-4)
        case "likelier class":
            assert list(np.argsort(outputs)) == list(np.argsort(shares))
        case "majority class":
            assert (np.ptp(outputs) > 0.5) == (shares.max() > 0.5)
            assert shares.max() < 0.5 or outputs.argmax() == shares.argmax()
        case "odds by share":
            odds = special.softmax(outputs)
            np.testing.assert_allclose(odds, shares / GIVEN / (shares / GIVEN).sum(), atol=1e-4)
        case other:
            pytest.fail(f"nothing checks {other}")


@pytest.mark.parametrize(
    ("name", "surer"),
    [
        ("categorical_generalized_cross_entropy", True),
        ("poly_1", True),
        ("symmetric_cross_entropy", True),
        ("bootstrapped", True),
        ("categorical_focal_crossentropy", False),
        ("squentropy", False),
    ],
)
def test_a_loss_is_as_sure_as_it_says(name: str, surer: bool) -> None:
    most = special.softmax(units(LOSSES[name], MAJORITY)).max()
    assert (most > MAJORITY.max() + 0.005) == surer
    assert (most < MAJORITY.max() - 0.005) == (not surer)
