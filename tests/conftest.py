"""What several test modules share."""

import gc
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xdist
from made_up import NAN, constant_result

from lossbench.config.experiment import Experiment
from lossbench.evidence.comparison import Comparison, compare
from lossbench.results.result import Result, Training
from lossbench.training.startup import import_training

# Processes that a test starts keep no programs in the cache folder of whoever runs the tests.
os.environ["LOSSBENCH_CACHE"] = "off"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import TensorFlow in silence, before a test module can import it with its chatter.

    It makes a million objects that stay. Where the garbage collector looks through them again and
    again, tests take a tenth more time.
    """
    if not xdist.is_xdist_controller(session):
        gc.disable()
        import_training()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that have slow tests, so that none of them is left alone at the end.

    All tests of a module run in one process.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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
def result_of(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    def make(values: list[float], **changes: Any) -> Result:
        """A result of trainings that ended at such values of every metric."""
        experiment = experiment_of("regression", "mse", repeats=len(values), **changes)
        names = ("loss", *experiment.metrics)
        curves = {
            f"{part}_{name}": np.array([1, np.inf]) for part in ("train", "test") for name in names
        }
        kernels = np.ones((20, 25)), np.zeros(25), np.ones((25, 1)), np.zeros(1)
        trainings = []
        for seed, value in enumerate(values):
            figures = dict.fromkeys(names, value)
            trainings.append(Training(seed, np.isnan(value), figures, figures, curves, kernels))
        return Result(experiment, "", tuple(trainings))

    return make


@pytest.fixture
def result(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    """A result of a loss with a value for each seed, see ``constant_result``."""

    def make(
        loss: str, values: list[float], problem: str = "binary classification", **changes: object
    ) -> Result:
        return constant_result(experiment_of(problem, loss, **changes), values)

    return make


@pytest.fixture
def comparison(result: Callable[..., Result]) -> Comparison:
    """Hinge, of which one seed diverged, and squared hinge, which is a little better."""
    worse = [0.7 + 0.001 * seed for seed in range(29)]
    better = [0.72 + 0.001 * seed for seed in range(30)]
    (found,) = compare([result("hinge", [*worse, NAN]), result("squared_hinge", better)])
    return found


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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good result in it."""
    from made_results import made, write

    from lossbench.results.write import files

    folder = tmp_path_factory.mktemp("results")
    write(folder / "good", files(made("good")))
    return folder
