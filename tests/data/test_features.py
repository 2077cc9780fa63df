"""Features that are made some columns at a time: the same as at once, in little memory."""

import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest

from lossbench.data import features
from lossbench.data.arrays import DatasetError, Table
from lossbench.data.scaling import Method, Scaling

RNG = np.random.default_rng(0)
ORDER = RNG.permutation(3000)
PARTS: dict[str, tuple[Any, Any]] = {
    "in order": (slice(2000), slice(2000, None)),
    "shuffled": (ORDER[:2000], ORDER[2000:]),
}


def table_of(columns: int, layout: Any, gaps: bool) -> Table:
    # So far from 0 that the last digit of a mean can be seen in float32.
    numbers = RNG.normal(1e10, 1, (3000, columns))
    if gaps:
        numbers[RNG.random(numbers.shape) < 0.02] = np.nan
    texts = np.array(["u", "v", "w", np.nan], object)[RNG.integers(0, 4, (3000, 2))]
    names = (*(f"n{number}" for number in range(columns)), "first", "second")
    return Table(np.asarray(numbers, order=layout), RNG.normal(size=3000), (), texts, names)


@pytest.mark.parametrize("columns", [1, 2, 3, 7, 50])
@pytest.mark.parametrize(("layout", "part"), [*product("CF", PARTS)])
@pytest.mark.parametrize(
    ("method", "missing"), [("standard", "mean"), ("standard", None), ("robust", "median")]
)
def test_blocks_have_the_bits_of_the_whole(
    columns: int,
    layout: str,
    part: str,
    method: Method,
    missing: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = table_of(columns, layout, gaps=missing is not None)
    scaling = Scaling(features="train", method=method)
    *whole, names = features.features_of(table, PARTS[part], scaling, missing)
    monkeypatch.setattr(features, "BLOCK", 1000)
    *blocks, of_blocks = features.features_of(table, PARTS[part], scaling, missing)
    for one, other in zip(whole, blocks, strict=True):
        np.testing.assert_array_equal(one, other)
    assert names == of_blocks
    assert names[columns:] == tuple(f"{it}_{kind}" for it in ("first", "second") for kind in "uvw")


@pytest.mark.parametrize("method", ["standard", "robust"])
def test_a_table_is_never_copied_as_a_whole(
    method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it takes is the features, which have half of its size, and a few columns."""
    monkeypatch.setattr(features, "BLOCK", 2**16)
    numbers = RNG.normal(size=(20_000, 100))
    numbers[::9, ::2] = np.nan
    table = Table(numbers, RNG.normal(size=20_000))
    parts = ORDER[:2000], np.arange(3000, 20_000)
    scaling = Scaling(features="all", method=method)
    features.features_of(table, parts, scaling, "mean")  # imports
    tracemalloc.start()
    features.features_of(table, parts, scaling, "mean")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.7 * numbers.nbytes


def test_the_column_of_an_infinite_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(50, "C", gaps=False)
    table.numbers[2500, 37] = 1e300
    monkeypatch.setattr(features, "BLOCK", 6000)
    said = "has values in feature 'n37' that are too large"
    with np.errstate(over="ignore"), pytest.raises(DatasetError, match=said):
        features.features_of(table, PARTS["in order"], Scaling())
