"""Several training processes beside this one: each has its own experiments, on a core of its own.

An experiment stays in one process, which compiles its program once. Every process imports
TensorFlow, which takes some seconds and half a gigabyte, so this pays where training takes longer.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from types import TracebackType

from lossbench.execution import process
from lossbench.execution.work import Event, Work
from lossbench.training.sharing import program_key

Numbered = tuple[int, Work]


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class TrainingProcesses:
    """Trains as a TrainingProcess does, in at most ``count`` of them."""

    def __init__(self, count: int) -> None:
        self._processes = [process.TrainingProcess() for _ in range(count)]

    def __enter__(self) -> "TrainingProcesses":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for it in self._processes:
            it.close()

    def start(self) -> None:
        """Start all of them: they import TensorFlow before there is work."""
        for it in self._processes:
            it.start()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works; yields an event for each, in order within a work."""
        shares = dealt(works, len(self._processes))
        # What a thread sends: events, or the error that ended it, and None at its end.
        events: SimpleQueue[Event | BaseException | None] = SimpleQueue()

        def send(trainer: process.TrainingProcess, share: Sequence[Numbered]) -> None:
            try:
                for number, event in trainer.train([work for _, work in share]):
                    events.put((share[number][0], event))
            except BaseException as error:  # raised where the events are read
                events.put(error)
            events.put(None)

        for trainer, share in zip(self._processes, shares, strict=False):
            threading.Thread(target=send, args=(trainer, share), daemon=True).start()
        running = len(shares)
        while running:
            event = events.get()
            if event is None:
                running -= 1
            elif isinstance(event, BaseException):
                raise event
            else:
                yield event


def dealt(works: Sequence[Work], count: int) -> list[list[Numbered]]:
    """The works with their numbers, for at most ``count`` processes; one program is in one."""
    by_program: dict[str, list[Numbered]] = {}
    for number, work in enumerate(works):
        key = program_key(work.experiment, work.split)
        by_program.setdefault(key, []).append((number, work))
    groups = list(by_program.values())
    if len(groups) == 1:  # seeds or splits of one experiment: a program is compiled in each
        groups = [[it] for it in groups[0]]
    shares = (groups[start::count] for start in range(count))
    return [[it for group in share for it in group] for share in shares if share]
