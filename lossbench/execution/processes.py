"""Several training processes beside this one, each on a core of its own.

Processes and not threads: XLA releases the lock of the interpreter, but what Python does beside a
training does not. It is a tenth of the time, so ten threads would keep each other waiting. As
copies of one template, processes share what TensorFlow takes to import, and most of its memory.
"""

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from lossbench.execution import template
from lossbench.execution.machine import cores
from lossbench.execution.process import TrainingProcess
from lossbench.execution.shares import Call, Shares
from lossbench.execution.work import (
    Event,
    Finished,
    OfWork,
    Stage,
    TrainingProcessDied,
    Work,
)
from lossbench.results.result import Training
from lossbench.training.startup import MOST_THREADS

GRACE = 1.0  # seconds in which a result that is being written can be finished, at the end


class TrainingProcesses:
    """Trains as a TrainingProcess does, in at most ``count`` of them, by default one on each core.

    They start when there is something to do.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = count
        self._shares: Shares | None = None  # what there is to do, as soon as there is something
        self._processes: list[TrainingProcess] = []
        # What a thread sends: events, or the error that ended it.
        self._events: SimpleQueue[Event | BaseException] = SimpleQueue()
        self._called: set[Future[Any]] = set()

    def __enter__(self) -> "TrainingProcesses":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works; yields an event for each, in any order.

        When an exception ends a work, its event is the last one of that work.
        """
        left = {number: len(work.seeds) for number, work in enumerate(works) if work.seeds}
        shares = self._begun()
        self._share_cores(works)
        shares.add(works)
        # What comes is kept, so garbage is looked for again and again: then among that alone.
        gc.freeze()
        while left:
            event = self._events.get()
            if isinstance(event, BaseException):
                raise event
            number, it = event
            if number not in left:  # another share of it failed
                continue
            if isinstance(it, Exception):
                shares.drop(number)
                del left[number]
            elif isinstance(it, Finished):
                del left[number]
            elif not isinstance(it, Stage):
                left[number] -= 1
                if not left[number]:
                    del left[number]
            yield event

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Call a function in one of the processes, as soon as one is free."""
        future = self._begun().call(function, *given)
        self._called.add(future)
        future.add_done_callback(self._called.discard)
        return future

    def close(self) -> None:
        """End all processes, whatever they are doing; but calls get a moment to return."""
        if self._shares:
            self._shares.close()
        wait([it for it in self._called if it.running()], GRACE)
        for it in self._processes:
            it.kill()
        if not template.has_imported():  # what starts a process would wait for it
            template.end()
        for it in self._processes:
            it.close()
        template.end()

    def _begun(self) -> Shares:
        """What there is to do; the first call starts a thread for each process."""
        if not self._shares:
            count = self._count or cores()
            self._shares = Shares(count)
            self._processes = [TrainingProcess() for _ in range(count)]
            for it in self._processes:
                given = it, self._shares
                threading.Thread(target=self._work, args=given, daemon=True).start()
        return self._shares

    def _share_cores(self, works: Sequence[Work]) -> None:
        """Let a training use a second core only where no other process needs it."""
        useful = sum(1 if it.experiment.tune else len(it.seeds) for it in works)
        spare = cores() >= MOST_THREADS * min(useful, len(self._processes))
        for it in self._processes:
            it.threads = MOST_THREADS if spare else 1

    def _work(self, process: TrainingProcess, shares: Shares) -> None:
        """Let a process do what there is to do."""
        held = None
        try:
            while it := shares.take(held, running=process.is_running):
                if isinstance(it, Call):
                    _call(process, it)
                else:
                    # Until it has the program, a process would train works one by one.
                    together = [it, *shares.more(it)] if it.work.key == held else [it]
                    held = it.work.key
                    for number, event in _trained(process, [it.work for it in together]):
                        self._events.put((together[number].number, event))
        except BaseException as error:  # raised where the events are read
            self._events.put(error)


def _trained(process: TrainingProcess, works: Sequence[Work]) -> Iterator[Event]:
    """The events of works, which are trained together if that goes well."""
    if (yield from process.finish_together(works)):
        return
    for number, work in enumerate(works):
        for event in _trained_alone(process, work):
            yield number, event


def _trained_alone(process: TrainingProcess, work: Work) -> Iterator[OfWork]:
    """The events of a work; where the process dies, another one trains what is missing, once."""
    for retries in (True, False):
        for _, event in process.train([work]):
            if isinstance(event, TrainingProcessDied) and retries:
                break
            yield event
            if isinstance(event, Training):
                work = replace(work, seeds=work.seeds[1:])
        else:
            return


def _call(process: TrainingProcess, call: Call) -> None:
    if not call.future.set_running_or_notify_cancel():
        return
    try:
        try:
            outcome = process.call(call.function, *call.given)
        except TrainingProcessDied:  # as with trainings, another one is asked, once
            outcome = process.call(call.function, *call.given)
        call.future.set_result(outcome)
    except BaseException as error:
        call.future.set_exception(error)
