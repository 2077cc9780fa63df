import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossbench.config.experiment import Experiment
from lossbench.results.atomic import _locked
from lossbench.results.metrics_json import digest
from lossbench.results.read import DamagedResult, read, read_all, read_result
from lossbench.results.result import Result, Training
from lossbench.results.write import files

SEEDS, EPOCHS = 3, 4


@pytest.fixture
def result() -> Result:
    experiment = Experiment.model_validate(
        {
            "name": "some",
            "dataset": {"generator": "make_circles", "noise": 0.1},
            "model": {"hidden": [5]},
            "loss": "hinge",
            "epochs": EPOCHS,
            "repeats": SEEDS,
            "seed": 7,
            "published": {"rounded_accuracy": {"train": 0.75, "test": 0.5}},
        }
    )
    rng = np.random.default_rng(0)
    names = ("loss", *experiment.metrics)
    trainings = []
    for seed in experiment.seeds:
        value = np.nan if seed == 8 else 0.25
        history = {
            f"{part}_{name}": rng.random(EPOCHS, np.float32) for name in names for part in PARTS
        }
        for name in names:
            history[f"test_{name}"][-1] = value
        shapes = experiment.model.weight_shapes((2,), 1).values()
        weights = tuple(rng.random(shape, np.float32) for shape in shapes)
        figures = dict.fromkeys(names, value)
        trainings.append(Training(seed, seed == 8, figures, figures, history, weights))
    return Result(experiment, "abc", tuple(trainings))


PARTS = ("train", "test")
CLASSES_OF_NO_HINGE = [["a"], ["a", "b", "c"], ["a", "a"]]


@pytest.fixture
def folder(tmp_path: Path, result: Result) -> Path:
    folder = tmp_path / "some"
    folder.mkdir()
    for name, content in files(result).items():
        (folder / name).write_bytes(content)
    return folder


def rewrite(path: Path, **changes: object) -> None:
    """Change metrics.json, and let its digest be right."""
    values = json.loads(path.read_text()) | changes
    del values["sha256"]
    path.write_text(json.dumps(values | {"sha256": digest(values)}))


def test_what_is_read_is_what_was_written(folder: Path, result: Result) -> None:
    again = files(read_result(folder))
    written = files(result)
    assert again.keys() == written.keys()
    assert again["metrics.json"] == written["metrics.json"]
    assert again["history.csv"] == written["history.csv"]
    assert again["config.yaml"] == written["config.yaml"]
    for one, other in zip(read_result(folder).trainings, result.trainings, strict=True):
        for a, b in zip(one.weights, other.weights, strict=True):
            np.testing.assert_array_equal(a, b)


def test_published_figures_keep_the_decimals_they_were_printed_with(folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("0.75", "0.750"))
    assert str(read_result(folder).experiment.published["rounded_accuracy"].train) == "0.750"


def test_null_is_nan(folder: Path) -> None:
    assert np.isnan(read_result(folder).final("test", "accuracy")).tolist() == [False, True, False]


def test_history_may_be_missing(folder: Path) -> None:
    (folder / "history.csv").unlink()
    assert [dict(training.history) for training in read_result(folder).trainings] == [{}] * SEEDS


@pytest.mark.parametrize("name", ["metrics.json", "config.yaml", "weights.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DamagedResult, match=f"{name}: is missing; run the experiment again"):
        read_result(folder)


@pytest.mark.parametrize("name", ["metrics.json", "config.yaml", "weights.npz", "history.csv"])
@pytest.mark.parametrize("share", [0, 0.5, 0.9])
def test_a_part_written_file_is_named(folder: Path, name: str, share: float) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedResult, match=name):
        read_result(folder)


def test_pickled_weights_are_refused(folder: Path) -> None:
    np.savez(folder / "weights.npz", kernel_1=np.array([{}], dtype=object), bias_1=np.zeros(1))
    with pytest.raises(DamagedResult, match=r"weights\.npz"):
        read_result(folder)


def test_weights_of_other_shapes_are_refused(folder: Path) -> None:
    np.savez(folder / "weights.npz", kernel_1=np.zeros((SEEDS, 2, 5)), bias_1=np.zeros((SEEDS, 4)))
    with pytest.raises(DamagedResult, match=r"weights\.npz"):
        read_result(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"provenance": {"lossbench": "9.0.0"}}, "was written by lossbench 9.0.0"),
        ({"config_hash": "0"}, "which this one"),
        ({"runs": []}, "runs: List should have at least 1 item"),
        ({"runs": 3}, "runs: Input should be a valid list"),
        *[({"classes": it}, "has classes that its loss cannot have") for it in CLASSES_OF_NO_HINGE],
    ],
)
def test_another_format_is_refused(folder: Path, change: dict, message: str) -> None:
    rewrite(folder / "metrics.json", **change)
    with pytest.raises(DamagedResult, match=message):
        read_result(folder)


def test_classes_are_read(folder: Path) -> None:
    rewrite(folder / "metrics.json", classes=["a", "b"])
    assert read_result(folder).classes == ("a", "b")


def test_configs_that_differ_are_refused(folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("epochs: 4", "epochs: 5"))
    with pytest.raises(DamagedResult, match=r"is not the config of metrics\.json"):
        read_result(folder)


