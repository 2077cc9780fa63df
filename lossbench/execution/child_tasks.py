"""What a training process does: it imports TensorFlow, compiles programs and trains seeds."""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.data.shared import SplitInFile
from lossbench.execution.template import import_once
from lossbench.execution.work import TrainingError
from lossbench.results.result import Training
from lossbench.text import described
from lossbench.training.sharing import program_key
from lossbench.training.startup import MOST_THREADS, import_training_unfiltered

if TYPE_CHECKING:
    from lossbench.training.program import Program


class _State:
    """What the process keeps: all programs, and what trains the seeds of one work at a time."""

    def __init__(self) -> None:
        self.import_error: Exception | None = None
        self.error: BaseException | None = None  # of the work
        self._programs: dict[str, Program] = {}
        self._train: Callable[[int], Training] | None = None

    def prepare(self, experiment: Experiment, split: Split) -> None:
        """Compile the program of a work, unless there is one that it can share."""
        from lossbench.training.program import compile_program
        from lossbench.training.tuning import trainer

        self.forget()
        key = program_key(experiment, split)
        if key not in self._programs:
            self._programs[key] = compile_program(experiment, split)
        # It has data of its own, so while it trains nobody holds the split.
        self._train = trainer(experiment, split, self._programs[key])

    def forget(self) -> None:
        """Give up what trains, which holds the data of a work."""
        self._train = None

    def train(self, seed: int) -> Training:
        """Train a seed of the work that was prepared; raises what preparing it raised."""
        if self.error:
            raise self.error
        assert self._train
        return self._train(seed)


_state = _State()


def serve(messages: Connection, errors: Connection, threads: int = MOST_THREADS) -> None:
    """What the process does: it calls the function of each message, and sends what that gave.

    ``errors`` becomes its standard error, and a training uses at most so many ``threads``.
    """
    make_ready(errors, threads)
    while True:
        try:
            call = messages.recv_bytes()
        except EOFError:  # nobody will ask any more
            return
        messages.send_bytes(answer(call))


def answer(call: bytes) -> bytes:
    """What the function of a message gave, or the error that it raised and its traceback.

    An error that cannot be sent becomes a TrainingError.
    """
    send = partial(pickle.dumps, protocol=pickle.HIGHEST_PROTOCOL)
    try:
        function, given = pickle.loads(call)
        return send((function(*given), None, ""))
    except BaseException as error:
        trace = traceback.format_exc()
        try:
            sent = pickle.loads(send(error))
        except Exception:
            sent = TrainingError(described(error))
    return send((None, sent, trace))


def make_ready(errors: Connection, threads: int) -> None:
    """Make the new process ready, see ``serve``.

    It ignores interrupts, which are for its parent, and ends when its parent ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A person's own loss may start processes, which a daemon may not.
    multiprocessing.current_process().daemon = False
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(errors.fileno(), 2)
    # What a user's own loss prints must not get among the results on standard output.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        import_once()
        import_training_unfiltered(threads)
    except Exception as error:  # raised where a seed is to be trained
        _state.import_error = error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def prepare(experiment: Experiment, split: Split | SplitInFile) -> None:
    """Prepare to train the seeds of a work; what goes wrong is told where they are trained."""
    _state.error = _state.import_error
    if _state.error:
        return
    try:
        _state.prepare(experiment, split if isinstance(split, Split) else split.split())
    except BaseException as error:
        _state.error = error


def train(seeds: Sequence[int]) -> tuple[list[Training], TrainingError | None]:
    """Train seeds of the work that was prepared, until an error; it is returned, not raised.

    The process that gets it may lack the module of the exception, TensorFlow's or the user's own.
    And where a user's code calls ``exit``, lossbench must not exit.
    """
    trainings: list[Training] = []
    try:
        trainings.extend(map(_state.train, seeds))  # what came before an error stays
    except BaseException as error:
        return trainings, TrainingError(described(error), traceback.format_exc())
    return trainings, None


def train_once(
    seeds: Sequence[int], *to_prepare: Any
) -> tuple[list[Training], TrainingError | None]:
    """Prepare a work, train some of its seeds as ``train`` does, and forget its data."""
    prepare(*to_prepare)
    try:
        return train(seeds)
    finally:
        forget()


def forget() -> None:
    """Forget the data of the work that was prepared, which may be most of the memory."""
    _state.forget()


def finish(
    seeds: Sequence[int],
    function: Callable[[list[Training]], Any],
    *to_prepare: Any,
) -> Any:
    """Train seeds as ``train`` does, and what a function gives of them; or the error.

    What is ``to_prepare`` first, if anything, is given to ``prepare``.
    """
    if to_prepare:
        prepare(*to_prepare)
    trainings, error = train(seeds)
    return error or function(trainings)


def finish_each(works: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What ``finish`` gives for each of some works."""
    return [finish(*it) for it in works]
