"""A config is checked alike whether its data are made at once or only where a check looks."""

from pathlib import Path

import pytest
import yaml

from lossbench.config.complaints import ConfigError
from lossbench.config.load import Case, load_all

CIRCLES = "dataset: {generator: make_circles, n_samples: 1000, noise: 0.1}\n"
BLOBS = "dataset: {generator: make_blobs, n_samples: 400, centers: 3}\n"
REAL = "dataset: {generator: make_regression, n_samples: 100, standardize: {target: all}}\n"
POSITIVE = "dataset: {generator: make_friedman2, n_samples: 100}\n"
MODEL = "model: {hidden: [5]}\nepochs: 5\n"
EMBEDDING = "model: {layers: [{Embedding: {input_dim: 2, output_dim: 3}}]}\n"
STOPS = "early_stopping: {validation_size: 0.2}\n"

RIGHT = [
    CIRCLES + MODEL + "loss: hinge\n",
    CIRCLES + MODEL + "loss: bce\nmetrics: [f1, roc_auc]\nclass_weight: {0: 1, 1: 2}\n",
    CIRCLES + MODEL + "loss: bce\n" + STOPS,
    CIRCLES + MODEL + "loss: bce\n" + STOPS + "tune: {grid: {batch_size: [16, 32]}}\n",
    BLOBS + MODEL + "loss: {name: mae, labels: one-hot}\n",
    BLOBS + MODEL + "loss: mae\n",
    BLOBS + MODEL + "loss: {sum: {kld: 1, categorical_crossentropy: 2}}\n",
    REAL + MODEL + "loss: msle\n",
    POSITIVE + MODEL + "loss: poisson\nmetrics: [mape]\n",
]
WRONG = [
    CIRCLES + MODEL + "loss: mse\nmetrics: [r2]\n",
    CIRCLES + MODEL + "loss: bce\nclass_weight: {2: 1}\nmetrics: [r2]\n",
    CIRCLES + MODEL + "loss: kld\nearly_stopping: {validation_size: 500}\n",
    CIRCLES + "model: {hidden: [100000, 100000]}\nepochs: 5\nloss: hinge\n",
    CIRCLES + EMBEDDING + "epochs: 5\nloss: bce\n",
    CIRCLES + MODEL + "loss: hinge\nepoch: 3\n",
    CIRCLES.replace("0.1", "-0.1") + MODEL + "loss: mse\n",
    CIRCLES.replace("noise", "nois") + MODEL + "loss: kld\n",
    CIRCLES.replace("noise: 0.1", "shuffle: false") + MODEL + "loss: bce\n",
    BLOBS + MODEL + "loss: hinge\n",
    BLOBS + MODEL + "loss: {name: categorical_focal_crossentropy, alpha: [1, 2]}\n",
    REAL + MODEL + "loss: poisson\n",
    REAL + MODEL + "loss: bce\n",
    REAL + MODEL + "loss: mse\nmetrics: [accuracy]\nclass_weight: balanced\n",
    REAL + MODEL + "loss: mse\nsplits: 3\n",
]


def checked(path: Path, later: bool) -> tuple[list[Case], str]:
    try:
        return load_all([path], later=later), ""
    except ConfigError as error:
        return [], str(error)


@pytest.mark.parametrize("text", [*RIGHT, *WRONG])
def test_the_answer_is_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(text)
    (cases, wrong), (made, wrong_of_made) = checked(path, True), checked(path, False)
    assert wrong == wrong_of_made
    assert [it.experiment for it in cases] == [it.experiment for it in made]
    assert [it.split.sha256 for it in cases] == [it.split.sha256 for it in made]
    assert bool(wrong) == (text in WRONG), wrong


def test_most_data_of_these_are_made_later(tmp_path: Path) -> None:
    """Else the test above would compare what is made at once with itself."""
    path, kinds = tmp_path / "it.yaml", []
    for text in RIGHT:
        path.write_text(text)
        (case,) = load_all([path], later=True)
        kinds.append(type(case.split).__name__)
        assert yaml.safe_load(text)["dataset"]["generator"] == case.experiment.dataset.generator
    assert kinds.count("LaterSplit") >= len(RIGHT) - 1  # tuning draws other rows
