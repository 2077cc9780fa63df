"""How work is cut into batches."""

from collections.abc import Callable

from lossbench.config.experiment import Experiment
from lossbench.execution import batches
from lossbench.execution.work import Work


def test_batches_are_some_seconds_of_training_and_hold_every_seed_once(
    experiment_of: Callable[..., Experiment],
) -> None:
    def lengths(**changes: object) -> list[int]:
        experiment = experiment_of("binary classification", "hinge", **changes)
        work = Work(experiment, experiment.dataset.load(), experiment.seeds)
        cut = batches.cut(work)
        assert [seed for seeds in cut for seed in seeds] == list(work.seeds)
        return [len(seeds) for seeds in cut]

    assert lengths(epochs=200, repeats=30, seed=7) == [30]
    many = lengths(epochs=200, repeats=1000)
    assert 5 <= len(many) <= 20
    assert max(many) - min(many) <= 1
    assert lengths(epochs=100_000, repeats=3) == [1, 1, 1]
    assert lengths(epochs=2, model={"hidden": [5000, 5000]}, repeats=4) == [1, 1, 1, 1]
