"""The table of scikit-learn's own data: its generators, and the sets that it ships.

To add one, add a row: the function's name in ``sklearn.datasets`` and what its target is.
scikit-learn is imported only when data are asked for.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from lossbench.data.arrays import MOST_NUMBERS, DatasetError, Table, numbered

Target = Literal["real", "classes"]

# All that give one row of numbers and one target for each example. make_biclusters,
# make_checkerboard, make_low_rank_matrix and the sparse ones have no target; that of
# make_multilabel_classification and load_linnerud is several columns.
GENERATORS: dict[str, Target] = {
    "load_breast_cancer": "classes",
    "load_diabetes": "real",
    "load_digits": "classes",
    "load_iris": "classes",
    "load_wine": "classes",
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
# These change what a function returns, not the data.
NOT_PARAMETERS = {"as_frame", "coef", "return_centers", "return_X_y"}


def is_set(generator: str) -> bool:
    """Whether the data are a set that scikit-learn ships, the same at every call."""
    return generator.startswith("load_")


def parameters(generator: str) -> dict[str, Any]:
    """Names and defaults of the generator's parameters; ``random_state`` defaults to 0 here.

    A config fixes its data, so a generator is never left to draw from the clock.
    """
    signature = inspect.signature(_function(generator))
    defaults = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if name not in NOT_PARAMETERS
    }
    return defaults if is_set(generator) else defaults | {"random_state": 0}


def generate(generator: str, settings: Mapping[str, Any]) -> Table:
    """The data of a generator; raises DatasetError where it refuses a parameter."""
    made_of, most = numbers(settings)
    if made_of > MOST_NUMBERS:
        raise DatasetError(most, f"makes data of more than {MOST_NUMBERS} numbers")
    try:
        with np.errstate(all="ignore"):  # what overflows is refused below
            made = _function(generator)(**settings)
    except Exception as error:  # scikit-learn checks types but not all it is given
        raise _refused(error, settings) from error
    x, y = (made.data, made.target) if is_set(generator) else made[:2]
    if y.ndim > 1:
        raise DatasetError("n_targets", "must be 1: a loss is of one target")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DatasetError("generator", "makes numbers that are too large, of these parameters")
    names = tuple(map(str, made.feature_names)) if is_set(generator) else ()
    if GENERATORS[generator] == "real":
        return Table(x, y, names=names)
    y, classes = numbered(y)
    if is_set(generator):
        classes = tuple(map(str, made.target_names[: len(classes)]))
    return Table(np.asarray(x), y, classes, names=names)


def numbers(settings: Mapping[str, Any]) -> tuple[int, str]:
    """How many numbers a generator makes, at most, and the parameter that most of them are due to.

    Its counts are of rows, features, classes or centers.
    """
    counts = {
        name: sum(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name != "random_state" and _counts(value)
    }
    most, *others = sorted(counts, key=counts.__getitem__, reverse=True) or [""]
    return counts.get(most, 0) * max(1, counts[others[0]] if others else 1), most


def _counts(value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(isinstance(it, int) and not isinstance(it, bool) for it in values)


def _function(generator: str) -> Callable[..., Any]:
    """The function of scikit-learn's, which is imported without pandas.

    scikit-learn imports pandas wherever it is installed, for a third of a second, and uses it
    for data frames only, which it gets nowhere here.
    """
    hidden = "pandas" not in sys.modules
    if hidden:
        sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        import sklearn.datasets
    finally:
        if hidden:
            del sys.modules["pandas"]
    function: Callable[..., Any] = getattr(sklearn.datasets, generator)
    return function


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
