"""What a Dask worker does: train some seeds of an experiment, in a process beside its own.

A process that has trained is kept for a while: the next batch finds TensorFlow imported, and
its program compiled where it is of the same experiment. A worker has as many processes as it
has threads that train.
"""

import multiprocessing
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod

from distributed import Status, get_worker

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.execution.process import (
    PROGRAMS_PER_PROCESS,
    TrainingProcess,
    TrainingProcessDied,
    Work,
)
from lossbench.results.provenance import provenance
from lossbench.results.result import Training
from lossbench.training import sharing as programs

# A batch is so many seconds of training, beside at most one or two to compile its program.
SECONDS_PER_BATCH = 3.0
# Measured, in seconds: what a training, a step and a row times a weight cost.
PER_TRAINING, PER_STEP, PER_ROW_AND_WEIGHT = 3e-3, 7e-6, 1e-10
# How long a process is kept that nobody needs.
IDLE_SECONDS = 60.0


def cut(work: Work) -> list[Sequence[int]]:
    """The seeds of a work in equal batches, by an estimate of what a training takes."""
    experiment, split, seeds = work
    rows, features = split.x_train.shape
    shapes = experiment.model.weight_shapes(features, max(1, len(split.classes)))
    weights = sum(map(prod, shapes.values()))
    steps = -(-rows // experiment.batch_size)
    # A test row is predicted only: a third of the work of a row that trains.
    products = (rows + len(split.x_test) / 3) * weights
    epoch = PER_STEP * steps + PER_ROW_AND_WEIGHT * products
    size = max(1.0, SECONDS_PER_BATCH / (PER_TRAINING + experiment.epochs * epoch))
    count = int(-(-len(seeds) // size))
    ends = [len(seeds) * number // count for number in range(count + 1)]
    return [seeds[start:end] for start, end in pairwise(ends)]


def setting() -> dict[str, str]:
    """What decides the bits of a training here: versions and machine, by name."""
    versions = provenance(data_sha256="")
    del versions["data_sha256"]
    return versions


def keep(split: Split) -> Split:
    """The data as they are: a task of their own, so that a worker gets them once."""
    return split


def train_batch(
    experiment: Experiment, split: Split, seeds: Sequence[int]
) -> tuple[list[Training], Exception | None]:
    """The trainings of the seeds in their order, and what ended them early if something did."""
    trainings: list[Training] = []
    try:
        with _lent(programs.key(experiment, split)) as process:
            for _, event in process.train([Work(experiment, split, seeds)]):
                if isinstance(event, Exception):
                    raise event
                trainings.append(event)
    except Exception as error:
        return trainings, error
    return trainings, None


@dataclass(eq=False)
class _Kept:
    """A training process, and the programs it has compiled, the latest one last."""

    stack: ExitStack = field(default_factory=ExitStack)
    programs: list[str] = field(default_factory=list)
    timer: threading.Timer | None = None

    def __post_init__(self) -> None:
        # A worker under a nanny is daemonic, to which multiprocessing denies children. This one's
        # children end with it, however it ends.
        multiprocessing.current_process().daemon = False
        self.process = self.stack.enter_context(TrainingProcess())
        self.process.start()


_lock = threading.Lock()
_ended = threading.Event()
_all: list[_Kept] = []
_idle: list[_Kept] = []


def begin() -> None:
    """Let tasks start training processes, after an end of all."""
    _ended.clear()


def start(count: int) -> None:
    """Start processes before there is work for them: they import TensorFlow meanwhile."""
    for _ in range(count):
        _give_back(_new())


def end_all() -> None:
    """End every training process, whatever it is doing, and let tasks start no more."""
    _ended.set()
    with _lock:
        ended, _all[:], _idle[:] = list(_all), [], []
    for kept in ended:
        _end(kept)


@contextmanager
def _lent(program: str) -> Iterator[TrainingProcess]:
    """A process of one's own, if possible the one that has compiled the program last."""
    with _lock:
        fitting = [it for it in _idle if it.programs[-1:] == [program]] or _idle
        kept = fitting[-1] if fitting else None
        if kept:
            _idle.remove(kept)
    kept = kept or _new()
    if kept.timer:
        kept.timer.cancel()
    if kept.programs[-1:] != [program]:
        kept.programs.append(program)
    died = False
    try:
        with _ended_when_unwanted(kept):
            yield kept.process
    except TrainingProcessDied:
        died = True
        raise
    finally:
        # Memory is the price of every program, so processes are renewed.
        if died or len(kept.programs) >= PROGRAMS_PER_PROCESS:
            _end(kept)
        else:
            _give_back(kept)


def _new() -> _Kept:
    with _lock:
        if _ended.is_set():
            raise TrainingProcessDied("no process trains any more")
        kept = _Kept()
        _all.append(kept)
    return kept


def _give_back(kept: _Kept) -> None:
    kept.timer = threading.Timer(IDLE_SECONDS, _end_idle, [kept])
    kept.timer.daemon = True
    with _lock:
        if kept in _all:
            _idle.append(kept)
            kept.timer.start()


def _end_idle(kept: _Kept) -> None:
    with _lock:
        if kept not in _idle:
            return
        _idle.remove(kept)
    _end(kept)


def _end(kept: _Kept) -> None:
    with _lock:
        if kept in _all:
            _all.remove(kept)
    if kept.timer:
        kept.timer.cancel()
    kept.stack.close()


@contextmanager
def _ended_when_unwanted(kept: _Kept) -> Iterator[None]:
    """End the process when nobody waits for its task any longer, or the worker closes.

    Dask lets a task run on whose client has gone, and a training can take days.
    """
    worker = get_worker()
    key = worker.get_current_task()
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(0.5):
            task = worker.state.tasks.get(key)
            closing = worker.status in (Status.closing, Status.closed)
            if closing or task is None or task.state == "cancelled":
                _end(kept)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
