"""What several test modules share."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lossbench.config.experiment import Experiment

# TensorFlow is imported here, in silence, before a test module can import it with its chatter.
from lossbench.training.startup import import_training

import_training()

# A module's tests run in one process; what takes longest begins first, so that none ends alone.
LONGEST = (
    *("test_train", "test_cluster", "test_app", "test_sharing_of_numbers"),
    *("test_sharing_of_programs", "test_resume", "test_page_in_browser"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        name = item.path.stem
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=rank)


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


@pytest.fixture
def own_disk(tmp_path: Path) -> tuple[list[str], Path]:
    """What runs a shell script apart, and a folder where it may mount a disk of its own.

    A user may do that without being root, in a name space.
    """
    apart = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    disk = tmp_path / "disk"
    disk.mkdir()
    allowed = [*apart, f"mount -t tmpfs none {disk}"]
    if not shutil.which("unshare") or subprocess.run(allowed, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of his own")
    return apart, disk
