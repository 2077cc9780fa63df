"""A training process beside this one.

Meanwhile this process can read configs, it can end at once when it is interrupted, and it can live
long: TensorFlow keeps some megabytes for every compiled program for as long as a process lives, so
the training process is replaced after a number of programs.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

from lossbench.data.shared import shared
from lossbench.execution import child_tasks, template
from lossbench.execution.child_process import ChildProcess, started
from lossbench.execution.work import (
    Event,
    Finished,
    OfWork,
    Stage,
    TrainingError,
    TrainingProcessDied,
    Work,
)
from lossbench.results.result import Training
from lossbench.training.startup import MOST_THREADS

PROGRAMS_PER_PROCESS = 12
# How long a process trains, by an estimate, until it sends what it has: each time costs both sides
# a third of a millisecond.
SECONDS_PER_ANSWER = 0.1
# How long a work trains at most, by an estimate, so that it is also finished before an answer.
SECONDS_TO_FINISH = 1.0
# The seeds of a work that are under way, some at a time.
Pending = deque[Future[tuple[list[Training], TrainingError | None]]]


class TrainingProcess:
    """A process that trains. It starts when there is something to train.

    Any thread may close it, and then none can start it again.
    """

    def __init__(self) -> None:
        self.threads = MOST_THREADS  # of a training, once the process has started
        self._pool: ProcessPoolExecutor | None = None
        self._process: ChildProcess | None = None
        self._programs: set[str] = set()  # the keys of those that it has compiled
        self._closed = False
        self._changing = threading.Lock()

    def __enter__(self) -> "TrainingProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._pool is not None

    def start(self) -> None:
        """Start the process unless it is running; raises TrainingProcessDied if it was closed."""
        with self._changing:
            if not self._pool:
                self._start()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works, in their order; yields an event for each seed.

        The stages of a work come before its seeds. When an exception ends a work, its event is the
        last one of that work.
        """
        for number, work in enumerate(works):
            for event in self._train(work):
                yield number, event

    def finish_together(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train and finish works of one program by one message: each takes a while on both sides.

        Yields no outcome where they are to be trained one by one: because there is but one, because
        the process does not have the program yet, or because one of them fails or kills it.
        """
        if len(works) == 1 or works[0].key not in self._programs:
            return
        yield 0, Stage.TRAINING
        given = [(it.seeds, it.finish, it.experiment, shared(it.split)) for it in works]
        try:
            outcomes = self._submit(child_tasks.finish_each, given).result()
        except (BrokenProcessPool, CancelledError):
            self._died()
            return
        except Exception:
            return
        for number, it in enumerate(outcomes):
            yield number, it if isinstance(it, TrainingError) else Finished(it)

    def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """What a function gives that the process calls; raises what it raises.

        Raises TrainingProcessDied if the process dies of it.
        """
        try:
            return self._submit(function, *given).result()
        except (BrokenProcessPool, CancelledError):
            raise self._died() from None

    def close(self) -> None:
        """End the process for good, whatever it is doing."""
        self.kill()
        self._end()

    def kill(self) -> None:
        """End the process for good, and wait for nothing."""
        self._closed = True  # first, for who sees it die would start another
        if process := self._process:
            process.kill()

    def _train(self, work: Work) -> Iterator[OfWork]:
        if work.key not in self._programs and len(self._programs) >= PROGRAMS_PER_PROCESS:
            self._end()
        pending: Pending = deque()
        try:
            if not (self._pool or template.has_imported()):
                yield Stage.IMPORTING
            is_soon = work.seconds_per_seed * len(work.seeds) <= SECONDS_TO_FINISH
            if work.finish and is_soon:
                yield from self._train_and_finish(work, work.finish)
            else:
                yield from self._train_in_parts(work, pending)
        except (BrokenProcessPool, CancelledError):
            yield self._died()
        except Exception as error:
            _cancel(pending)
            yield error

    def _train_and_finish(self, work: Work, finish: Callable[..., Any]) -> Iterator[OfWork]:
        """Train all seeds, and make of them what they are for, before there is an answer."""
        prepare = work.experiment, shared(work.split)
        if work.key not in self._programs:
            prepared = self._submit(child_tasks.prepare, *prepare)
            finished = self._submit(child_tasks.finish, work.seeds, finish)
            yield from self._compiled(work, prepared)
        else:  # in one message, for each takes a while in the process that serves all
            finished = self._submit(child_tasks.finish, work.seeds, finish, *prepare)
            yield Stage.TRAINING
        outcome = finished.result()
        yield outcome if isinstance(outcome, TrainingError) else Finished(outcome)

    def _train_in_parts(self, work: Work, pending: Pending) -> Iterator[OfWork]:
        """Train all seeds, with an answer now and then."""
        prepared = self._submit(child_tasks.prepare, work.experiment, shared(work.split))
        size = max(1, int(SECONDS_PER_ANSWER / work.seconds_per_seed))
        for first in range(0, len(work.seeds), size):
            some = list(work.seeds[first : first + size])
            pending.append(self._submit(child_tasks.train, some))
        self._submit(child_tasks.forget)
        yield from self._compiled(work, prepared)
        # Futures keep the weights of every seed, perhaps gigabytes: none is held for long.
        while pending:
            trainings, error = pending.popleft().result()
            yield from trainings
            if error:
                _cancel(pending)
                yield error

    def _compiled(self, work: Work, prepared: Future[None]) -> Iterator[OfWork]:
        """The stages until the process can train."""
        if work.key not in self._programs:
            self._programs.add(work.key)
            yield Stage.COMPILING
        prepared.result()
        yield Stage.TRAINING

    def _submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Let the process call a function; it is started if need be."""
        for attempt in range(2):
            with self._changing:
                pool = self._pool or self._start()
            try:
                return pool.submit(function, *given)
            except RuntimeError:  # it was ended or killed while it had nothing to train
                if attempt:
                    raise
                self._end()
        raise AssertionError

    def _start(self) -> ProcessPoolExecutor:
        if not self._closed:
            with suppress(EOFError, ConnectionError):  # the template was ended
                self._pool, self._process = started(
                    partial(child_tasks.make_ready, threads=self.threads), lambda: self._closed
                )
        if self._closed:
            raise TrainingProcessDied("the training process was closed")
        if not self._pool:
            why = "the process that it is a copy of was ended; was there enough memory?"
            raise TrainingProcessDied(f"no training process could start: {why}")
        return self._pool

    def _died(self) -> TrainingProcessDied:
        """Why the process died; it is forgotten."""
        process = self._process
        death = process.death() if process else "was ended"
        self._end()
        return TrainingProcessDied(f"the training process {death}")

    def _end(self) -> None:
        with self._changing:
            self._programs.clear()
            # All results that are needed are here already, so it can be killed.
            if self._process:
                self._process.kill()
                self._process = None
            if self._pool:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None


def _cancel(pending: Pending) -> None:
    while pending:
        pending.popleft().cancel()
