"""The section of what is disturbed on purpose: what it refuses, and what it says of itself."""

from pathlib import Path

import pytest
from dataset_configs import complaints, write_config
from kept_programs import run

from lossbench.config.load import load, load_all
from lossbench.data.arrays import DatasetError
from lossbench.results.read import read_result
from lossbench.starters.settings import of_dataset

REAL, TWO, THREE = (f"generator: {it}" for it in ("load_diabetes", "make_moons", "make_blobs"))
SHARE = "must be a share from 0 to 1, or shares by class: {cat: {dog: 0.3}}"
# The data, the loss, what is disturbed, the key that is named, and what is said of it.
REFUSED: list[tuple[str, str, str, str, str]] = [
    (REAL, "mse", "{}", "", "{} must have labels or outliers: the share of the training rows"),
    (REAL, "mse", "0.2", "", "0.2 must be a mapping of keys to values"),
    (REAL, "mse", "{outlier: 0.1}", ".outlier", "0.1 is not a known key; did you mean 'outliers'?"),
    (REAL, "mse", "{labels: 0.1, outliers: 0.1}", ".outliers", "0.1 cannot stand beside labels"),
    (REAL, "mse", "{outliers: 1.5}", ".outliers", "1.5 must be at most 1"),
    (REAL, "mse", "{outliers: -0.5}", ".outliers", "-0.5 must be at least 0"),
    (REAL, "mse", "{outliers: true}", ".outliers", "True must be a number"),
    (REAL, "mse", "{outliers: 0.1, scale: 0}", ".scale", "0 must be greater than 0"),
    (REAL, "mse", "{outliers: 0.1, random_state: -1}", ".random_state", "-1 must be at least 0"),
    (
        TWO,
        "bce",
        "{labels: 0.1, scale: 3}",
        ".scale",
        "3.0 is how far outliers lie, and has no eff",
    ),
    (TWO, "bce", "{labels: 1.5}", ".labels", f"1.5 {SHARE}"),
    (TWO, "bce", "{labels: -1}", ".labels", f"-1 {SHARE}"),
    (TWO, "bce", "{labels: true}", ".labels", f"True {SHARE}"),
    (TWO, "bce", "{labels: {}}", ".labels", f"{{}} {SHARE}"),
    (TWO, "bce", "{labels: 010}", ".labels", "010 is 8 in YAML 1.1 and 10 elsewhere"),
    (TWO, "bce", "{labels: {0: {1: 0x1}}}", ".labels", "{'0': {'1': 0x1}} has 0x1, which must be"),
    (TWO, "bce", "{labels: {0: 0.3}}", ".labels", "{'0': 0.3} must say what rows of '0' become"),
    (TWO, "bce", "{labels: {0: {}}}", ".labels", "{'0': {}} must say what rows of '0' become"),
    (
        TWO,
        "bce",
        "{labels: {0: {1: 2}}}",
        ".labels",
        "{'0': {'1': 2}} must have shares from 0 to 1",
    ),
    (
        TWO,
        "bce",
        "{labels: {0: {0: 0.2}}}",
        ".labels",
        "{'0': {'0': 0.2}} must say which other class rows of '0' become, not the same one",
    ),
    (
        THREE,
        "kld",
        "{labels: {0: {1: 0.6, 2: 0.6}}}",
        ".labels",
        "{'0': {'1': 0.6, '2': 0.6}} must have shares that are 1 at most together, unlike those of",
    ),
    # What only the data can tell.
    (REAL, "mse", "{labels: 0.1}", "", "{'labels': 0.1, 'random_state': 0} has labels, which are"),
    (
        TWO,
        "bce",
        "{outliers: 0}",
        "",
        "{'outliers': 0.0, 'scale': 10.0, 'random_state': 0} has out",
    ),
    (
        THREE,
        "kld",
        "{labels: {0: {4: 0.2}}}",
        "",
        "{'labels': {'0': {'4': 0.2}}, 'random_state': 0} names '4', which is not a class; allow",
    ),
    (
        THREE,
        "kld",
        "{labels: {0: {1: 0.5, 2: 0.5}}}",
        "",
        "{'labels': {'0': {'1': 0.5, '2': 0.5}}, 'random_state': 0} leaves no training row of "
        "class '0'; take a smaller share",
    ),
    (
        TWO,
        "bce",
        "{labels: 0.009}",
        "",
        "{'labels': 0.009, 'random_state': 0} disturbs none of the 50 training rows: 0.009 of them "
        "is not a row; take 0, or at least 0.02",
    ),
    (
        REAL,
        "mse",
        "{outliers: 0.1}, train_size: all",
        "",
        "{'outliers': 0.1, 'scale': 10.0, 'random_state': 0} needs test rows that stay clean, and",
    ),
    (
        REAL,
        "mse",
        "{outliers: 0}, standardize: {target: train}",
        "",
        "{'outliers': 0.0, 'scale': 10.0, 'random_state': 0} cannot stand beside the target of st",
    ),
    (
        REAL,
        "mse",
        "{outliers: 0.1, scale: 1e300}",
        "",
        "{'outliers': 0.1, 'scale': 1e+300, 'random_state': 0} gives a target that has values that",
    ),
]


