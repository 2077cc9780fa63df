"""Where trainings happen: in a process beside this one.

A process of its own lets this one draw pictures meanwhile, end at once when it is
interrupted, and live long: TensorFlow keeps some megabytes for every compiled program as long
as a process lives, so the process is renewed after a number of them.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from lossbench.experiment import Experiment
from lossbench.quiet import import_training
from lossbench.results import Training

PROGRAMS_PER_PROCESS = 16

Event = tuple[int, Training | Exception]


class TrainingProcessDied(RuntimeError):
    """The process that trained ended by itself, for want of memory most likely."""


def train(experiments: Sequence[Experiment]) -> Iterator[Event]:
    """Train every seed of the experiments, in their order, each training as it ends.

    An event is the experiment's number and a training, or the exception that ended the
    experiment. Leaving the iterator early ends the process that trains.
    """
    waiting = deque(enumerate(experiments))
    while waiting:
        group = [waiting.popleft() for _ in range(min(PROGRAMS_PER_PROCESS, len(waiting)))]
        with _training_process() as pool:
            futures = [
                (number, [pool.submit(_train_seed, experiment, seed) for seed in experiment.seeds])
                for number, experiment in group
            ]
            for position, (number, trainings) in enumerate(futures):
                try:
                    for future in trainings:
                        yield number, future.result()
                except BrokenProcessPool:
                    message = "the training process died; was there memory enough?"
                    yield number, TrainingProcessDied(message)
                    waiting.extendleft(reversed(group[position + 1 :]))
                    break
                except Exception as error:
                    for future in trainings:
                        future.cancel()
                    yield number, error


@contextmanager
def _training_process() -> Iterator[ProcessPoolExecutor]:
    # A forked TensorFlow hangs; a spawned process starts clean.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_start)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _start() -> None:
    """Make the new process ready: it ends with its parent, which alone hears of interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import_training()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


_trainers: dict[str, Callable[[int], Training]] = {}


def _train_seed(experiment: Experiment, seed: int) -> Training:
    """Train in this process; the compiled program is kept until the next experiment comes."""
    from lossbench.training import trainer

    key = experiment.config_hash
    if key not in _trainers:
        _trainers.clear()
        _trainers[key] = trainer(experiment, experiment.dataset.load())
    return _trainers[key](seed)