def test_the_good_ones_are_read_beside_the_damaged(folder: Path) -> None:
    bad = folder.parent / "bad"
    bad.mkdir()
    (bad / "metrics.json").write_text("{")
    (folder.parent / "5000-samples").mkdir()
    results, complaints = read_all(folder.parent)
    assert [result.experiment.name for result in results] == ["some"]
    assert len(complaints) == 1
    assert "bad/metrics.json" in complaints[0]


def test_read_gives_the_good_ones_and_warns_of_the_damaged(folder: Path) -> None:
    bad = folder.parent / "bad"
    bad.mkdir()
    (bad / "metrics.json").write_text("{")
    with pytest.warns(UserWarning, match=r"bad/metrics\.json: is damaged") as warned:
        results = read(str(folder.parent))
    assert [result.experiment.name for result in results] == ["some"]
    assert [Path(it.filename).name for it in warned] == [Path(__file__).name]


def test_read_takes_the_folder_of_one_result_too(folder: Path) -> None:
    (result,) = read(folder)
    assert files(result) == files(read_result(folder))
    (folder / "weights.npz").unlink()
    with pytest.raises(DamagedResult, match=r"weights\.npz: is missing"):
        read(folder)


def test_read_raises_where_it_finds_no_result(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no results"):
        read(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read(tmp_path / "none")
    (folder / "metrics.json").write_text("{")
    with pytest.raises(FileNotFoundError, match=r"metrics\.json: is damaged"):
        read(tmp_path)


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    assert "holds no results" in read_all(tmp_path)[1][0]
    assert "does not exist" in read_all(tmp_path / "none")[1][0]


def test_tensorflow_is_not_imported() -> None:
    code = (
        "import lossbench.results.read, lossbench.evidence.claims, sys\n"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_early_stop_and_batch_normalisation_are_read_as_they_were_written(
    tmp_path: Path, result: Result
) -> None:
    config = result.experiment.resolved() | {
        "model": {"hidden": [{"units": 5, "batch_normalization": True, "dropout": 0.1}]},
        "early_stopping": {"patience": 1},
        "metrics": ["f1"],
    }
    experiment = Experiment.model_validate(config)
    rng = np.random.default_rng(0)
    trainings = []
    for length, training in zip((2, 4, 3), result.trainings, strict=True):
        names = ("train_loss", "test_loss", "validation_loss")
        names += tuple(f"{part}_{it}" for part in PARTS for it in experiment.tracked)
        history = {name: rng.random(length, np.float32) for name in names}
        shapes = experiment.model.weight_shapes((2,), 1).values()
        weights = tuple(rng.random(shape, np.float32) for shape in shapes)
        figures = dict.fromkeys(("loss", *experiment.metrics), 0.5)
        trainings.append(
            Training(training.seed, False, figures, figures, history, weights, length, 1)
        )
    written = files(Result(experiment, "abc", tuple(trainings)))
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    again = read_result(tmp_path)
    assert files(again) == written
    assert [it.epochs for it in again.trainings] == [2, 4, 3]
    assert again.curves("test", "loss").shape == (3, EPOCHS)
    assert len(written["history.csv"].splitlines()) == 1 + 2 + 4 + 3

    runs = json.loads(written["metrics.json"])["runs"]
    runs[0]["epochs"] = 3
    rewrite(tmp_path / "metrics.json", runs=runs)
    with pytest.raises(DamagedResult, match=r"history\.csv: is half-written, or of another run"):
        read_result(tmp_path)
    runs[0]["epochs"] = None
    rewrite(tmp_path / "metrics.json", runs=runs)
    with pytest.raises(DamagedResult, match="has impossible numbers of epochs"):
        read_result(tmp_path)


def test_a_best_epoch_before_anything_was_watched_is_refused(
    tmp_path: Path, result: Result
) -> None:
    stopping = {"patience": 1, "start_from_epoch": 1}
    config = result.experiment.resolved() | {"early_stopping": stopping}
    experiment = Experiment.model_validate(config)

    def stored(best_epoch: int) -> Result:
        trainings = [
            replace(
                it,
                history={**it.history, "validation_loss": it.history["train_loss"]},
                epochs=EPOCHS,
                best_epoch=best_epoch,
            )
            for it in result.trainings
        ]
        for name, content in files(Result(experiment, "abc", tuple(trainings))).items():
            (tmp_path / name).write_bytes(content)
        return read_result(tmp_path)

    assert stored(2).trainings[0].best_epoch == 2
    with pytest.raises(DamagedResult, match="has impossible numbers of epochs"):
        stored(1)


def test_weights_that_are_nan_in_a_training_that_did_not_diverge_are_refused(
    folder: Path, result: Result
) -> None:
    # As results of 1.1.0 could have them, whose loss has a finite value of any prediction.
    first, *others = result.trainings
    broken = replace(first, weights=tuple(it * np.nan for it in first.weights))
    for name, content in files(replace(result, trainings=(broken, *others))).items():
        (folder / name).write_bytes(content)
    with pytest.raises(DamagedResult, match=r"weights\.npz: is not finite in seed 7"):
        read_result(folder)


def test_a_result_is_not_read_while_it_is_being_replaced(folder: Path, result: Result) -> None:
    """It would be made of files of two results."""
    found: list[Result] = []
    reader = threading.Thread(target=lambda: found.append(read_result(folder)))
    with _locked(folder.parent):
        (folder / "history.csv").rename(folder / "away")
        reader.start()
        reader.join(0.5)
        assert not found
        (folder / "away").rename(folder / "history.csv")
    reader.join()
    assert found[0].curves("test", "loss").shape == result.curves("test", "loss").shape