@pytest.mark.parametrize(
    ("data", "loss", "disturb", "key", "said"), REFUSED, ids=[it[2] for it in REFUSED]
)
def test_what_cannot_be_disturbed_is_one_complaint_with_its_place(
    data: str, loss: str, disturb: str, key: str, said: str, tmp_path: Path
) -> None:
    (line,) = complaints(tmp_path, f"{data}, disturb: {disturb}", loss)
    assert line.startswith(f"1: dataset.disturb{key}: {said}")


def test_a_class_that_is_misspelt_is_told_of_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n" + "1,cat\n2,dog\n" * 20)
    keys = "file: d.csv, target: y, disturb: {labels: {cat: {dgo: 0.5}}}"
    (line,) = complaints(tmp_path, keys)
    assert line.endswith("names 'dgo', which is not a class; did you mean 'dog'? allowed: cat, dog")


@pytest.mark.parametrize(
    ("transform", "loss", "said"),
    [
        (
            "log",
            "mse",
            "dataset.target_transform: 'log' needs a target above 0, and this one goes ",
        ),
        (
            "mean",
            "poisson",
            "loss: 'poisson' needs a target that is not negative, and this one goe",
        ),
        (None, "poisson", "loss: 'poisson' needs a target that is not negative, and this one goes"),
    ],
)
def test_outliers_are_named_where_a_target_does_not_fit_because_of_them(
    transform: str | None, loss: str, said: str, tmp_path: Path
) -> None:
    data = f"{REAL}, target_transform: {transform or 'null'}"
    load_all([write_config(tmp_path, data, loss)])
    (line,) = complaints(tmp_path, f"{data}, disturb: {{outliers: 0.2}}", loss)
    assert line.partition(": ")[2].startswith(said)
    assert "; that comes of the outliers of disturb" in line
    # What the data do not allow anyway is not said of the outliers.
    data = f"generator: make_regression, target_transform: {transform or 'null'}"
    lines = complaints(tmp_path, f"{data}, disturb: {{outliers: 0.2}}", loss)
    assert not any("outliers of disturb" in line for line in lines)


def test_what_is_disturbed_is_said_beside_the_data(tmp_path: Path) -> None:
    titles = {
        (THREE, "kld", "labels", 0): "make_blobs, 100 rows",
        (THREE, "kld", "labels", 0.125): "make_blobs, 100 rows, 12.5 % of labels changed",
        (THREE, "kld", "labels.2", "{0: 0.3, 1: 0.1}"): (
            "make_blobs, 100 rows, labels changed: 30 % of 2 to 0 and 10 % of 2 to 1"
        ),
        (REAL, "mse", "outliers", 0.07): "load_diabetes, 7 % outliers of scale 10",
    }
    for (data, loss, key, value), title in titles.items():
        config = write_config(tmp_path, data, loss)
        (case,) = load_all([config], settings=[f"dataset.disturb.{key}={value}"])
        assert case.experiment.dataset.title == title


def test_a_result_keeps_what_was_disturbed_and_can_be_made_again(tmp_path: Path) -> None:
    keys = f"{THREE}, disturb: {{labels: {{0: {{2: 0.4}}, 2: {{0: 0.1, 1: 1e-1}}}}}}"
    experiment = load(write_config(tmp_path, keys, "kld"))
    run(experiment, tmp_path)
    stored = read_result(tmp_path / "it").experiment
    assert stored == experiment
    assert stored.config_hash == experiment.config_hash
    again = load(tmp_path / "it" / "config.yaml")
    assert again.load()[0].sha256 == experiment.load()[0].sha256
    assert again.config_hash == experiment.config_hash


def test_a_sweep_may_go_over_the_share_of_a_class(tmp_path: Path) -> None:
    config = write_config(tmp_path, THREE, "kld")
    cases = load_all([config], settings=["dataset.disturb.labels.0.1=0,0.25,0.5"])
    found = [(it.split.y_train != it.split.clean[0]).sum() for it in cases]
    assert found == [0, 4, 8]  # of 16 rows
    assert len({it.split.sha256 for it in cases}) == 3


def test_new_writes_no_config_of_disturbed_data() -> None:
    with pytest.raises(DatasetError, match=r"--set dataset\.disturb: must set a key of the data"):
        of_dataset(["dataset.disturb={labels: 0.1}"])
