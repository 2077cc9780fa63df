"""What several test modules share."""

from collections.abc import Callable
from typing import Any

import pytest

from lossbench.checks import _too_new
from lossbench.experiment import Experiment, Optimizer

# TensorFlow is imported here, in silence, before a test module can import it with its chatter.
from lossbench.quiet import import_training

import_training()

# A module's tests run in one process; what takes longest begins first, so that none ends alone.
LONGEST = ("test_training", "test_cluster", "test_cli", "test_sweep", "test_resume", "test_report")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        name = item.path.stem
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=rank)


def skip_what_keras_lacks(optimizer: str) -> None:
    """Skip a test of an optimizer that the Keras which is installed does not have."""
    if list(_too_new(Optimizer.model_validate(optimizer))):
        pytest.skip(f"this Keras is older than {optimizer}")


DATA: dict[str, dict[str, Any]] = {
    "regression": {
        "generator": "make_regression",
        "n_features": 20,
        "noise": 0.1,
        "standardize": {"features": "all", "target": "all"},
    },
    "binary classification": {"generator": "make_circles", "noise": 0.1},
    "multi-class classification": {"generator": "make_blobs", "centers": 3, "cluster_std": 2},
}


@pytest.fixture(scope="session")
def experiment_of() -> Callable[..., Experiment]:
    """A small experiment for a kind of problem and a loss; keywords replace keys of its config."""

    def make(problem: str, loss: Any, **changes: Any) -> Experiment:
        values = {
            "name": loss["name"] if isinstance(loss, dict) else loss,
            "dataset": {"n_samples": 1000, "random_state": 1, **DATA[problem]},
            "model": {"hidden": [25]},
            "loss": loss,
            "epochs": 5,
        }
        return Experiment.model_validate(values | changes)

    return make
