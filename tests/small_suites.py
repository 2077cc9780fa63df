"""What the tests of suites share: a trainer that starts no process, and types of fixtures."""

from collections.abc import Callable, Iterator, Sequence

from kept_programs import kept_trainer

from lossbench.config.load import Case
from lossbench.execution.process import TrainingProcess
from lossbench.execution.work import Event, Work
from lossbench.suite.plan import Plan

# See conftest.py in the folder of these tests.
Cases = Callable[..., list[Case]]
RunSuite = Callable[..., tuple[list[tuple[str, int]], list[Plan]]]


class TrainsHere(TrainingProcess):
    """Trains in this process, which has TensorFlow and programs already, and remembers what."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[tuple[str, int]] = []

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        for number, work in enumerate(works):
            train = kept_trainer(work.experiment, work.split)
            for seed in work.seeds:
                self.trained.append((work.experiment.name, seed))
                yield number, train(seed)
