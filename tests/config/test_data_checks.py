"""What the data, or scikit-learn, refuse of a config."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import complaints, houses, write_config
from example_config import with_dataset

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load_all


def test_weights_that_leave_nothing_to_learn_or_to_judge_by_are_refused(tmp_path: Path) -> None:
    for first, what in ((0, "train"), (1, "judge")):
        weight = np.where(np.arange(60) < 16, first, 1 - first)  # of 20 that train
        houses().assign(weight=weight).to_csv(tmp_path / "h.csv", index=False)
        path = write_config(
            tmp_path, "file: h.csv, target: price, missing: median, train_size: 20", "mse"
        )
        path.write_text(path.read_text().replace("20}", "20, sample_weight: weight}"))
        load_all([path])
        path.write_text(path.read_text() + "early_stopping: {patience: 3}\n")
        with pytest.raises(
            ConfigError, match=f"is 0 in every row that early stopping leaves to {what}"
        ):
            load_all([path])


def test_which_rows_train_is_not_judged_where_the_split_is_wrong(tmp_path: Path) -> None:
    """The first rows would train by default, and lack a class."""
    (tmp_path / "d.csv").write_bytes(b"a,y\n" + b"1,x\n2,x\n3,x\n4,x\n" + b"5,z\n")
    lines = complaints(tmp_path, "file: d.csv, target: y, split: {stratify: true}")
    assert len(lines) == 1
    assert "class 'z' has a single row" in lines[0]


def test_more_outputs_than_a_machine_holds_are_refused(tmp_path: Path) -> None:
    rows = (f"{number},c{number % 7500}" for number in range(15_000))
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *rows, ""]))
    dataset = "file: d.csv, target: y, problem: classification"
    (line,) = complaints(tmp_path, dataset, "kld")
    assert line.endswith("has 7500 outputs for 15000 rows: more than 100000000 numbers")


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("generator: make_regression, n_targets: 0", "n_targets: 0 must be an int in the"),
        ("generator: make_blobs, centers: {a: 3}", "generator: 'make_blobs' refuses these param"),
        ("generator: make_blobs, cluster_std: [1, 2]", "generator: 'make_blobs' refuses these"),
        ("generator: make_classification, n_classes: 9", "generator: 'make_classification' refus"),
        (
            "generator: make_blobs, n_samples: 0",
            "n_samples: 0 must be an int in the range [1, inf)",
        ),
    ],
)
def test_what_scikit_learn_refuses_is_a_complaint_of_one_line(
    config: Path, dataset: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        with_dataset(config, dataset, "mse")
    assert f"{config}:1: dataset.{said}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == len(caught.value.mistakes)
