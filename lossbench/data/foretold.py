"""What can be told of the data of some generators before they are made.

To make them takes scikit-learn, which takes a second to import. Here are those generators of whose
parameters rows, features and classes follow, and that cannot fail where their parameters are plain:
numbers far from all limits, and so many rows that each class surely has some in the training part.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lossbench.data.generators import parameters
from lossbench.tables.parameters import is_number

# Larger counts and numbers are left to scikit-learn, and to what checks the data.
MOST_ROWS, MOST_COLUMNS, MOST_VALUES, LARGEST = 100_000, 1_000, 1_000_000, 1_000.0
FEWEST_ROWS = 10  # of real numbers, which then are not all the same
# Rows are shuffled: so unlikely it may be that a class has none in the training part. There are
# 2**32 random states, so hardly one of them will do that.
UNLIKELY = 1e-15

Rule = Callable[[Any], bool]


class Foretold(NamedTuple):
    """Data before they are made.

    ``rows`` has the numbers of training rows and test rows. ``class_rows`` has the rows of both
    parts by class; it is empty for a real target.
    """

    rows: tuple[int, int]
    features: int
    class_rows: tuple[int, ...] = ()


def foretold(
    generator: str, settings: Mapping[str, Any], train_size: float | str
) -> Foretold | None:
    """What is known of the data of a generator whose first rows train; None if they must be made.

    ``settings`` are all parameters of the generator. Nothing is known if one is not plain.
    """
    if generator not in PLAIN or isinstance(train_size, str):
        return None
    defaults, rules = parameters(generator), {**ROWS, **PLAIN[generator]}
    for name, value in settings.items():
        default = defaults[name]
        is_default = type(value) is type(default) and value == default
        if not (is_default or (name in rules and rules[name](value))):
            return None
    rows = settings["n_samples"]
    features = settings.get("n_features", FEATURES.get(generator, 2))
    train = int(train_size) if train_size >= 1 else round(rows * train_size)
    by_class = _rows_by_class(generator, settings)
    are_plain = rows * features <= MOST_VALUES and FEWEST_ROWS <= train < rows
    if not (are_plain and _reach_training(by_class, train / rows)):
        return None
    return Foretold((train, rows - train), features, by_class)


def _rows_by_class(generator: str, settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The rows of each class; empty for a real target."""
    rows = settings["n_samples"]
    if generator in ("make_circles", "make_moons"):
        return rows // 2, rows - rows // 2
    if generator != "make_blobs":
        return ()
    count = settings["centers"] or 3
    return tuple(rows // count + (number < rows % count) for number in range(count))


def _reach_training(by_class: tuple[int, ...], share: float) -> bool:
    """Whether each class surely has a row among so large a share of shuffled rows."""
    return all((1 - share) ** rows < UNLIKELY for rows in by_class)


def _count(low: int, high: int) -> Rule:
    return lambda value: type(value) is int and low <= value <= high


def _number(low: float, high: float = LARGEST) -> Rule:
    return lambda value: is_number(value) and low <= value <= high


ROWS = {"n_samples": _count(2 * FEWEST_ROWS, MOST_ROWS), "random_state": _count(0, 2**32 - 1)}
NOISE = {"noise": _number(0)}
# By generator, the parameters that may differ from their defaults, and when they are plain.
PLAIN: Mapping[str, Mapping[str, Rule]] = {
    "make_blobs": {
        "n_features": _count(1, MOST_COLUMNS),
        "centers": _count(2, MOST_COLUMNS),
        "cluster_std": _number(0),
    },
    "make_circles": {**NOISE, "factor": _number(0, 0.99)},
    "make_friedman1": {**NOISE, "n_features": _count(5, MOST_COLUMNS)},
    "make_friedman2": NOISE,
    "make_friedman3": NOISE,
    "make_moons": NOISE,
    "make_regression": {
        **NOISE,
        "n_features": _count(1, MOST_COLUMNS),
        "n_informative": _count(1, MOST_COLUMNS),
        "bias": _number(-LARGEST),
        "shuffle": lambda value: type(value) is bool,
    },
    "make_s_curve": NOISE,
    "make_sparse_uncorrelated": {"n_features": _count(4, MOST_COLUMNS)},
    "make_swiss_roll": NOISE,
}
# Of those that have no parameter for it, and not two.
FEATURES = {"make_friedman2": 4, "make_friedman3": 4, "make_s_curve": 3, "make_swiss_roll": 3}
