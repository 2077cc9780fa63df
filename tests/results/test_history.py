"""history.csv, as pandas reads it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from lossbench.results.result import Result, history, shortest


def test_every_float32_comes_back_from_its_text() -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = values[~np.isnan(values)]
    texts = [repr(value) for value in shortest(values).tolist()]
    with np.errstate(over="ignore"):
        again = np.loadtxt(texts).astype(np.float32)
    np.testing.assert_array_equal(again.view(np.uint32), values.view(np.uint32))


def test_pandas_reads_the_history_as_numbers_also_of_a_diverged_training(
    result_of: Callable[..., Result], tmp_path: Path
) -> None:
    result = result_of([np.nan, 1.0])
    (tmp_path / "history.csv").write_text(history(result))
    rows = pd.read_csv(tmp_path / "history.csv")
    kinds = {name: str(kind) for name, kind in rows.dtypes.items()}
    assert kinds == dict.fromkeys(rows.columns, "float64") | {"seed": "int64", "epoch": "int64"}
    assert rows["test_loss"].tolist() == [1, np.inf, 1, np.inf]
    assert rows.groupby("seed")["epoch"].apply(list).tolist() == [[1, 2], [1, 2]]
