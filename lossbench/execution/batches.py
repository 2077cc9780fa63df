"""What a Dask worker does: train a batch of seeds of an experiment, in a process beside its own.

A worker has as many training processes as it has threads that train.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import prod

from distributed import Status, get_worker

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split
from lossbench.execution.pool import POOL, PooledProcess
from lossbench.execution.work import Work
from lossbench.results.provenance import provenance
from lossbench.results.result import Training
from lossbench.training.sharing import program_key

# How long a batch trains, beside one or two seconds at most to compile its program.
SECONDS_PER_BATCH = 3.0
# Measured, in seconds: what a seed, a step, and a row times a weight take.
PER_SEED, PER_STEP, PER_ROW_AND_WEIGHT = 3e-3, 7e-6, 1e-10


def cut(work: Work) -> list[Sequence[int]]:
    """The seeds of a work in equal batches, by an estimate of how long a seed trains.

    What is tuned is one batch: another one would tune again.
    """
    experiment, split, seeds = work
    if experiment.tune:
        return [seeds]
    rows = len(split.x_train)
    units = experiment.loss.row.units(split.target_shape)
    # What a function makes is not known; convolutions and recurrent layers use weights many times.
    shapes = experiment.model.weight_shapes(split.row_shape, units) or {}
    often = 1 if isinstance(experiment.model, Perceptron) else prod(split.row_shape)
    weights = max(sum(map(prod, shapes.values())), prod(split.row_shape)) * often
    steps = -(-rows // experiment.batch_size)
    # A test row is only predicted, which is a third of the work of a row that trains.
    products = (rows + len(split.x_test) / 3) * weights
    epoch = PER_STEP * steps + PER_ROW_AND_WEIGHT * products
    size = max(1.0, SECONDS_PER_BATCH / (PER_SEED + experiment.epochs * epoch))
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
        with POOL.lend(program_key(experiment, split)) as pooled, _ended_with_task(pooled):
            for _, event in pooled.process.train([Work(experiment, split, seeds)]):
                if isinstance(event, Exception):
                    raise event
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
