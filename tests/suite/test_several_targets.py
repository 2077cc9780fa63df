"""Experiments with several targets: what is printed, written, read back and reported of them."""

import json
from pathlib import Path

import pytest
from command import lossbench, lossbench_process

from lossbench.results.files import DamagedResult
from lossbench.results.metrics_json import digest
from lossbench.results.read import read, read_result
from lossbench.text import to_json

REAL = """\
dataset: {generator: make_regression, n_samples: 80, n_features: 3, n_targets: 2,
          standardize: {target: train}}
model: {hidden: [4]}
loss: mse
metrics: [r2]
epochs: 2
repeats: 2
"""
LABELS = """\
dataset: {generator: make_multilabel_classification, n_samples: 80, n_classes: 3}
model: {hidden: [4]}
loss: bce
metrics: [subset_accuracy]
epochs: 2
repeats: 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "real.yaml").write_text(REAL)
    (tmp_path / "labels.yaml").write_text(LABELS)
    (tmp_path / "hinge.yaml").write_text(LABELS.replace("bce", "hinge"))
    return tmp_path


def test_each_target_is_told_beside_all_of_them(folder: Path) -> None:
    told = lossbench(folder, "run", "real.yaml", "labels.yaml", "hinge.yaml")
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("  target_1: train ") == 3
    assert told.stdout.count("  target_3: train ") == 2
    (real,) = read(folder / "results" / "real")
    by_target = real.of_targets("test", "mse")
    assert [*by_target] == ["target_1", "target_2"]
    mean = sum(by_target.values()) / 2
    assert real.final("test", "mse") == pytest.approx(mean, rel=1e-5)
    assert real.of_targets("test", "loss") == {}
    # What is stored is not trained again, and is the same.
    again = lossbench(folder, "run", "real.yaml")
    assert "2 of 2 seeds stored" in again.stderr
    assert again.stdout in told.stdout
    report = lossbench(folder, "report")
    assert report.returncode == 0, report.stderr
    page = (folder / "results" / "report.html").read_text()
    assert page.count("<caption>The mean squared error of each target.</caption>") == 1
    assert page.count("<caption>The accuracy of each target.</caption>") == 2
    compared = lossbench(folder, "compare")
    assert "make_multilabel_classification, 80 rows: accuracy" in compared.stdout


def test_metrics_of_targets_that_cannot_be_are_named(folder: Path) -> None:
    lossbench(folder, "run", "real.yaml")
    path = folder / "results" / "real" / "metrics.json"
    stored = json.loads(path.read_text())
    del stored["sha256"]

    def damage(change: str) -> str:
        values = json.loads(json.dumps(stored))
        run = values["runs"][1]
        if change == "range":
            run["targets"]["test"]["mse"][0] = -1.0
        elif change == "lacking":
            del run["targets"]
        elif change == "names":
            values["targets"] = ["a", "b", "c"]
        else:
            values["targets"] = ["a", "a"]
        path.write_text(to_json(values | {"sha256": digest(values)}))
        with pytest.raises(DamagedResult) as error:
            read_result(path.parent)
        return str(error.value)

    assert "mse of seed 1 is out of its range" in damage("range")
    assert "does not have the metrics of its targets" in damage("lacking")
    assert "does not have the metrics of its targets" in damage("names")
    assert "has classes that its loss cannot have" in damage("same")


@pytest.mark.thorough
def test_losses_are_chosen_for_several_targets(folder: Path) -> None:
    (folder / "mine").mkdir()
    for name, loss in (("bce", "bce"), ("focal", "binary_focal_crossentropy")):
        text = LABELS.replace("bce", loss).replace("metrics: [subset_accuracy]\n", "")
        (folder / "mine" / f"{name}.yaml").write_text(text)
    (folder / "real").mkdir()
    (folder / "real" / "mse.yaml").write_text(REAL)
    (folder / "real" / "huber.yaml").write_text(REAL.replace("mse", "huber"))
    asked = ("--splits", "2", "--seeds", "2", "--epochs", "2")
    for of, metric in (("mine", "accuracy"), ("real", "mse")):
        told = lossbench_process(folder, "choose", of, *asked)
        assert told.returncode == 0, told.stderr
        assert metric in told.stdout
        assert "gradient boosting" in told.stdout
    told = lossbench_process(folder, "choose", "mine", *asked, "--metric", "balanced_accuracy")
    assert told.returncode == 0, told.stderr


def test_a_choice_is_of_losses_for_one_problem(folder: Path) -> None:
    (folder / "mine").mkdir()
    for name, loss in (("bce", "bce"), ("mse", "mse")):
        text = LABELS.replace("bce", loss).replace("metrics: [subset_accuracy]\n", "")
        (folder / "mine" / f"{name}.yaml").write_text(text)
    told = lossbench(folder, "choose", "mine")
    assert told.returncode == 2
    assert "mse.yaml: loss: is for regression, and that of mine/bce.yaml for multi" in told.stderr


def test_data_of_several_targets_need_a_config(folder: Path) -> None:
    told = lossbench(folder, "new", "linnerud")
    assert told.returncode == 2
    assert "has several targets" in told.stderr
