"""The table of scikit-learn's own data: its generators and the toy datasets that it ships.

To add one, add a row: the function's name in ``sklearn.datasets`` and what its target is. Its
parameters are in ``generator_parameters``. scikit-learn is imported only when its data are needed.
"""

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from lossbench.data.arrays import DatasetError, Table
from lossbench.data.generator_parameters import PARAMETERS
from lossbench.data.limits import MAX_VALUES
from lossbench.data.target import encode_classes, several
from lossbench.text import message_of

# "several" are labels of 0 and 1 in a column each, or several real numbers.
Target = Literal["real", "classes", "several"]

# All that give rows of numbers with a target. make_biclusters, make_checkerboard,
# make_low_rank_matrix and the sparse ones have none. That of make_regression is several real
# numbers if n_targets says so.
GENERATORS: dict[str, Target] = {
    "load_breast_cancer": "classes",
    "load_diabetes": "real",
    "load_digits": "classes",
    "load_iris": "classes",
    "load_linnerud": "several",
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
    "make_multilabel_classification": "several",
    "make_regression": "real",
    "make_s_curve": "real",
    "make_sparse_uncorrelated": "real",
    "make_swiss_roll": "real",
}
# What they are about.
ABOUT = {
    "load_breast_cancer": "Tumours, benign or not: 569 rows, 30 features.",
    "load_diabetes": "How far a disease got in a year: 442 rows, 10 features.",
    "load_digits": "Handwritten digits, as images of 8 x 8: 1797 rows, 10 classes.",
    "load_iris": "Flowers of 3 species: 150 rows, 4 features.",
    "load_linnerud": "Three measures of the body, by three exercises: 20 rows.",
    "load_wine": "Wines of 3 growers: 178 rows, 13 features.",
    "make_blobs": "Clouds of points, one for each class.",
    "make_circles": "A circle around another one, two classes.",
    "make_classification": "Clusters at the corners of a cube, beside features of no use.",
    "make_friedman1": "A smooth function of five features; the others are of no use.",
    "make_friedman2": "The impedance of a circuit, by four features: large numbers.",
    "make_friedman3": "The phase of a circuit, by four features.",
    "make_gaussian_quantiles": "One cloud of points, whose shells are the classes.",
    "make_hastie_10_2": "A ball in ten dimensions, and what is outside: two classes.",
    "make_moons": "Two half circles that reach into each other, two classes.",
    "make_multilabel_classification": "Labels of which a row has any number, as texts have.",
    "make_regression": "A linear function of some features, with noise if you like.",
    "make_s_curve": "A sheet bent to an S; the target is the place along it.",
    "make_sparse_uncorrelated": "A linear function of four features out of ten, with noise.",
    "make_swiss_roll": "A sheet rolled up; the target is the place along it.",
}
# scikit-learn wants tuples for these, and for all other parameters lists.
TUPLES = {"n_samples", "center_box"}


def is_toy_dataset(generator: str) -> bool:
    """Whether the data are one of scikit-learn's toy datasets, the same at every call."""
    return generator.startswith("load_")


def parameters(generator: str) -> dict[str, Any]:
    """Names and defaults of the generator's parameters."""
    return dict(PARAMETERS[generator])


def generate(generator: str, settings: Mapping[str, Any]) -> Table:
    """The data of a generator; raises DatasetError where it refuses a parameter."""
    values, name = most_values(settings)
    if values > MAX_VALUES:
        raise DatasetError(name, f"makes data of more than {MAX_VALUES} numbers")
    _refuse_endless(generator, settings)
    try:
        with np.errstate(all="ignore"):  # what overflows is refused below
            made = _function(generator)(**_arguments(settings))
    except Exception as error:  # scikit-learn checks the types of parameters, but not all else
        raise _refused(error, settings) from error
    x, y = (made.data, made.target) if is_toy_dataset(generator) else made[:2]
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DatasetError("generator", "makes numbers that are too large with these parameters")
    names = tuple(map(str, made.feature_names)) if is_toy_dataset(generator) else ()
    if y.ndim > 1 and y.shape[1] == 1:  # a single label
        y = y[:, 0]
    if y.ndim > 1:
        of_toy = tuple(map(str, made.target_names)) if is_toy_dataset(generator) else ()
        return several(Table(x, y, names=names), of_toy)
    if GENERATORS[generator] == "real":
        return Table(x, y, names=names)
    y, classes = encode_classes(y)
    if is_toy_dataset(generator):
        classes = tuple(map(str, made.target_names[: len(classes)]))
    return Table(np.asarray(x), y, classes, names=names)


def _refuse_endless(generator: str, settings: Mapping[str, Any]) -> None:
    """Raise DatasetError where scikit-learn would draw numbers of labels until one is possible."""
    if generator != "make_multilabel_classification":
        return
    labels, classes = settings["n_labels"], settings["n_classes"]
    if _is_count(labels) and _is_count(classes) and labels > classes:
        raise DatasetError("n_labels", f"must be at most n_classes, which is {classes}")
    if labels == 0 and not settings["allow_unlabeled"]:
        raise DatasetError("n_labels", "must be above 0 where allow_unlabeled is false")


def most_values(settings: Mapping[str, Any]) -> tuple[int, str]:
    """An upper bound of rows times columns, and the parameter that adds most to it.

    It is the product of the two largest counts, which are of rows, features, classes or centers.
    """
    counts = {
        name: sum(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if name != "random_state" and _is_count(value)
    }
    largest, *others = sorted(counts, key=counts.__getitem__, reverse=True) or [""]
    return counts.get(largest, 0) * max(1, counts[others[0]] if others else 1), largest


def _arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as scikit-learn takes them, which are tuples in a config."""
    return {name: value if name in TUPLES else _lists(value) for name, value in settings.items()}


def _lists(value: Any) -> Any:
    return [_lists(it) for it in value] if isinstance(value, tuple) else value


def _is_count(value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(isinstance(it, int) and not isinstance(it, bool) for it in values)


def _function(generator: str) -> Callable[..., Any]:
    """The function in scikit-learn, which is imported without pandas.

    scikit-learn imports pandas if it is installed, which takes a third of a second, and needs it
    only for data frames, which are not used here.
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
    """An error of scikit-learn at the parameter that its message names, or at the generator."""
    message = message_of(error)
    name = next((name for name in settings if re.search(f"['`]{name}['`]", message)), None)
    if name is None:
        return DatasetError("generator", f"refuses these parameters: {message}")
    # "The 'noise' parameter of make_moons must be None or a float. Got 'x' instead."
    return DatasetError(
        name, re.sub(r"^The '\w+' parameter of \w+ |\. Got .* instead\.$", "", message)
    )
