"""What is told of data before they are made, against the data themselves."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossbench.config.data_checks import made_later
from lossbench.config.sections.dataset import Dataset
from lossbench.data.arrays import Split
from lossbench.data.foretold import LARGEST, PLAIN
from lossbench.data.generators import GENERATORS, parameters
from lossbench.data.later import LaterSplit

SAME = ("rows", "row_shape", "class_rows", "target_shape", "features", "weights_train")
# Values of parameters: plain ones, others, and those at the limits between them.
NUMBERS = st.sampled_from([0, 0.0, 0.1, 0.99, 1, 1.0, 3.5, LARGEST, 1001, 1e30, 1e308, -1, -5.5])
COUNTS = st.sampled_from([-1, 0, 1, 2, 3, 4, 5, 7, 20, 21, 99, 100, 150, 401, 2**32 - 1, 2**32])
OTHERS = st.sampled_from([True, False, None, [50, 60], [0.5, 2], "x", [[0, 1], [2, 3]]])


def later_of(values: dict[str, Any]) -> LaterSplit | None:
    later = made_later(Dataset.model_validate(values))
    assert later is None or isinstance(later, LaterSplit)
    return later


def is_made(split: Split) -> bool:
    return "x_train" in vars(split)


@st.composite
def datasets(draw: st.DrawFn) -> dict[str, Any]:
    generator = draw(st.sampled_from([*GENERATORS]))
    values: dict[str, Any] = {"generator": generator}
    for name, default in parameters(generator).items():
        kinds = [COUNTS] if isinstance(default, int) or name == "centers" else [NUMBERS]
        if draw(st.integers(0, 2)) == 0:
            values[name] = draw(st.one_of(*kinds, *kinds, *kinds, OTHERS))
    if values.get("random_state", 0) is None:
        del values["random_state"]
    if draw(st.booleans()):
        values["n_samples" if "n_samples" in parameters(generator) else "train_size"] = 200
    if draw(st.integers(0, 3)) == 0:
        values["train_size"] = draw(st.sampled_from([0.01, 0.1, 0.3, 0.9, 1, 2, 10, 50, 199]))
    if draw(st.integers(0, 3)) == 0:
        rows = st.sampled_from(["all", "train", None])
        values["standardize"] = {"features": draw(rows), "target": draw(rows)}
    return values


@settings(max_examples=400, deadline=None)
@given(datasets())
def test_what_is_told_is_so_and_nothing_is_refused_later(values: dict[str, Any]) -> None:
    """A wrong answer would let ``lossbench validate`` say ok where a run fails."""
    later = later_of(values)
    if later is None:
        return
    told = {name: getattr(later, name) for name in SAME}
    assert not is_made(later)
    (made,) = Dataset.model_validate(values).load_splits()  # raises what is refused
    assert told == {name: getattr(made, name) for name in SAME}
    assert later.sha256 == made.sha256
    assert is_made(later)


EXTREMES: list[dict[str, Any]] = [
    {"n_samples": 1000, "centers": 12, "n_features": 1, "cluster_std": 0},
    {"n_samples": 1001, "noise": LARGEST, "factor": 0},
    {"n_samples": 1001, "noise": LARGEST},
    {"n_samples": 20, "n_features": 5},
    {"n_samples": 20, "noise": LARGEST},
    {"n_samples": 20, "noise": 0, "n_informative": 1, "bias": -LARGEST, "shuffle": False},
    {"n_samples": 20, "n_features": 4},
    {"n_samples": 1000, "n_features": 1000},
    {"n_samples": 100_000},
]


@pytest.mark.parametrize("values", EXTREMES, ids=str)
@pytest.mark.parametrize("generator", PLAIN)
def test_plain_parameters_are_told_at_their_limits(generator: str, values: dict[str, Any]) -> None:
    if not values.keys() <= parameters(generator).keys():
        return
    dataset = Dataset.model_validate({"generator": generator, **values})
    if later := made_later(dataset):
        (made,) = dataset.load_splits()
        assert {name: getattr(later, name) for name in SAME} == {
            name: getattr(made, name) for name in SAME
        }


@pytest.mark.parametrize("generator", PLAIN)
def test_every_generator_in_the_table_is_told(generator: str) -> None:
    dataset = Dataset.model_validate({"generator": generator, "n_samples": 1000})
    later, (made,) = made_later(dataset), dataset.load_splits()
    assert later is not None
    np.testing.assert_array_equal(later.x_test, made.x_test)


@pytest.mark.parametrize(
    "values",
    [
        {"generator": "make_circles", "shuffle": False},
        {"generator": "make_circles", "n_samples": 20},
        {"generator": "make_circles", "n_samples": [500, 500]},
        {"generator": "make_circles", "noise": "much"},
        {"generator": "make_circles", "factor": 1},
        {"generator": "make_circles", "noise": True},
        {"generator": "make_circles", "train_size": "all"},
        {"generator": "make_circles", "train_size": 10},
        {"generator": "make_circles", "train_size": 1000},
        {"generator": "make_circles", "split": {"shuffle": True}},
        {"generator": "make_circles", "disturb": {"labels": 0.1}},
        {"generator": "make_circles", "shape": [2, 1]},
        {"generator": "make_circles", "target_transform": "log"},
        {"generator": "make_blobs", "centers": 1},
        {"generator": "make_blobs", "centers": 100},
        {"generator": "make_blobs", "centers": [[0, 1], [2, 3]]},
        {"generator": "make_regression", "n_targets": 2},
        {"generator": "make_regression", "n_informative": 0},
        {"generator": "make_regression", "noise": 1e300},
        {"generator": "make_regression", "random_state": 2**32},
        {"generator": "make_sparse_uncorrelated", "n_features": 3},
        {"generator": "make_hastie_10_2"},
        {"generator": "load_iris"},
    ],
    ids=str,
)
def test_data_that_may_not_fit_are_made(values: dict[str, Any]) -> None:
    rows = {} if values["generator"].startswith("load_") else {"n_samples": 1000}
    assert later_of({**rows, **values}) is None
