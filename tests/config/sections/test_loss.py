"""The section of the loss."""

import re
from pathlib import Path
from typing import Any

import pytest
from example_config import with_dataset

from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load
from lossbench.tables.losses import LOSSES, TargetShape


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_every_loss_loads_by_its_aliases(config: Path, loss: Any) -> None:
    generator = "make_friedman1" if loss.problem == "regression" else "make_circles"
    for name in (loss.name, *loss.aliases):
        assert with_dataset(config, f"generator: {generator}", name).loss.name == loss.name


CLASSES = "generator: make_blobs, n_samples: 90"


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "log_cosh"])
def test_on_classes_a_loss_of_real_targets_has_one_hot_labels(config: Path, name: str) -> None:
    experiment = with_dataset(config, CLASSES, name)
    assert experiment.resolved()["loss"]["labels"] == "one-hot"
    assert experiment.loss.row.units(TargetShape(3)) == 3
    assert experiment.tracked == ("accuracy",)
    assert experiment.output_activation == ("softmax" if name == "mae" else "linear")
    real = with_dataset(config, "generator: make_friedman1", name)
    assert "labels" not in real.resolved()["loss"]
    assert real.output_activation == "linear"


def test_labels_that_are_stated_are_those_that_are_filled_in(config: Path) -> None:
    stated = with_dataset(config, CLASSES, "{name: mse, labels: one-hot}")
    assert stated.config_hash == with_dataset(config, CLASSES, "mse").config_hash
    assert Experiment.model_validate(stated.resolved()) == stated


@pytest.mark.parametrize(
    ("dataset", "loss", "said"),
    [
        (CLASSES, "{name: mse, labels: integer}", "loss.labels: 'integer' must be one-hot, for a"),
        (CLASSES, "{name: mape, labels: one-hot}", "loss.labels: 'one-hot' is not a parameter of"),
        (CLASSES, "{name: hinge, labels: one-hot}", "loss.labels: 'one-hot' is not a parameter of"),
        (
            "generator: load_diabetes",
            "{name: mse, labels: one-hot}",
            "loss.labels: 'one-hot' is for a target of classes, and this one has real numbers; "
            "leave it out",
        ),
        (CLASSES, "{name: linex, a: 0}", "loss.a: 0 must not be 0"),
        (
            CLASSES,
            "gamma",
            "loss: 'gamma' does not fit a target of 3 classes; losses that do: mean_",
        ),
        (
            "generator: load_diabetes",
            "{name: tweedie, power: 2}",
            "must be greater than 1 and less",
        ),
    ],
)
def test_labels_and_parameters_that_a_loss_cannot_have_are_refused(
    config: Path, dataset: str, loss: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        with_dataset(config, dataset, loss)


def test_numbers_that_are_taken_for_classes_are_not_compared_as_such_in_silence(
    tmp_path: Path, config: Path
) -> None:
    """Who takes the squared error of ratings, may have overlooked that they count as classes."""
    ratings = "\n".join(f"{number},{number % 3 + 1}" for number in range(90))
    (tmp_path / "t.csv").write_text(f"x,y\n{ratings}\n")
    dataset = f"file: {tmp_path / 't.csv'}, target: y"
    with pytest.raises(
        ConfigError,
        match="'problem: regression' takes the target for another one"
        ", and the loss's 'labels: one-hot' compares classes",
    ):
        with_dataset(config, dataset, "mse")
    for data, loss in (
        (f"{dataset}, problem: classification", "mse"),
        (dataset, "{name: mse, labels: one-hot}"),
    ):
        assert with_dataset(config, data, loss).loss.row.labels == "one-hot"
    (tmp_path / "t.csv").write_text("x,y\n" + ratings.replace(",", ",class "))
    assert with_dataset(config, dataset, "mse").loss.row.labels == "one-hot"


def test_what_depends_on_the_kind_of_problem_is_checked_with_the_labels_filled_in(
    tmp_path: Path, config: Path
) -> None:
    rows = "\n".join(f"{number},{'abc'[number % 3]},1" for number in range(90))
    (tmp_path / "t.csv").write_text(f"x,y,w\n{rows}\n")
    dataset = f"file: {tmp_path / 't.csv'}, target: y, sample_weight: w"
    with pytest.raises(ConfigError, match="class_weight: 'balanced' cannot be combined"):
        with_dataset(config, dataset, "mse\nclass_weight: balanced")
    with pytest.raises(ConfigError, match="'tanh' does not fit mean_squared_error"):
        load(with_key(config, "  output_activation: tanh"))


def with_key(config: Path, line: str) -> Path:
    """A config of classes with a further key of the model."""
    text = f"dataset: {{{CLASSES}}}\nloss: mse\nmodel:\n  hidden: [5]\n{line}\nepochs: 3\n"
    config.write_text(text)
    return config


def test_class_shares_need_a_row_of_every_class(tmp_path: Path, config: Path) -> None:
    labels = ["a", "b"] * 40 + ["c"] * 20
    rows = "\n".join(f"{number % 7},{name}" for number, name in enumerate(labels))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\n")
    dataset = f"file: {tmp_path / 't.csv'}, target: y, train_size: 0.9"
    stopping = "logit_adjusted\nearly_stopping: {patience: 2, validation_size: 20}"
    with pytest.raises(ConfigError, match="needs rows of every class to train on, and class 'c'"):
        with_dataset(config, dataset, stopping)
    assert with_dataset(config, dataset, "logit_adjusted").loss.name == "logit_adjusted"


def test_tuning_cannot_change_what_the_labels_are(config: Path) -> None:
    """They are encoded once, for all points."""
    tuned = (
        "kl_divergence\nearly_stopping: {patience: 2}\n"
        "tune: {grid: {loss.name: [kl_divergence, logit_adjusted]}}"
    )
    with pytest.raises(ConfigError, match="'logit_adjusted' changes the labels, which are made on"):
        with_dataset(config, CLASSES, tuned)
