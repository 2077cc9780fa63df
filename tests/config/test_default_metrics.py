"""The metrics that an experiment has without being asked, which depend on its data."""

from pathlib import Path
from typing import Any

import pytest

from lossbench.config.load import load


def config(folder: Path, sizes: dict[str, int], **keys: Any) -> dict[str, Any]:
    """A config of a table with so many rows of each class."""
    labels = [name for name, size in sizes.items() for _ in range(size)]
    rows = [f"{number % 7},{name}" for number, name in enumerate(labels)]
    (folder / "t.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
    split = {"shuffle": True, "stratify": True}
    dataset = {"file": str(folder / "t.csv"), "target": "y", "train_size": 0.5, "split": split}
    loss = "hinge" if len(sizes) == 2 else "categorical_crossentropy"
    return {"dataset": dataset, "model": {"hidden": [2]}, "loss": loss, "epochs": 1, **keys}


@pytest.mark.parametrize(
    ("sizes", "metrics"),
    [
        ({"a": 80, "b": 20}, ("balanced_accuracy",)),
        ({"a": 79, "b": 21}, ()),
        # The largest class is no four times the mean of the others, but eight times one of them.
        ({"a": 40, "b": 30, "c": 5}, ("balanced_accuracy",)),
    ],
)
def test_unbalanced_classes_have_balanced_accuracy(
    tmp_path: Path, sizes: dict[str, int], metrics: tuple[str, ...]
) -> None:
    assert load(config(tmp_path, sizes)).final_metrics == metrics


def test_metrics_that_are_named_are_kept_and_no_metric_comes_twice(tmp_path: Path) -> None:
    for named, found in (
        (["f1"], ("f1", "balanced_accuracy")),
        (["balanced_accuracy", "f1"], ("balanced_accuracy", "f1")),
    ):
        experiment = load(config(tmp_path, {"a": 90, "b": 10}, metrics=named))
        assert experiment.final_metrics == found


@pytest.mark.parametrize(
    ("tune", "rare", "metric"),
    [
        ({}, 10, "balanced_accuracy"),
        ({}, 40, "accuracy"),
        ({"metric": "accuracy"}, 10, "accuracy"),
    ],
)
def test_tuning_is_judged_by_the_metric_of_the_data(
    tmp_path: Path, tune: dict[str, str], rare: int, metric: str
) -> None:
    sizes = {"a": 90, "b": rare}
    experiment = load(config(tmp_path, sizes, tune=tune, early_stopping={"patience": 1}))
    assert experiment.tune
    assert experiment.tune.judged_by == metric
