"""What there is to train, what trains it, and what can end a training."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.execution.duration import seconds_per_seed
from lossbench.results.result import Training
from lossbench.training.sharing import program_key


@dataclass(frozen=True, eq=False)
class Work:
    """What there is to train: an experiment, its data, and the seeds to train it from.

    ``finish`` makes of all trainings what they are for, such as files. A process that has trained
    all of them soon may do that as well, so that they need not be sent.
    """

    experiment: Experiment
    split: Split
    seeds: Sequence[int]
    finish: Callable[[list[Training]], Any] | None = None

    @cached_property
    def key(self) -> str:
        """The key of the program that trains it."""
        return program_key(self.experiment, self.split)

    @cached_property
    def seconds_per_seed(self) -> float:
        """How long a seed trains, by an estimate."""
        return seconds_per_seed(self.experiment, self.split)


class Finished(NamedTuple):
    """What ``Work.finish`` gave, where it was called."""

    outcome: Any


class Stage(Enum):
    """What a trainer does for a work until a seed of it is trained."""

    IMPORTING = "importing TensorFlow"
    COMPILING = "compiling"
    TRAINING = "training"


# The number of a work, and what is done for it now, the training of one of its seeds, what all of
# them became, or the exception that ended the work.
OfWork = Stage | Training | Finished | Exception
Event = tuple[int, OfWork]


class Trainer(Protocol):
    """Trains works: a process beside this one, or many."""

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works; yields an event for each of them, and perhaps stages.

        Of a work that was finished, too, that is the only event but stages.
        """

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Call a function, which must be that of a module, perhaps in another process."""


def called_here(function: Callable[..., Any], *given: Any) -> Future[Any]:
    """What ``Trainer.call`` gives where functions are called at once, in this process."""
    future: Future[Any] = Future()
    try:
        future.set_result(function(*given))
    except Exception as error:
        future.set_exception(error)
    return future


class TrainingError(RuntimeError):
    """What ended a training in another process, which has its own modules and exceptions.

    The text begins with the name of the exception there; ``trace`` is its traceback.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message, trace)
        if trace:
            self.__cause__ = RuntimeError(trace)

    def __str__(self) -> str:
        return str(self.args[0])


class TrainingProcessDied(TrainingError):
    """The training process ended by itself, or was ended; the text says how."""
