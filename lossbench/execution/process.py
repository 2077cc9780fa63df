"""A training process beside this one.

Meanwhile this process can read configs and draw pictures, it can end at once when it is
interrupted, and it can live long: TensorFlow keeps some megabytes for every compiled program for as
long as a process lives, so the training process is replaced after a number of programs.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import count, zip_longest
from types import TracebackType
from typing import NamedTuple

from lossbench.execution import child_tasks
from lossbench.execution.child_process import ChildProcess, started
from lossbench.execution.work import Event, Stage, TrainingError, TrainingProcessDied, Work
from lossbench.results.result import Training
from lossbench.training.sharing import program_key

PROGRAMS_PER_PROCESS = 12
# The trainings of a work that are under way, one for each seed.
Pending = deque[Future[Training | TrainingError]]


class Submitted(NamedTuple):
    """A work that a process was handed; ``compiled`` is done when its program is compiled."""

    compiled: Future[None]
    pending: Pending


class TrainingProcess:
    """A process that trains. It starts with ``start``, or when there is something to train.

    It imports TensorFlow as soon as it starts. Any thread may close it, and then none can start it
    again.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._process: ChildProcess | None = None
        self._closed = False
        self._changing = threading.Lock()
        self._numbers = count()  # for works, over all calls of train

    def __enter__(self) -> "TrainingProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works, in their order; yields an event for each seed.

        The stages of a work come before its seeds. When an exception ends a work, its event is the
        last one of that work.
        """
        waiting = deque(enumerate(works))
        alone = False
        while waiting:
            group = [waiting.popleft()] if alone else next_group(waiting)
            alone = False
            submitted = self._submit([work for _, work in group])
            for place, (number, work) in enumerate(group):
                # Futures keep the weights of every seed, perhaps gigabytes: none is held for long.
                compiled, pending = submitted.popleft()
                try:
                    for stage in self._until_compiled(compiled):
                        yield number, stage
                    while pending:
                        event = pending.popleft().result()
                        yield number, event
                        if isinstance(event, TrainingError):
                            _cancel(pending)
                except (BrokenProcessPool, CancelledError):
                    death = self._death()
                    self._end()
                    following = group[place + 1 :]
                    waiting.extendleft(reversed(following))
                    if following:
                        # The following works are compiled meanwhile: one of them may have killed
                        # the process.
                        alone = True
                        missing = work.seeds[-len(pending) - 1 :]
                        waiting.appendleft((number, work._replace(seeds=missing)))
                    else:
                        yield number, TrainingProcessDied(f"the training process {death}")
                    break
                except Exception as error:
                    _cancel(pending)
                    yield number, error
            if waiting:
                self._end()

    def start(self) -> None:
        """Start the process unless it is running; raises TrainingProcessDied if it was closed."""
        self._running()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self._end()

    def _until_compiled(self, compiled: Future[None]) -> Iterator[Stage]:
        """Wait until a work can be trained; yields what it waits for."""
        process = self._process
        if process and not process.ready.done():
            yield Stage.IMPORTING
            process.ready.result()
        if not compiled.done():
            yield Stage.COMPILING
            compiled.result()
        yield Stage.TRAINING

    def _submit(self, works: Sequence[Work]) -> deque[Submitted]:
        """Hand works to the process, which is started if need be."""
        try:
            return _submit(self._running(), works, self._numbers)
        except RuntimeError:  # it was ended or killed while it had nothing to train
            self._end()
            return _submit(self._running(), works, self._numbers)

    def _running(self) -> ProcessPoolExecutor:
        with self._changing:
            if self._closed:
                raise TrainingProcessDied("the training process was closed")
            if not self._pool:
                self._pool, self._process = started(child_tasks.make_ready)
            return self._pool

    def _death(self) -> str:
        process = self._process
        return process.death() if process else "was ended"

    def _end(self) -> None:
        with self._changing:
            # All results that are needed are here already, so it can be killed.
            if self._process:
                self._process.kill()
                self._process = None
            if self._pool:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None


def next_group(waiting: deque[tuple[int, Work]]) -> list[tuple[int, Work]]:
    """Take the works that one process trains, as many as PROGRAMS_PER_PROCESS allows."""
    group: list[tuple[int, Work]] = []
    keys: set[str] = set()
    while waiting:
        _, (experiment, split, _) = waiting[0]
        keys.add(program_key(experiment, split))
        if len(keys) > PROGRAMS_PER_PROCESS:
            break
        group.append(waiting.popleft())
    return group


def _submit(
    pool: ProcessPoolExecutor, works: Sequence[Work], numbers: Iterator[int]
) -> deque[Submitted]:
    """Submit works to a process; each is compiled while the one before it is trained."""
    numbered = [(next(numbers), work) for work in works]
    _prepare(pool, *numbered[0])
    submitted: deque[Submitted] = deque()
    for (number, work), following in zip_longest(numbered, numbered[1:]):
        if following:
            _prepare(pool, *following)
        compiled = pool.submit(child_tasks.compiled, number)
        pending = deque(pool.submit(child_tasks.train, number, it) for it in work.seeds)
        submitted.append(Submitted(compiled, pending))
    return submitted


def _prepare(pool: ProcessPoolExecutor, number: int, work: Work) -> None:
    pool.submit(child_tasks.prepare, number, work.experiment, work.split)


def _cancel(pending: Pending) -> None:
    while pending:
        pending.popleft().cancel()
