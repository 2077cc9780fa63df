"""What a Dask worker does: train a batch of seeds of an experiment, in a process beside its own.

A worker has as many training processes as it has threads that train.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from distributed import Status, get_worker

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.execution.pool import POOL, PooledProcess
from lossbench.execution.work import Work
from lossbench.results.provenance import provenance
from lossbench.results.result import Training

# How long a batch trains, beside one or two seconds at most to compile its program.
SECONDS_PER_BATCH = 3.0


def cut(work: Work) -> list[Sequence[int]]:
    """The seeds of a work in equal batches, by an estimate of how long a seed trains.

    What is tuned is one batch: another one would tune again.
    """
    seeds = work.seeds
    if work.experiment.tune:
        return [seeds]
    size = max(1.0, SECONDS_PER_BATCH / work.seconds_per_seed)
    count = int(-(-len(seeds) // size))
    ends = [len(seeds) * number // count for number in range(count + 1)]
    return [seeds[start:end] for start, end in pairwise(ends)]


def environment() -> dict[str, str]:
    """The versions and the machine that decide the bits of a training here, by name."""
    versions = provenance(data_sha256="")
    del versions["data_sha256"]
    return versions


def keep(split: Split) -> Split:
    """The data as they are: as a task of their own they are sent to a worker only once."""
    return split


def train_batch(
    experiment: Experiment, split: Split, seeds: Sequence[int]
) -> tuple[list[Training], Exception | None]:
    """The trainings of the seeds, in order; and the exception that ended them early, if any."""
    trainings: list[Training] = []
    try:
        work = Work(experiment, split, seeds)
        with POOL.lend(work.key) as pooled, _ended_with_task(pooled):
            for _, event in pooled.process.train([work]):
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, Training):
                    trainings.append(event)
    except Exception as error:
        return trainings, error
    return trainings, None


@contextmanager
def _ended_with_task(pooled: PooledProcess) -> Iterator[None]:
    """End the process when nobody waits for the result of its task, or when the worker closes.

    Dask lets a task run on when its client is gone, and a training can take days.
    """
    worker = get_worker()
    key = worker.get_current_task()
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(0.5):
            task = worker.state.tasks.get(key)
            closing = worker.status in (Status.closing, Status.closed)
            if closing or task is None or task.state == "cancelled":
                POOL.end(pooled)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
