"""What the tests of suites share: a trainer that starts no process, and types of fixtures."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from kept_programs import kept_trainer

from lossbench.config.load import Case
from lossbench.execution.work import Event, Work, called_here
from lossbench.suite.plan import Plan

# See conftest.py in the folder of these tests.
Cases = Callable[..., list[Case]]
RunSuite = Callable[..., tuple[list[tuple[str, int]], list[Plan]]]


class TrainsHere:
    """Trains in this process, which has TensorFlow and programs already, and remembers what."""

    def __init__(self) -> None:
        self.trained: list[tuple[str, int]] = []

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        for number, work in enumerate(works):
            train = kept_trainer(work.experiment, work.split)
            for seed in work.seeds:
                self.trained.append((work.experiment.name, seed))
                yield number, train(seed)

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        return called_here(function, *given)
