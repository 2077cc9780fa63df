"""What other models reach on the same splits: a constant, a linear model, gradient boosting.

They are scikit-learn's, with its settings, and learn from all training rows of a split. A network
is worth its trouble where it does better.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lossbench.data.arrays import Split
from lossbench.results.constants import OF_CLASS_1, labels_of, metric_value
from lossbench.results.result import Array
from lossbench.tables.metrics import MEDIAN, METRICS
from lossbench.tables.problems import CLASSIFICATION, MULTI_LABEL, SOFT_LABEL, Problem

CONSTANT, LINEAR, BOOSTING = "constant", "linear model", "gradient boosting"
SMALLEST_SHARE = 1e-3  # that a model which predicts shares as numbers may give a class
ALPHAS = np.logspace(-3, 3, 13)  # of ridge regression, which chooses one of them itself


@dataclass(frozen=True)
class Baseline:
    """A model that is no network: its metrics by name, each (splits,)."""

    name: str
    values: Mapping[str, Array]


def baselines(
    splits: Sequence[Split], metrics: Sequence[str], judged_by: str, problem: Problem
) -> list[Baseline]:
    """The metrics of each model on the test rows of each split.

    Of several targets each has a model of its own; soft labels are learned as real numbers.
    ``judged_by`` is the metric that decides. For one that a quantile has least of, such as the
    median, the constant is this quantile, and gradient boosting learns it. The linear model learns
    squared errors all the same.
    """
    from threadpoolctl import threadpool_limits

    of_classes = problem in (*CLASSIFICATION, MULTI_LABEL)
    several = bool(splits[0].targets)
    model = partial(_model, of_classes=of_classes, several=several, judged_by=judged_by)
    found = []
    # The cores are for the losses; on small tables, several threads only wait for each other.
    with threadpool_limits(1):
        for name in (CONSTANT, LINEAR, BOOSTING):
            of_splits = [
                _of_labels(split, metrics, judged_by)
                if name == CONSTANT and problem == MULTI_LABEL
                else _measured(model(name), split, metrics, problem)
                for split in splits
            ]
            values = {it: np.array([of[it] for of in of_splits]) for it in metrics}
            found.append(Baseline(name, values))
    return found


def _model(name: str, of_classes: bool, several: bool, judged_by: str) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor

    of_names: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        CONSTANT: (lambda: _constant_class(judged_by), lambda: _constant_number(judged_by)),
        LINEAR: (lambda: LogisticRegression(max_iter=1000), lambda: RidgeCV(ALPHAS)),
        BOOSTING: (
            lambda: HistGradientBoostingClassifier(random_state=0),
            lambda: HistGradientBoostingRegressor(random_state=0, **_boosted(judged_by)),
        ),
    }
    classifier, regressor = of_names[name]
    model = classifier() if of_classes else regressor()
    if not several:
        return model
    return MultiOutputClassifier(model) if of_classes else MultiOutputRegressor(model)


def _constant_class(judged_by: str) -> Any:
    from sklearn.dummy import DummyClassifier

    if judged_by in OF_CLASS_1:
        return DummyClassifier(strategy="constant", constant=OF_CLASS_1[judged_by])
    return DummyClassifier()


def _constant_number(judged_by: str) -> Any:
    from sklearn.dummy import DummyRegressor

    quantile = METRICS[judged_by].quantile
    if quantile is None:
        return DummyRegressor(strategy="mean")
    if quantile == MEDIAN:
        return DummyRegressor(strategy="median")
    return DummyRegressor(strategy="quantile", quantile=quantile)


def _boosted(judged_by: str) -> dict[str, Any]:
    """What gradient boosting learns."""
    quantile = METRICS[judged_by].quantile
    if quantile is None:
        return {"loss": "squared_error"}
    if quantile == MEDIAN:
        return {"loss": "absolute_error"}
    return {"loss": "quantile", "quantile": quantile}


def _of_labels(split: Split, metrics: Sequence[str], judged_by: str) -> dict[str, float]:
    """The metrics of the constant labels that are best by one of them."""
    y_train, y_test = split.measured
    answer, outputs = (np.tile(it, (len(y_test), 1)) for it in labels_of(judged_by, y_train))
    return {name: metric_value(name, y_test.astype(int), answer, outputs) for name in metrics}


def _measured(
    model: Any, split: Split, metrics: Sequence[str], problem: Problem
) -> dict[str, float]:
    """The metrics on the test rows of a split."""
    y_train, y_test = split.measured
    if problem == MULTI_LABEL:
        y_train, y_test = y_train.astype(int), y_test.astype(int)
    # These models take the numbers of a row without its axes.
    x_train, x_test = (x.reshape(len(x), -1) for x in (split.x_train, split.x_test))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged, or that a class is rare
        model.fit(x_train, y_train, sample_weight=split.weights_train)
        answer = model.predict(x_test)
        outputs = answer.reshape(len(answer), -1)
        if split.classes:
            outputs = np.zeros((len(y_test), len(split.classes)))
            outputs[:, model.classes_] = model.predict_proba(x_test)
            outputs = outputs[:, 1:] if len(split.classes) == 2 else outputs
        elif problem == MULTI_LABEL:
            outputs = np.stack([it[:, 1] for it in model.predict_proba(x_test)], axis=1)
        elif problem == SOFT_LABEL:
            shares = np.maximum(outputs, SMALLEST_SHARE)
            outputs = shares / shares.sum(axis=1, keepdims=True)
            answer = outputs.argmax(axis=1)
        return {name: metric_value(name, y_test, answer, outputs) for name in metrics}
