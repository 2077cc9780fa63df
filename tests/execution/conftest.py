"""What the tests of execution share."""

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess

import pytest
from dask_cluster import as_files

from lossbench.config.experiment import Experiment
from lossbench.execution import batches, duration
from lossbench.execution.work import Work
from lossbench.training.train import trainer


@pytest.fixture(scope="module")
def works(experiment_of: Callable[..., Experiment]) -> list[Work]:
    """Two works that are cut into many batches when a batch is short."""
    experiments = [
        experiment_of("binary classification", loss, repeats=8, epochs=3, name=loss)
        for loss in ("bce", "hinge")
    ]
    return [Work(it, it.dataset.load(), it.seeds) for it in experiments]


@pytest.fixture(scope="module")
def expected(works: Sequence[Work]) -> list[dict[str, bytes]]:
    """The files of the works, trained in this process."""
    return [
        as_files(work, [*map(trainer(work.experiment, work.split), work.seeds)]) for work in works
    ]


@pytest.fixture
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SECONDS_PER_BATCH", 2 * duration.PER_SEED)


@pytest.fixture
def new_children() -> Callable[[], list[BaseProcess]]:
    """Which processes the test has started and not ended, beside those of other tests."""
    before = multiprocessing.active_children()
    return lambda: [it for it in multiprocessing.active_children() if it not in before]
