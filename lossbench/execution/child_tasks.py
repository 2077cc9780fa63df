"""What a training process does: it imports TensorFlow, compiles programs and trains seeds."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.execution.work import TrainingError
from lossbench.results.result import Training
from lossbench.text import described
from lossbench.training.sharing import program_key
from lossbench.training.startup import import_training_unfiltered

if TYPE_CHECKING:
    from lossbench.training.program import Program

# Keras imports these where they are installed, for parts that no training uses. It would take a
# third of the time until the first seed is trained, and 100 MB.
UNUSED = ("matplotlib", "pandas", "PIL", "scipy", "sklearn")


class _State:
    """What the process keeps from one task to the next.

    A work has a number of its own for as long as the process lives, so that no data are mistaken
    for those of another work.
    """

    def __init__(self) -> None:
        self.import_error: Exception | None = None
        # Half of compiling is done by one thread, so two programs are compiled at a time.
        self._compilers = ThreadPoolExecutor(2)
        self._programs: dict[str, Future[Program]] = {}
        self._prepared: dict[int, tuple[Experiment, Split]] = {}
        self._trainers: dict[int, Callable[[int], Training]] = {}

    def prepare(self, work: int, experiment: Experiment, split: Split) -> None:
        """Begin to compile the program of a work, unless there is one that it can share."""
        from lossbench.training.program import compile_program

        key = program_key(experiment, split)
        if key not in self._programs:
            self._programs[key] = self._compilers.submit(compile_program, experiment, split)
        self._prepared[work] = experiment, split

    def wait(self, work: int) -> None:
        """Wait until the program of a work that was prepared is compiled, or cannot be."""
        wait([self._programs[program_key(*self._prepared[work])]])

    def train(self, work: int, seed: int) -> Training:
        """Train a seed of a work that was prepared."""
        if work not in self._trainers:
            self._trainers.clear()  # it holds the data of one work at a time
            self._trainers[work] = self._trainer(*self._prepared.pop(work))
        return self._trainers[work](seed)

    def _trainer(self, experiment: Experiment, split: Split) -> Callable[[int], Training]:
        """What trains a work. It has data of its own, so while it trains nobody holds the split."""
        from lossbench.training.tuning import trainer

        return trainer(experiment, split, self._programs[program_key(experiment, split)].result())


_state = _State()


def make_ready(errors: Connection) -> None:
    """Make the new process ready; ``errors`` becomes its standard error.

    It ignores interrupts, which are for its parent, and ends when its parent ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(errors.fileno(), 2)
    # What a user's own loss prints must not get among the results on standard output.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    # Collecting garbage among TensorFlow's many objects takes a quarter of the time of its import.
    gc.disable()
    try:
        import_training_unfiltered()
    except Exception as error:  # raised when a seed is to be trained
        _state.import_error = error
    for name in UNUSED:  # a user's own loss may need them
        del sys.modules[name]
    gc.freeze()
    gc.enable()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def prepare(work: int, experiment: Experiment, split: Split) -> None:
    """Begin to compile the program of a work."""
    if not _state.import_error:
        _state.prepare(work, experiment, split)


def compiled(work: int) -> None:
    """Wait until the program of a work is compiled; an error is raised where it is trained."""
    if not _state.import_error:
        _state.wait(work)


def train(work: int, seed: int) -> Training | TrainingError:
    """Train a seed of a work that was prepared; an error is returned, not raised.

    The process that gets it may lack the module of the exception, TensorFlow's or the user's own.
    And where a user's code calls ``exit``, lossbench must not exit.
    """
    try:
        if _state.import_error:
            raise _state.import_error
        return _state.train(work, seed)
    except BaseException as error:
        return TrainingError(described(error), traceback.format_exc())
