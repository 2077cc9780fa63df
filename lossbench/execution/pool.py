"""Training processes that are kept for a while after they have trained.

The next batch of seeds finds TensorFlow imported and, if it is of the same experiment, its program
compiled.
"""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lossbench.execution import template
from lossbench.execution.process import PROGRAMS_PER_PROCESS, TrainingProcess
from lossbench.execution.work import TrainingProcessDied

IDLE_SECONDS = 60.0  # after which a process without work ends


@dataclass(eq=False)
class PooledProcess:
    """A training process, and the keys of the programs it has compiled, the latest one last."""

    process: TrainingProcess = field(default_factory=TrainingProcess)
    programs: list[str] = field(default_factory=list)
    timer: threading.Timer | None = None


class TrainingProcessPool:
    """The training processes of a Dask worker. Any of its threads may call every method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[PooledProcess] = []
        self._idle: list[PooledProcess] = []

    @contextmanager
    def lend(self, program: str) -> Iterator[PooledProcess]:
        """A process for one thread alone, if possible the one whose latest program has this key."""
        pooled = self._take(program) or self._new()
        if pooled.timer:
            pooled.timer.cancel()
        if pooled.programs[-1:] != [program]:
            pooled.programs.append(program)
        died = False
        try:
            yield pooled
        except TrainingProcessDied:
            died = True
            raise
        finally:
            # TensorFlow never frees the memory of a program, so processes are replaced.
            if died or len(pooled.programs) >= PROGRAMS_PER_PROCESS:
                self.end(pooled)
            else:
                self._give_back(pooled)

    def end(self, pooled: PooledProcess) -> None:
        """End a process, whatever it is doing."""
        with self._lock:
            for processes in (self._all, self._idle):
                if pooled in processes:
                    processes.remove(pooled)
        if pooled.timer:
            pooled.timer.cancel()
        pooled.process.close()
        with self._lock:
            if not self._all:  # what the processes were copies of takes memory, too
                template.end()

    def _take(self, program: str) -> PooledProcess | None:
        """Take an idle process, the last one with this program or else the last one."""
        with self._lock:
            fitting = [it for it in self._idle if it.programs[-1:] == [program]] or self._idle
            if not fitting:
                return None
            pooled = fitting[-1]
            self._idle.remove(pooled)
            return pooled

    def _new(self) -> PooledProcess:
        with self._lock:
            # A worker under a nanny is daemonic, and multiprocessing lets such a process have no
            # children. These end with their parent in any case.
            multiprocessing.current_process().daemon = False
            pooled = PooledProcess()
            pooled.process.start()
            self._all.append(pooled)
        return pooled

    def _give_back(self, pooled: PooledProcess) -> None:
        pooled.timer = threading.Timer(IDLE_SECONDS, self._end_idle, [pooled])
        pooled.timer.daemon = True
        with self._lock:
            if pooled in self._all:
                self._idle.append(pooled)
                pooled.timer.start()

    def _end_idle(self, pooled: PooledProcess) -> None:
        with self._lock:
            if pooled not in self._idle:
                return
            self._idle.remove(pooled)
        self.end(pooled)


# The pool of this process, which is a Dask worker.
POOL = TrainingProcessPool()
