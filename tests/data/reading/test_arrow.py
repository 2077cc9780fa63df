"""Parquet files: their texts, their types, and what is refused."""

import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from dataset_configs import complaints, houses, split_of
from pyarrow import parquet

from lossbench.config.sections.dataset import Dataset
from lossbench.data.choice import Choice
from lossbench.data.columns.rules import Rules
from lossbench.data.file_table import table_from_file
from lossbench.data.files import DataFiles


def test_parquet_without_pyarrow_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses().to_parquet(tmp_path / "h.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (line,) = complaints(tmp_path, "file: h.parquet, target: price", "mse")
    assert line.endswith("needs pyarrow to be read: python -m pip install 'lossbench[parquet]'")


def test_parquet_of_dates_wants_a_key_and_categories_and_decimals_do_not(tmp_path: Path) -> None:
    from decimal import Decimal

    frame = pd.DataFrame({"c": pd.Categorical(["u", "v"] * 4), "y": ["x", "z"] * 4})
    frame["d"] = [Decimal(number) / 4 for number in range(8)]
    frame["day"] = pd.date_range("2020-01-01", periods=8)
    frame.to_parquet(tmp_path / "d.parquet")
    (line,) = complaints(tmp_path, "file: d.parquet, target: y")
    assert line.endswith(
        "column 'day' with dates; dates: [day_of_week, ordinal] makes features of them, dates: [] "
        "leaves them out"
    )
    split = split_of(tmp_path, "file: d.parquet, target: y, drop: [day]")
    assert split.features == ("d", "c_u", "c_v")
    np.testing.assert_array_equal(split.x_train[:, 0], [0, 0.25, 0.5, 0.75])


def test_hours_of_parquet_are_those_of_the_clock(tmp_path: Path) -> None:
    times = pd.date_range("2021-01-01 19:00", periods=8, freq="25h", tz="Asia/Tokyo")
    frame = pd.DataFrame({"t": times, "o": [it.time() for it in times], "y": ["x", "z"] * 4})
    frame.to_parquet(tmp_path / "d.parquet")
    split = split_of(tmp_path, "file: d.parquet, target: y, dates: [hour], train_size: 4")
    assert split.features == ("t_hour", "o_hour")
    assert split.x_train.tolist() == [[19, 19], [20, 20], [21, 21], [22, 22]]


def test_classes_of_true_and_false_keep_their_names(tmp_path: Path) -> None:
    for y in ([True, False] * 4, [True, False, None, True] * 2):
        pd.DataFrame({"a": range(8), "y": y}).to_parquet(tmp_path / "d.parquet")
        split = split_of(tmp_path, "file: d.parquet, target: y, missing: drop")
        assert split.classes == ("False", "True")


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_texts_of_parquet_are_those_that_were_written(dtype: Any, tmp_path: Path) -> None:
    values = {"a": ["u", None, "v"], "none": [None] * 3, "0": ["x", "x", "z"]}
    frame = pd.DataFrame(values, dtype=dtype).assign(
        numbers=[1, 2, 3], kinds=pd.Categorical(["q", "p", None], ["q", "p", "r"], ordered=True)
    )
    frame.to_parquet(tmp_path / "t.parquet")
    found = DataFiles().read(tmp_path / "t.parquet").frame
    assert dict(found.isna().sum()) == {"a": 1, "none": 3, "0": 0, "numbers": 0, "kinds": 1}
    assert [*found["a"].dropna(), *found["0"]] == ["u", "v", "x", "x", "z"]
    assert isinstance(found["a"].dtype, pd.CategoricalDtype) == (dtype == "category")
    assert found["kinds"].dtype == frame["kinds"].dtype


def test_equal_texts_of_parquet_share_their_memory(tmp_path: Path) -> None:
    """A few kilobytes may stand for gigabytes of text."""
    texts = ["x" * 10**6, "y" * 10**6] * 20
    table = pyarrow.table({"a": texts, "y": texts, "number": range(40)})
    parquet.write_table(table, tmp_path / "t.parquet", compression="zstd")
    reading = DataFiles().read(tmp_path / "t.parquet")
    made = table_from_file(reading, Choice(("y",)), Rules())
    for values in (reading.frame["a"], made.categories[:, 0]):
        assert len({id(value) for value in values}) == 2
    # NumPy's text gives every row the room of the longest one.
    assert made.y.tolist() == [0, 1] * 20
    assert made.classes == tuple(texts[:2])


def test_parquet_that_needs_more_memory_than_there_is_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise pyarrow.ArrowMemoryError("malloc of size 1099511627776 failed")

    houses().to_parquet(tmp_path / "h.parquet")
    monkeypatch.setattr(pd, "read_parquet", fail)
    (line,) = complaints(tmp_path, "file: h.parquet, target: price", "mse")
    assert line.endswith("needs more memory than there is")


def test_a_small_file_of_too_many_rows_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rows = pyarrow.nulls(50_000_001, pyarrow.float64())
    parquet.write_table(pyarrow.table({"a": rows, "y": rows}), tmp_path / "h.parquet")
    assert (tmp_path / "h.parquet").stat().st_size < 10**6
    (line,) = complaints(tmp_path, "file: h.parquet, target: y", "mse")
    assert line.endswith("has 50000001 rows of 2 columns, more than 100000000 values")


@pytest.mark.parametrize("index", [None, [5, 5, 6], pd.Index([0.5, 1.5, 2.5], name="k")])
def test_columns_of_parquet_that_are_read_apart_come_in_their_order(
    index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"b": [1.0, 2.0, np.nan], "a.b": ["u", None, "v"], "c": [1, 2, 3], "a": [True] * 3}
    pd.DataFrame(values, index=index).to_parquet(tmp_path / "t.parquet")
    whole = DataFiles().read(tmp_path / "t.parquet").frame
    monkeypatch.setattr("lossbench.data.reading.arrow.VALUES", 3)
    apart = DataFiles().read(tmp_path / "t.parquet").frame
    pd.testing.assert_frame_equal(whole, apart)
    assert [*whole.columns] == [*(["k"] if getattr(index, "name", "") else []), *values]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_columns_of_parquet_are_never_in_memory_all_at_once(
    dtype: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it takes is the features and a few columns, whether they are drawn and scaled or not."""
    monkeypatch.setattr("lossbench.data.reading.arrow.VALUES", 2**18)
    monkeypatch.setattr("lossbench.data.features.BLOCK", 2**18)
    values = np.random.default_rng(0).normal(size=(200_000, 30)).astype(dtype)
    frame = pd.DataFrame(values, columns=[f"x{number}" for number in range(30)])
    frame.assign(y=frame["x0"] > 0).to_parquet(tmp_path / "d.parquet")
    keys = {"file": str(tmp_path / "d.parquet"), "target": "y"}
    scaled = {"standardize": {"features": "train"}, "split": {"shuffle": True, "random_state": 1}}
    Dataset.model_validate(keys | scaled).load()  # imports
    for more in ({}, scaled):
        tracemalloc.start()
        split = Dataset.model_validate(keys | more).load()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert split.nbytes == 200_000 * 30 * 4
        assert peak < 1.8 * split.nbytes
