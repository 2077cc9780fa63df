"""The units of a transformed target, kept with a result and read back."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset_configs import houses, write_config
from kept_programs import run

from lossbench.config.load import load
from lossbench.results.files import DamagedResult
from lossbench.results.read import read_result
from lossbench.results.result import Result
from lossbench.results.write import files
from lossbench.text import to_json

DATA = "file: h.csv, target: price, missing: median, train_size: 40, standardize: {features: train}"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The folder of a result with a transformed target, and the result that was written there."""
    folder = tmp_path_factory.mktemp("units")
    houses().to_csv(folder / "h.csv", index=False)
    config = write_config(folder, f"{DATA}, target_transform: log1p", "mse")
    config.write_text(config.read_text() + "early_stopping: {patience: 3, validation_size: 10}\n")
    result = run(load(config, {"metrics": ["r2"]}), folder / "out")
    return folder / "out" / "it", result


def test_they_are_written_and_read_back(stored: tuple[Path, Result]) -> None:
    folder, result = stored
    price = houses()["price"].to_numpy()
    logs, fitted = np.log1p(price[:40]), price[:30]  # ten rows are held back
    written = json.loads((folder / "metrics.json").read_text())["target"]
    assert written == pytest.approx(
        {
            "name": "log1p",
            "center": logs.mean(),
            "scale": logs.std(),
            "constant_mse": fitted.var(),
            "constant_mae": np.abs(fitted - np.median(fitted)).mean(),
        }
    )
    again = read_result(folder)
    assert again.target == result.target
    rewritten = files(replace(again, experiment=result.experiment.seen_from(folder)))
    for name, content in rewritten.items():
        assert content == (folder / name).read_bytes(), name


def test_metrics_of_the_rows_held_back_are_in_no_part(stored: tuple[Path, Result]) -> None:
    _, result = stored
    assert result.target
    best = result.target.constant_mse
    r2, mse = (result.final("train", metric) for metric in ("r2", "mse"))
    assert result.diverged == 0
    np.testing.assert_allclose(r2, 1 - mse / best, atol=1e-6)


def test_a_result_without_a_transform_says_nothing_of_units(tmp_path: Path) -> None:
    houses().to_csv(tmp_path / "h.csv", index=False)
    result = run(load(write_config(tmp_path, DATA, "mse")), tmp_path / "out")
    assert result.target is None
    written = json.loads((tmp_path / "out" / "it" / "metrics.json").read_text())
    assert "target" not in written
    assert read_result(tmp_path / "out" / "it").target is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (None, "does not have the target_transform of its config"),
        ({"name": "log"}, "does not have the target_transform of its config"),
        ({"name": "sqrt"}, "target.name: "),
        ({"scale": 0.0}, "target.scale: "),
        ({"center": "7"}, "target.center: "),
        ({"constant_mse": -1.0}, "target.constant_mse: "),
        ({"constant_mae": 1e300}, "target.constant_mae: "),
        ({"more": 1.0}, "target.more: "),
    ],
)
def test_impossible_units_are_damage(
    stored: tuple[Path, Result], changes: dict[str, Any] | None, said: str, tmp_path: Path
) -> None:
    for path in stored[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    values = json.loads((tmp_path / "metrics.json").read_text())
    del values["sha256"]
    if changes is None:
        del values["target"]
    else:
        values["target"] |= changes
    (tmp_path / "metrics.json").write_text(to_json(values))
    with pytest.raises(DamagedResult, match=said):
        read_result(tmp_path)
