"""What is in the files of a result, which any other program can read."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from kept_programs import run

from lossbench.config.experiment import Experiment
from lossbench.results.result import Result
from lossbench.results.write import files
from lossbench.suite.write import write


@pytest.fixture(scope="module")
def result(experiment_of: Callable[..., Experiment]) -> Result:
    published = {"rounded_accuracy": {"train": 0.79, "test": 0.74}}
    return run(experiment_of("binary classification", "hinge", repeats=21, published=published))


def test_metrics_json_holds_what_it_promises(result: Result) -> None:
    document = json.loads(files(result)["metrics.json"])
    assert document["name"] == "hinge"
    assert document["config"]["optimizer"] == {
        "name": "SGD",
        "learning_rate": 0.01,
        "momentum": 0.9,
    }
    assert document["config_hash"] == result.experiment.config_hash
    assert [run["seed"] for run in document["runs"]] == list(range(21))
    assert set(document["runs"][0]["train"]) == {"loss", "accuracy", "rounded_accuracy"}
    values = [run["test"]["rounded_accuracy"] for run in document["runs"]]
    published = document["published"]["rounded_accuracy"]["test"]
    assert published["value"] == 0.74
    assert published["median"] == np.median(values)
    assert [published["low"], published["high"]] == np.percentile(values, [2.5, 97.5]).tolist()
    assert published["verdict"] == "outside"
    assert document["summary"]["test"]["rounded_accuracy"]["median"] == np.median(values)
    assert set(document["provenance"]) == {
        *("lossbench", "Python", "TensorFlow", "Keras", "NumPy", "scikit-learn"),
        *("platform", "processor", "data_sha256"),
    }


def test_history_has_a_row_per_seed_and_epoch_that_ends_at_the_final_figures(
    result: Result,
) -> None:
    rows = list(csv.DictReader(io.StringIO(files(result)["history.csv"].decode())))
    assert len(rows) == 21 * 5
    assert list(rows[0])[:4] == ["seed", "epoch", "train_loss", "test_loss"]
    assert [row["epoch"] for row in rows[:6]] == ["1", "2", "3", "4", "5", "1"]
    for training, row in zip(result.trainings, rows[4::5], strict=True):
        assert float(row["test_loss"]) == training.test["loss"]
        assert float(row["train_loss"]) != training.train["loss"]


def test_weights_are_readable_without_pickle_one_row_per_seed(result: Result) -> None:
    with np.load(io.BytesIO(files(result)["weights.npz"]), allow_pickle=False) as arrays:
        shapes = {name: arrays[name].shape for name in arrays}
        np.testing.assert_array_equal(arrays["kernel_2"][3], result.trainings[3].weights[2])
    assert shapes == {
        "kernel_1": (21, 2, 25),
        "bias_1": (21, 25),
        "kernel_2": (21, 25, 1),
        "bias_2": (21, 1),
    }


def test_a_diverged_training_is_kept_counted_and_null(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("regression", "mse", repeats=2, optimizer={"learning_rate": 1e6})
    document = json.loads(files(run(experiment))["metrics.json"])
    assert document["diverged"] == 2
    assert [run["diverged"] for run in document["runs"]] == [True, True]
    assert document["runs"][0]["test"] == {"loss": None, "mse": None, "mae": None}
    assert document["summary"]["test"]["mse"] == {"median": None, "low": None, "high": None}


def test_a_result_replaces_an_older_one_whole_and_leaves_nothing_beside_it(
    result: Result, tmp_path: Path
) -> None:
    folder = tmp_path / "hinge"
    folder.mkdir()
    (folder / "metrics.json").touch()
    (folder / "model.keras").touch()
    write(result, result.experiment.dataset.load(), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["hinge"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.yaml",
        "dataset.png",
        "history.csv",
        "learning_curves.png",
        "metrics.json",
        "weights.npz",
    ]
