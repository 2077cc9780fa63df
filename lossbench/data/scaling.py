"""Columns scaled by scikit-learn, with a scaler that is fitted to some of their rows."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.target_transform import TransformName

Rows = Literal["all", "train"]
Method = Literal["standard", "robust"]
# Of a normal distribution one value in 1.7 million lies further away from the mean, in standard
# deviations. So hardly anything but outliers is moved.
FURTHEST = 5


@dataclass(frozen=True)
class Scaling:
    """What is scaled, and which rows a scaler is fitted to; None leaves it as it is.

    ``method`` is that of the features. ``transform`` names what the target becomes before a network
    learns it; it cannot stand beside ``target``.
    """

    features: Rows | None = None
    target: Rows | None = None
    method: Method = "standard"
    transform: TransformName | None = None


def standardized(values: Array, train: Any, fitted_to: Rows | None) -> Array:
    """The columns, (rows, columns), with mean 0 and standard deviation 1 in the fitted rows."""
    if fitted_to is None or not values.size:
        return values
    from sklearn.preprocessing import StandardScaler

    return np.asarray(StandardScaler().fit(_fitted(values, train, fitted_to)).transform(values))


def robustly_scaled(values: Array, train: Any, fitted_to: Rows | None) -> Array:
    """The columns with median 0 and, by their interquartile range, deviation 1; at most FURTHEST.

    A column whose range is 0 in the fitted rows, as most of its values are the same, is
    standardized instead. One of nothing but 0 and 1 there stays as it is, like categories.
    """
    if fitted_to is None or not values.size:
        return values
    from sklearn.preprocessing import RobustScaler

    fitted = _fitted(values, train, fitted_to)
    robust = RobustScaler(unit_variance=True).fit(fitted)
    scaled = np.asarray(robust.transform(values))
    low, high = np.percentile(fitted, [25, 75], axis=0)
    kept = ((fitted == 0) | (fitted == 1)).all(axis=0)
    flat = (low == high) & ~kept
    scaled[:, kept] = values[:, kept]
    scaled[:, flat] = standardized(values[:, flat], train, fitted_to)
    return np.clip(scaled, -FURTHEST, FURTHEST, out=scaled)


def _fitted(values: Array, train: Any, fitted_to: Rows) -> Array:
    return values[train] if fitted_to == "train" else values
