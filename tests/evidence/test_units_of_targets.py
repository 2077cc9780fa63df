"""Comparisons of experiments whose networks learn other transforms of one target."""

from pathlib import Path

import pytest
from dataset_configs import houses, write_config
from kept_programs import run

from lossbench.config.load import load
from lossbench.evidence.comparison import compare
from lossbench.results.read import read_all

DATA = "file: h.csv, target: price, missing: median, standardize: {features: train}"


@pytest.mark.thorough
def test_they_are_compared_in_the_units_of_the_target_and_the_difference_is_said(
    tmp_path: Path,
) -> None:
    price = 50.5 + 100 * houses()["rooms"]
    houses().assign(price=price).to_csv(tmp_path / "h.csv", index=False)
    for name, loss in (("standardize", "mse"), ("log", "mse"), ("mean", "poisson")):
        data = f"{DATA}, target_transform: {name}"
        experiment = load(write_config(tmp_path, data, loss), {"name": name, "epochs": 100})
        run(experiment, tmp_path / "out")
    plain = load(write_config(tmp_path, DATA, "mse"), {"name": "plain"})
    run(plain, tmp_path / "out")
    (group,) = compare(read_all(tmp_path / "out")[0])
    assert len(group.results) == 4
    assert {*group.differs} == {"epochs", "dataset.target_transform"}
    failed = {it.name: it.failed for it in group.standings if it.part == "train"}
    assert failed == {"log": 0, "mean": 0, "plain": 2, "standardize": 0}
    maes = {it.experiment.name: it.final("train", "mae") for it in group.results}
    for name in ("log", "mean", "standardize"):
        assert (maes[name] < price.std()).all(), name
    assert (maes["plain"] > price.std()).all()  # it has just begun
