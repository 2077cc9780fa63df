"""Other models are judged by the metric that is asked for, and learn it where they can."""

from dataclasses import replace

import numpy as np
import pytest
from keras_fit import split_of
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import f1_score, mean_absolute_error, mean_pinball_loss

from lossbench.evidence.baselines import BOOSTING, CONSTANT, baselines
from lossbench.tables.problems import Problem

REGRESSION = split_of("regression")
CLASSES = split_of("multi-class classification")
RARE = {"y_train": (CLASSES.y_train == 2).astype(int), "y_test": (CLASSES.y_test == 2).astype(int)}
BINARY_CLASSES: Problem = "binary classification"
BINARY = replace(CLASSES, **RARE, classes=("others", "rare"))


@pytest.mark.thorough
@pytest.mark.parametrize("percent", [10, 90])
def test_by_a_pinball_loss_they_learn_its_quantile(percent: int) -> None:
    share, name = percent / 100, f"pinball_{percent}"
    found = {it.name: it.values[name] for it in baselines([REGRESSION], [name], name, "regression")}
    boosted = HistGradientBoostingRegressor(loss="quantile", quantile=share, random_state=0)
    said = boosted.fit(REGRESSION.x_train, REGRESSION.y_train).predict(REGRESSION.x_test)
    wanted = mean_pinball_loss(REGRESSION.y_test, said, alpha=share)
    assert found[BOOSTING] == pytest.approx([wanted])
    quantile = np.full(60, np.quantile(REGRESSION.y_train, share))
    constant = mean_pinball_loss(REGRESSION.y_test, quantile, alpha=share)
    assert found[CONSTANT] == pytest.approx([constant], rel=1e-2)


def test_by_mae_they_learn_the_median() -> None:
    found = {
        it.name: it.values["mae"] for it in baselines([REGRESSION], ["mae"], "mae", "regression")
    }
    median = np.full(60, np.median(REGRESSION.y_train))
    assert found[CONSTANT] == pytest.approx([mean_absolute_error(REGRESSION.y_test, median)])


def test_by_f1_the_constant_is_class_1_however_rare() -> None:
    assert np.mean(BINARY.y_train) < 0.5
    found = {
        it.name: it.values for it in baselines([BINARY], ["f1", "recall"], "f1", BINARY_CLASSES)
    }
    wanted = f1_score(BINARY.y_test, np.ones(60))
    assert found[CONSTANT]["f1"] == pytest.approx([wanted])
    assert wanted > 0
    (constant, *_) = baselines([BINARY], ["recall"], "recall", BINARY_CLASSES)
    assert constant.values["recall"] == [0]
