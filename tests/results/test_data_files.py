"""Results on a data file: the way to it from a stored config, its classes, and life without it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_configs import write_config
from kept_programs import run

from lossbench.config.experiment import Experiment
from lossbench.config.load import load
from lossbench.evidence.comparison import compare
from lossbench.pictures.of_comparison import pictures
from lossbench.results.read import read_all, read_result


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Experiment]:
    """A folder with data, and results of two losses on them; the experiment of one."""
    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(60, 2)), columns=["_width", "height in $ or €"])
    frame["kind"] = np.where(frame.sum(axis=1) > 0, "_große", "$kleine$")
    frame.to_csv(folder / "d.csv", index=False)
    (folder / "configs").mkdir()
    for loss in ("hinge", "bce"):
        path = write_config(folder / "configs", "file: ../d.csv, target: kind", loss)
        experiment = load(path.rename(path.with_name(f"{loss}.yaml")))
        run(experiment, folder / "results" / "deep")
    return folder, experiment


def test_stored_config_means_the_same_file_and_gives_the_same_bytes(
    trained: tuple[Path, Experiment],
) -> None:
    folder, experiment = trained
    stored = folder / "results" / "deep" / "bce"
    text = (stored / "config.yaml").read_text()
    assert "file: ../../../d.csv\n" in text
    assert str(folder) not in text + (stored / "metrics.json").read_text()
    again = load(stored / "config.yaml")
    assert again.config_hash == experiment.config_hash
    run(again, folder / "again" / "deep")
    for path in (folder / "again" / "deep" / "bce").iterdir():
        assert path.read_bytes() == (stored / path.name).read_bytes()


def test_classes_are_named_in_the_results(trained: tuple[Path, Experiment]) -> None:
    result = read_result(trained[0] / "results" / "deep" / "bce")
    assert result.classes == ("$kleine$", "_große")
    assert result.experiment.dataset.load().sha256 == result.data_sha256


def test_compare_works_without_the_data(trained: tuple[Path, Experiment]) -> None:
    folder, _ = trained
    results, complaints = read_all(folder / "results" / "deep")
    groups = compare(results)
    assert complaints == []
    assert groups[0].title == "d.csv: accuracy"
    assert pictures(groups).keys() == {"curves_d", "boundaries_d"}
    hidden = (folder / "d.csv").rename(folder / "hidden.csv")
    try:
        groups = compare(read_all(folder / "results" / "deep")[0])
        assert pictures(groups).keys() == {"curves_d"}
    finally:
        hidden.rename(folder / "d.csv")
