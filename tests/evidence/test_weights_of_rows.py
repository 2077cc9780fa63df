"""Comparisons of experiments whose rows count differently."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import houses, write_config
from kept_programs import run

from lossbench.config.load import load
from lossbench.evidence.comparison import compare
from lossbench.results.read import read_all


@pytest.mark.thorough
def test_results_with_and_without_weights_are_compared_and_the_difference_is_said(
    tmp_path: Path,
) -> None:
    houses().assign(weight=1 + np.arange(60) % 3).to_csv(tmp_path / "h.csv", index=False)
    data = "file: h.csv, target: price, missing: median"
    for name, more in (("even", "drop: [weight]"), ("weighed", "sample_weight: weight")):
        experiment = load(write_config(tmp_path, f"{data}, {more}", "mse"), {"name": name})
        run(experiment, tmp_path / "out")
    results, _ = read_all(tmp_path / "out")
    assert [it.experiment.dataset.sample_weight for it in results] == [None, "weight"]
    assert not np.array_equal(*(it.final("train", "loss") for it in results))
    (group,) = compare(results)
    assert "dataset.sample_weight" in group.notes[0]


def test_other_weights_in_a_column_of_the_same_name_are_said(tmp_path: Path) -> None:
    for name, weight in (("even", 1 + np.arange(60) % 3), ("uneven", 1 + np.arange(60) % 7)):
        houses().assign(weight=weight).to_csv(tmp_path / "h.csv", index=False)
        data = "file: h.csv, target: price, missing: median, sample_weight: weight"
        experiment = load(write_config(tmp_path, data, "mse"), {"name": name})
        run(experiment, tmp_path / "out")
    (group,) = compare(read_all(tmp_path / "out")[0])
    assert "dataset.sha256" in group.notes[0]
