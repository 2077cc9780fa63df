"""Data to write configs for, and the configs that are written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lossbench.starters.configs import write
from lossbench.starters.dataset import starter_dataset


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """Prices with outliers, missing sizes, a category, and a column that numbers the rows."""
    rng = np.random.default_rng(0)
    rows = 300
    frame = pd.DataFrame({"id": np.arange(1, rows + 1), "size": rng.normal(100, 20, rows)})
    frame["place"] = rng.choice(["town", "country"], rows)
    frame["price"] = np.exp(frame["size"] / 60 + (frame["place"] == "town"))
    frame.loc[::15, "price"] *= 10
    frame.loc[:8, "size"] = np.nan
    frame.to_csv(tmp_path / "houses.csv", index=False)
    return tmp_path / "houses.csv"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes configs for some data, and gives their folder."""

    def write_configs(data: str, target: str | None = None, problem: str | None = None) -> Path:
        dataset = starter_dataset(data, target, problem)
        write(dataset, tmp_path / dataset.name)
        return tmp_path / dataset.name

    return write_configs
