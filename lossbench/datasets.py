"""The table of datasets, and the way from one to arrays that train and test.

A dataset is a scikit-learn generator with parameters of its own names. Its first rows
train and the others test, in the generator's order, as the article does it.

To add a dataset, add a row: the function's name in ``sklearn.datasets`` and what its
target is. scikit-learn is imported only when data are asked for.
"""

import hashlib
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Target = Literal["real", "classes"]
Rows = Literal["all", "train"]
Array = NDArray[Any]

GENERATORS: dict[str, Target] = {
    "make_blobs": "classes",
    "make_circles": "classes",
    "make_classification": "classes",
    "make_friedman1": "real",
    "make_friedman2": "real",
    "make_friedman3": "real",
    "make_gaussian_quantiles": "classes",
    "make_hastie_10_2": "classes",
    "make_moons": "classes",
    "make_regression": "real",
    "make_s_curve": "real",
    "make_sparse_uncorrelated": "real",
    "make_swiss_roll": "real",
}
# The numbers that data may have; what a generator is asked for is not made to be refused later.
MOST_NUMBERS = 100_000_000
# These change what a generator returns, not the data.
NOT_PARAMETERS = {"coef", "return_centers", "return_X_y"}


class DatasetError(ValueError):
    """Data that cannot be had as asked; ``key`` names what in the dataset is to blame."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Split:
    """A dataset cut into the rows that train and the rows that test.

    ``x_*`` have shape (rows, features) in float32. ``y_*`` have one value per row: float32
    numbers, or class numbers from 0 as int64 with ``classes`` naming them (empty for a real
    target).
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of the four arrays with their shapes, in the order of the fields."""
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def parameters(generator: str) -> dict[str, Any]:
    """Names and defaults of the generator's parameters; ``random_state`` defaults to 0 here.

    A config fixes its data, so a generator is never left to draw from the clock.
    """
    import sklearn.datasets

    signature = inspect.signature(getattr(sklearn.datasets, generator))
    defaults = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if name not in NOT_PARAMETERS
    }
    return defaults | {"random_state": 0}


def load(
    generator: str,
    settings: Mapping[str, Any],
    train_size: float,
    standardize: Mapping[str, Rows],
) -> Split:
    """Generate, split and standardise.

    ``train_size`` is a number of rows, or a share between 0 and 1. ``standardize`` maps
    "features" and "target" to the rows that their scaler is fitted on.

    Raises DatasetError where scikit-learn refuses a parameter or a half would be empty.
    """
    import sklearn.datasets
    from sklearn.preprocessing import StandardScaler

    _refuse_huge(settings)
    try:
        with np.errstate(all="ignore"):  # what overflows is refused below
            x, y = getattr(sklearn.datasets, generator)(**settings)[:2]
    except Exception as error:  # scikit-learn checks types but not all it is given
        raise _refused(error, settings) from error
    if y.ndim > 1:
        raise DatasetError("n_targets", "must be 1: a loss is of one target")
    classes: tuple[str, ...] = ()
    if GENERATORS[generator] == "classes":
        names, y = np.unique(y, return_inverse=True)
        classes = tuple(f"{name:g}" for name in names)
    rows = int(train_size) if train_size >= 1 else round(len(x) * train_size)
    if not 0 < rows < len(x):
        message = f"must leave rows to both halves, and takes {rows} of {len(x)} to train on"
        raise DatasetError("train_size", message)

    def scaled(values: Array, fitted_on: Rows | None) -> Array:
        if fitted_on is None:
            return values
        scaler = StandardScaler().fit(values[: rows if fitted_on == "train" else None])
        return np.asarray(scaler.transform(values))

    _refuse_infinite(x, y)
    with np.errstate(all="ignore"):
        x = scaled(x, standardize.get("features")).astype(np.float32)
        if not classes:
            y = scaled(y[:, None], standardize.get("target"))[:, 0].astype(np.float32)
    _refuse_infinite(x, y)
    return Split(x[:rows], y[:rows], x[rows:], y[rows:], classes)


def _refuse_huge(settings: Mapping[str, Any]) -> None:
    """Refuse counts, of rows, features, classes or centers, that no machine has memory for."""
    counts = {
        name: sum(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name != "random_state" and _counts(value)
    }
    most, *others = sorted(counts, key=counts.__getitem__, reverse=True) or [""]
    numbers = counts.get(most, 0) * max(1, counts[others[0]] if others else 1)
    if numbers > MOST_NUMBERS:
        raise DatasetError(most, f"makes data of more than {MOST_NUMBERS} numbers")


def _refuse_infinite(*arrays: Array) -> None:
    if not all(np.isfinite(array).all() for array in arrays):
        raise DatasetError("generator", "makes numbers that are too large, of these parameters")


def _counts(value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(isinstance(it, int) and not isinstance(it, bool) for it in values)


def _refused(error: Exception, settings: Mapping[str, Any]) -> DatasetError:
    """An error of scikit-learn's with the parameter it names, or with the generator."""
    message = " ".join(str(error).split())
    name = next((name for name in settings if f"'{name}'" in message), None)
    if name is None:
        return DatasetError("generator", f"refuses these parameters: {message}")
    # "The 'noise' parameter of make_moons must be None or a float. Got 'x' instead."
    return DatasetError(
        name, re.sub(r"^The '\w+' parameter of \w+ |\. Got .* instead\.$", "", message)
    )
