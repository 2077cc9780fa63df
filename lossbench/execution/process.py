"""A training process beside this one.

Meanwhile this process can read configs, it can end at once when it is interrupted, and it can live
long: TensorFlow keeps some megabytes for every compiled program for as long as a process lives, so
the training process is replaced after a number of programs.
"""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

from lossbench.data.shared import shared
from lossbench.execution import child_tasks, template
from lossbench.execution.child_process import ChildProcess, Ended, Sent, started
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


class TrainingProcess:
    """A process that trains. It starts when there is something to train.

    Any thread may close it, and then none can start it again.
    """

    def __init__(self) -> None:
        self.threads = MOST_THREADS  # of a training, once the process has started
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
        return self._process is not None

    def start(self) -> None:
        """Start the process unless it is running; raises TrainingProcessDied if it was closed."""
        with self._changing:
            if not self._process:
                self._start()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works, in their order; yields an event for each seed.

        The stages of a work come before its seeds. When an exception ends a work, its event is the
        last one of that work.
        """
        for number, work in enumerate(works):
            for event in self._train(work):
                yield number, event

    def finish_together(self, works: Sequence[Work]) -> Generator[Event, None, bool]:
        """Train and finish works of one program by one message: each takes a while on both sides.

        Returns whether it did. They are to be trained one by one where there is but one, where the
        process does not have the program yet, and where one of them fails or kills it.
        """
        if len(works) == 1 or works[0].key not in self._programs:
            return False
        yield 0, Stage.TRAINING
        given = [(it.seeds, it.finish, it.experiment, shared(it.split)) for it in works]
        try:
            outcomes = self._ask(child_tasks.finish_each, given).answer()
        except Ended:
            self._died()
            return False
        except Exception:
            return False
        for number, it in enumerate(outcomes):
            yield number, it if isinstance(it, TrainingError) else Finished(it)
        return True

    def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """What a function gives that the process calls; raises what it raises.

        Raises TrainingProcessDied if the process dies of it.
        """
        try:
            return self._ask(function, *given).answer()
        except Ended:
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
        try:
            if not (self._process or template.has_imported()):
                yield Stage.IMPORTING
            is_soon = work.seconds_per_seed * len(work.seeds) <= SECONDS_TO_FINISH
            if work.finish and is_soon:
                yield from self._train_and_finish(work, work.finish)
            elif is_soon and work.key in self._programs:
                yield from self._train_at_once(work)
            else:
                yield from self._train_in_parts(work)
        except Ended:
            yield self._died()
        except Exception as error:
            yield error

    def _train_and_finish(self, work: Work, finish: Callable[..., Any]) -> Iterator[OfWork]:
        """Train all seeds, and make of them what they are for, before there is an answer."""
        prepare = work.experiment, shared(work.split)
        if work.key not in self._programs:
            prepared = self._ask(child_tasks.prepare, *prepare)
            finished = prepared.process.send(child_tasks.finish, work.seeds, finish)
            yield from self._compiled(work, prepared)
        else:  # in one message, for each takes a while in the process that serves all
            finished = self._ask(child_tasks.finish, work.seeds, finish, *prepare)
            yield Stage.TRAINING
        outcome = finished.answer()
        yield outcome if isinstance(outcome, TrainingError) else Finished(outcome)

    def _train_at_once(self, work: Work) -> Iterator[OfWork]:
        """Train all seeds by one message."""
        given = work.seeds, work.experiment, shared(work.split)
        asked = self._ask(child_tasks.train_once, *given)
        yield Stage.TRAINING
        yield from _of_seeds(asked)

    def _train_in_parts(self, work: Work) -> Iterator[OfWork]:
        """Train all seeds, with an answer now and then."""
        prepared = self._ask(child_tasks.prepare, work.experiment, shared(work.split))
        process = prepared.process
        size = max(1, int(SECONDS_PER_ANSWER / work.seconds_per_seed))
        parts = (work.seeds[it : it + size] for it in range(0, len(work.seeds), size))
        calls: list[Callable[[], Any]] = [partial(child_tasks.train, it) for it in parts]
        first, *others = *calls, child_tasks.forget
        # What comes next is sent before an answer is read, so that the process need not wait.
        asked = process.send(first)
        yield from self._compiled(work, prepared)
        for call in others:
            after = process.send(call)
            for event in _of_seeds(asked):
                yield event
                if isinstance(event, TrainingError):
                    return
            asked = after

    def _compiled(self, work: Work, prepared: Sent) -> Iterator[OfWork]:
        """The stages until the process can train."""
        if work.key not in self._programs:
            self._programs.add(work.key)
            yield Stage.COMPILING
        prepared.answer()
        yield Stage.TRAINING

    def _ask(self, function: Callable[..., Any], *given: Any) -> Sent:
        """Let the process call a function, as the first of a work; it is started if need be."""
        if process := self._process:
            try:
                process.settle()
                return process.send(function, *given)
            except Ended:  # while it had nothing to do
                self._end()
        with self._changing:
            process = self._process or self._start()
        return process.send(function, *given)

    def _start(self) -> ChildProcess:
        if not self._closed:
            with suppress(EOFError, ConnectionError):  # the template was ended
                self._process = started(
                    partial(child_tasks.serve, threads=self.threads), lambda: self._closed
                )
        if self._closed:
            raise TrainingProcessDied("the training process was closed")
        if not self._process:
            why = "the process that it is a copy of was ended; was there enough memory?"
            raise TrainingProcessDied(f"no training process could start: {why}")
        return self._process

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
                self._process.join()
                self._process = None


def _of_seeds(asked: Sent) -> Iterator[Training | TrainingError]:
    """The trainings that a process was asked for, and the error that ended them, if any."""
    trainings, error = asked.answer()
    yield from trainings
    if error:
        yield error
