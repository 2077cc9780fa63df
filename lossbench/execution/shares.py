"""Which training process does what next.

A process keeps its program as long as there is work for it. Then it begins with a program that no
process has, and where there is none it helps with the one that takes longest: that is worth it
where more is left than it takes to compile the program once more.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lossbench.execution.machine import free_memory
from lossbench.execution.work import Work

# By an estimate, in seconds: how long a program is compiled, how long a result takes to be finished
# with its pictures, and how long a share is at least.
COMPILING, FINISHING, LEAST = 0.4, 0.08, 0.1
# How many seconds apart processes ask for shares, all of them taken together. To hand out one takes
# up to a millisecond, so that takes a twentieth of the time at most.
SHARES_APART = 0.02
# How many seconds apart processes tell of several short works, all of them taken together. So the
# more processes there are, the more works each does at once: who reads has no more to read.
APART = 1.0
# Bytes that a process takes, and how often it holds its data.
PER_PROCESS, COPIES_OF_DATA = 300 * 2**20, 2


class Share(NamedTuple):
    """Seeds of the work with a number, for one process."""

    number: int
    work: Work


class Call(NamedTuple):
    """A function to call in some process, and what waits for its result."""

    function: Callable[..., Any]
    given: tuple[Any, ...]
    future: Future[Any]


@dataclass(eq=False)
class _Left:
    """What is left of a work: seeds that no process has, and how long one takes by an estimate."""

    number: int
    work: Work
    seconds: float

    @property
    def duration(self) -> float:
        """How long one process would train all that is left."""
        return self.seconds * len(self.work.seeds)


class Shares:
    """What there is to do for a number of processes, each of which has a thread that takes it."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._left: list[_Left] = []
        self._duration = 0.0  # of all that is left, in one process
        self._calls: deque[Call] = deque()
        self._begun: set[str] = set()  # programs that some process has compiled
        self._idle = 0  # processes that have nothing to do
        self._waiting = 0  # those of them that are running
        self._closed = False
        self._changed = threading.Condition()

    def add(self, works: Iterable[Work]) -> None:
        """Add works to train; their numbers start from 0."""
        with self._changed:
            self._left = [_Left(number, it, _seconds(it)) for number, it in enumerate(works)]
            self._duration = sum(it.duration for it in self._left)
            self._changed.notify_all()

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Add a function to call, before all that is to be trained; gives its future result."""
        call = Call(function, given, Future())
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()
        return call.future

    def drop(self, number: int) -> None:
        """Leave out what is left of a work."""
        with self._changed:
            for it in [it for it in self._left if it.number == number]:
                self._remove(it)

    def close(self) -> None:
        """Let nothing be taken any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take(self, held: str | None, running: bool) -> Share | Call | None:
        """What a process does next, as soon as there is something; None after ``close``.

        ``held`` is the key of the program that it has. One that is not ``running`` is started only
        where all that are have something to do, and where memory is left. It had that program if
        it has died since.
        """
        with self._changed:
            self._idle += 1
            self._waiting += running
            if held and not running:
                self._begun.discard(held)
            self._changed.notify_all()  # another may have waited for this one to do what is left
            while not self._closed:
                if (running or self._may_start()) and (found := self._next(held)):
                    self._idle -= 1
                    self._waiting -= running
                    self._changed.notify_all()  # there may be more, for others
                    return found
                self._changed.wait()
        return None

    def more(self, first: Share) -> list[Share]:
        """Further works of the same program for the process that took the first, if all are short.

        To hand out a work takes a while in the process that serves all cores.
        """
        if not first.work.finish:
            return []
        with self._changed:
            found, seconds = [], _seconds(first.work) * len(first.work.seeds)
            most = min(APART * self._count, self._fair)
            for it in self._left:
                if it.work.finish and it.work.key == first.work.key:
                    seconds += it.duration
                    if seconds > most:
                        break
                    found.append(it)
            for it in found:
                self._remove(it)
        return [Share(it.number, it.work) for it in found]

    def _remove(self, left: _Left) -> None:
        self._left.remove(left)
        self._duration -= left.duration

    @property
    def _fair(self) -> float:
        """How long a process trains until it takes more, so that all end at the same time."""
        return max(LEAST, SHARES_APART * self._count, self._duration / (2 * self._count))

    @property
    def _all_idle(self) -> bool:
        """Whether nobody else will do what is left."""
        return self._idle == self._count

    def _may_start(self) -> bool:
        """Whether one more process may start."""
        if self._waiting or not (self._calls or self._left):
            return False
        if self._all_idle:
            return True
        data = max((it.work.split.nbytes for it in self._left), default=0)
        free = free_memory()
        return free is None or free > PER_PROCESS + COPIES_OF_DATA * data

    def _next(self, held: str | None) -> Share | Call | None:
        if self._calls:
            return self._calls.popleft()
        if found := next((it for it in self._left if it.work.key == held), None):
            return self._share(found)
        if found := next((it for it in self._left if it.work.key not in self._begun), None):
            return self._share(found)
        longest: dict[str, float] = {}
        for it in self._left:
            longest[it.work.key] = longest.get(it.work.key, 0) + it.duration
        key = max(longest, key=lambda it: longest[it], default="")
        if not longest or (longest[key] < COMPILING and not self._all_idle):
            return None
        return self._share(next(it for it in self._left if it.work.key == key))

    def _share(self, left: _Left) -> Share:
        """Some seeds of a work, or all of them; what is tuned once for all seeds is not cut."""
        self._begun.add(left.work.key)
        work = left.work
        size = max(1, round(self._fair / left.seconds))
        if work.experiment.tune or 1.5 * size >= len(work.seeds):
            self._remove(left)
            return Share(left.number, work)
        left.work = replace(work, seeds=work.seeds[size:], finish=None)
        self._duration -= size * left.seconds
        return Share(left.number, replace(work, seeds=work.seeds[:size], finish=None))


def _seconds(work: Work) -> float:
    """How long a seed of a work takes, with its part of what is done once for all of them."""
    tune = work.experiment.tune
    points = sum(1 for _ in tune.points()) if tune else 0
    once = points * work.seconds_per_seed + (FINISHING if work.finish else 0.0)
    return work.seconds_per_seed + once / len(work.seeds)
