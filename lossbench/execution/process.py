"""Where trainings happen: in a process beside this one.

A process of its own lets this one read configs and draw pictures meanwhile, end at once when
it is interrupted, and live long: TensorFlow keeps some megabytes for every compiled program as
long as a process lives, so the process is renewed after a number of them.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import zip_longest
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.execution.child_process import ChildProcess, started
from lossbench.results.result import Training
from lossbench.text import described
from lossbench.training import sharing as programs
from lossbench.training.startup import import_training_aloud

if TYPE_CHECKING:
    from lossbench.training.train import Program

PROGRAMS_PER_PROCESS = 12


class Work(NamedTuple):
    """What there is to train: an experiment, its data, and the seeds to train it from."""

    experiment: Experiment
    split: Split
    seeds: Sequence[int]


Event = tuple[int, Training | Exception]
Train = Callable[[int], Training]
Outcome = Future["Training | TrainingError"]


class Trainer(Protocol):
    """What trains works: a process beside this one, or many."""

    def start(self) -> None:
        """Get ready: it spares the first training the wait."""

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works, and tell of each training."""


class TrainingError(RuntimeError):
    """What ended a training, told by a process that has its own modules and exceptions.

    The text begins with the name of the exception there, of which ``trace`` is the traceback.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message, trace)
        if trace:
            self.__cause__ = RuntimeError(trace)

    def __str__(self) -> str:
        return str(self.args[0])


class TrainingProcessDied(TrainingError):
    """The process that trained ended by itself, or was ended; the text says how."""


class TrainingProcess:
    """A process that trains, from when it is started or there is something to train.

    TensorFlow is imported there from that moment on; ``start`` spares the first training the wait.
    Any thread may end it, and then none can start it again.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._process: ChildProcess | None = None
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
        self._closed = True
        self._end()

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works, in their order, and tell of each training.

        An event is the number of a work and a training of it, or the exception that ended it.
        """
        waiting = deque(enumerate(works))
        alone = False
        while waiting:
            group = [waiting.popleft()] if alone else _next_group(waiting)
            alone = False
            try:
                submitted = _submit(self._running(), group)
            except RuntimeError:  # it was ended, or killed while it had nothing to train
                self._end()
                submitted = _submit(self._running(), group)
            while submitted:  # and let go of what is through: it holds all that was trained
                number, trainings = submitted.popleft()
                try:
                    while trainings:  # none is kept: the weights of a hundred may be gigabytes
                        event = trainings.popleft().result()
                        yield number, event
                        if isinstance(event, TrainingError):
                            _cancel(trainings)
                except (BrokenProcessPool, CancelledError):
                    death = self._death()
                    self._end()
                    (_, work), *following = group[-len(submitted) - 1 :]
                    waiting.extendleft(reversed(following))
                    if following:  # which are compiled meanwhile: it may be one of them that died
                        alone = True
                        missing = work.seeds[-len(trainings) - 1 :]
                        waiting.appendleft((number, work._replace(seeds=missing)))
                    else:
                        yield number, TrainingProcessDied(f"the training process {death}")
                    break
                except Exception as error:
                    _cancel(trainings)
                    yield number, error
            if waiting:
                self._end()

    def start(self) -> None:
        """Start the process, if it is not running; TrainingProcessDied once it was left."""
        self._running()

    def _running(self) -> ProcessPoolExecutor:
        with self._changing:
            if self._closed:
                raise TrainingProcessDied("no process trains any more")
            if not self._pool:
                self._pool, self._process = started(_make_ready)
            return self._pool

    def _death(self) -> str:
        process = self._process
        return process.death() if process else "was ended"

    def _end(self) -> None:
        with self._changing:
            # Nothing of the process is worth waiting for: what it had to give is here.
            if self._process:
                self._process.kill()
                self._process = None
            if self._pool:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None


def _submit(
    pool: ProcessPoolExecutor, group: Sequence[tuple[int, Work]]
) -> deque[tuple[int, deque[Outcome]]]:
    """Queue a group: each experiment is compiled while the one before it is trained."""
    following = [work for _, work in group[1:]]
    pool.submit(_prepare, group[0][1].experiment, group[0][1].split)
    futures: deque[tuple[int, deque[Outcome]]] = deque()
    for (number, work), after in zip_longest(group, following):
        if after:
            pool.submit(_prepare, after.experiment, after.split)
        trainings = (pool.submit(_train, work.experiment, seed) for seed in work.seeds)
        futures.append((number, deque(trainings)))
    return futures


def _cancel(trainings: deque[Outcome]) -> None:
    while trainings:
        trainings.popleft().cancel()


def _next_group(waiting: deque[tuple[int, Work]]) -> list[tuple[int, Work]]:
    """What one process trains of what is waiting: as much as its programs allow."""
    group: list[tuple[int, Work]] = []
    keys: set[str] = set()
    while waiting:
        _, (experiment, split, _) = waiting[0]
        keys.add(programs.key(experiment, split))
        if len(keys) > PROGRAMS_PER_PROCESS:
            break
        group.append(waiting.popleft())
    return group


# What kept this process from getting ready, if something did.
_unready: Exception | None = None


def _make_ready(errors: Connection) -> None:
    """Make the new process ready: it ends with its parent, which alone hears of interrupts."""
    global _unready
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(errors.fileno(), 2)
    # What a person's own loss prints is no result.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    # Keras imports these where it finds them, for parts that no training uses: they would cost a
    # third of the time until the first training, and 100 MB.
    unused = ("matplotlib", "pandas", "PIL", "scipy", "sklearn")
    sys.modules.update(dict.fromkeys(unused))  # type: ignore[arg-type]
    # Looking for garbage among all that TensorFlow is made of takes a quarter of its import.
    gc.disable()
    try:
        import_training_aloud()
    except Exception as error:  # told to whoever asks for a training
        _unready = error
    for name in unused:  # but a person's own loss may need them
        del sys.modules[name]
    gc.freeze()
    gc.enable()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


# Compiling is half waiting for one thread, so two compile at a time.
_compilers = ThreadPoolExecutor(2)
_programs: dict[str, "Future[Program]"] = {}
# The data wait here for the first training; they are tensors for one experiment at a time.
_waiting: dict[str, Split] = {}
_trainers: dict[str, Train] = {}


def _prepare(experiment: Experiment, split: Split) -> None:
    """Begin to compile an experiment, unless there is a program that it can share."""
    if _unready:
        return
    from lossbench.training.train import compile_program

    key = programs.key(experiment, split)
    if key not in _programs:
        _programs[key] = _compilers.submit(compile_program, experiment, split)
    _waiting[experiment.config_hash] = split


def _train(experiment: Experiment, seed: int) -> Training | TrainingError:
    try:
        if _unready:
            raise _unready
        return _trainer(experiment)(seed)
    except BaseException as error:
        # The process that asked may not have the exception's module, TensorFlow or a person's own
        # code; and an exit of that code is no exit of lossbench.
        return TrainingError(described(error), traceback.format_exc())


def _trainer(experiment: Experiment) -> Train:
    from lossbench.training.train import trainer

    key = experiment.config_hash
    if key not in _trainers:
        split = _waiting[key]
        program = _programs[programs.key(experiment, split)].result()
        _trainers.clear()
        _trainers[key] = trainer(experiment, split, program)
        del _waiting[key]
    return _trainers[key]
