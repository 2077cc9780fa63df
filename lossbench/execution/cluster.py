"""Work spread by Dask: over processes of this machine, or over the workers of a cluster.

Workers only train. This process cuts the work into batches, hands them out as workers become
free, and gives the trainings on in the order of their seeds.
"""

import logging
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

import dask
from distributed import CancelledError, Client, Future, KilledWorker, wait
from distributed import TimeoutError as DaskTimeoutError
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from lossbench.execution import batches, local_cluster, verification
from lossbench.execution.cluster_workers import ClusterError, Roster, Warn
from lossbench.execution.process import Event, TrainingProcessDied, Work
from lossbench.execution.verification import Answer, WrongAnswer
from lossbench.results.result import Training

CONNECT_SECONDS = 10
RESULT_SECONDS = (1, 4, 16, 64)  # how long a result may be on its way, before another try
ATTEMPTS = 4  # at a batch whose worker or training process dies
BATCHES_PER_THREAD = 2  # one that is trained and one that waits

Poll = Callable[[], None]


@contextmanager
def local(jobs: int, warn: Warn, poll: Poll = lambda: None) -> Iterator["Cluster"]:
    """Training processes of this machine, under a scheduler and a worker in this process."""
    local_cluster.forget_settings()
    _silence()
    with local_cluster.start(jobs) as cluster, Client(cluster) as client:
        try:
            batches.begin()
            yield Cluster(client, warn, poll, jobs)
        finally:
            batches.end_all()


def checked(address: str) -> str:
    """An address such as tcp://10.0.0.1:8786, or 10.0.0.1:8786; raises ValueError at others."""
    scheme, place = parse_address(address)
    get_backend(scheme)
    parse_host_port(place)
    return address


@contextmanager
def at(address: str, warn: Warn, poll: Poll = lambda: None) -> Iterator["Cluster"]:
    """The workers of the scheduler at an address; ClusterError if it does not answer in 10 s."""
    _silence()
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except OSError:
        message = f"no Dask scheduler answers at {address} within {CONNECT_SECONDS} s"
        raise ClusterError(message) from None
    with client:
        yield Cluster(client, warn, poll)


class Batch(NamedTuple):
    """Some seeds of the work of a number, and how often the batch was lost so far."""

    number: int
    seeds: Sequence[int]
    lost: int = 0


@dataclass(eq=False)
class Data:
    """The data of a work on the cluster, that these workers may have."""

    future: Future
    workers: set[str]


class Sent(NamedTuple):
    """A batch that these workers may train, and its data, which are held as long as it needs."""

    batch: Batch
    workers: set[str]
    data: Data

    def is_stranded(self, workers: set[str]) -> bool:
        """Whether of the workers it was sent to, or its data were, none is left."""
        return not (self.workers & workers and self.data.workers & workers)


class Cluster:
    """Trains like a TrainingProcess, on the workers of a Dask cluster, which may come and go."""

    def __init__(self, client: Client, warn: Warn, poll: Poll, jobs: int = 0) -> None:
        self._client = client
        self._roster = Roster(client, warn)
        self._poll = poll
        self._jobs = jobs

    def start(self) -> None:
        """Start the processes of this machine, if any: they import TensorFlow meanwhile."""
        if self._jobs:
            batches.start(self._jobs)

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works and tell of each training, in order within a work.

        An event is as of TrainingProcess. Raises ClusterError when the scheduler is lost, or has
        been without a worker for 30 s.
        """
        try:
            yield from self._train(works)
        except (OSError, CancelledError):
            raise ClusterError("the connection to the Dask scheduler is lost") from None

    def _train(self, works: Sequence[Work]) -> Iterator[Event]:
        waiting = deque(
            Batch(number, seeds) for number, work in enumerate(works) for seeds in batches.cut(work)
        )
        running: dict[Future, Sent] = {}
        data: WeakValueDictionary[int, Data] = WeakValueDictionary()
        orders = [_Order(work.seeds) for work in works]
        while waiting or running:
            workers = self._roster.threads()
            while waiting and len(running) < BATCHES_PER_THREAD * sum(workers.values()):
                batch = waiting.popleft()
                future, sent = self._send(works[batch.number], batch, set(workers), data)
                running[future] = sent
            for future, (trainings, error) in self._finished(works, running, set(workers)):
                batch = running.pop(future).batch
                number, seeds, lost = batch
                for training in orders[number].add(trainings):
                    yield number, training
                if isinstance(error, WrongAnswer):
                    waiting.appendleft(batch)
                elif isinstance(error, TrainingProcessDied) and lost + 1 < ATTEMPTS:
                    waiting.appendleft(Batch(number, seeds[len(trainings) :], lost + 1))
                elif error:
                    waiting = deque(it for it in waiting if it.number != number)
                    of_same = [it for it, sent in running.items() if sent.batch.number == number]
                    self._client.cancel(of_same)
                    for other in of_same:
                        del running[other]
                    yield number, error

    def _send(
        self, work: Work, batch: Batch, workers: set[str], data: WeakValueDictionary[int, Data]
    ) -> tuple[Future, Sent]:
        """Submit a batch to the workers; its data only if no other batch holds them there."""
        held = data.get(batch.number)
        if not held or not held.workers & workers or held.workers & self._roster.refused:
            # Unlike scattered data, a task's are made again when the worker with them dies.
            key = f"lossbench-data-{uuid.uuid4()}"
            kept = self._client.submit(batches.keep, work.split, key=key, workers=list(workers))
            held = data[batch.number] = Data(kept, workers)
        future = self._client.submit(
            batches.train_batch,
            work.experiment,
            held.future,
            batch.seeds,
            key=f"lossbench-{work.experiment.name}-{uuid.uuid4()}",
            workers=list(workers),
        )
        return future, Sent(batch, workers, held)

    def _finished(
        self, works: Sequence[Work], running: dict[Future, Sent], workers: set[str]
    ) -> Iterator[tuple[Future, Answer]]:
        """What is finished within a second, and what can no longer be."""
        # What a signal raises while one of Dask's objects is deleted is lost, so it is asked for.
        self._poll()
        with suppress(DaskTimeoutError):
            wait(list(running), timeout=1, return_when="FIRST_COMPLETED")
        unwanted = self._at_refused()
        for future, sent in list(running.items()):
            if future not in running:
                continue
            answer = self._answer(future, works[sent.batch.number], sent.batch.seeds)
            if answer:
                yield future, answer
            elif sent.is_stranded(workers):
                # Dask would wait for ever for the return of those it was sent to.
                self._client.cancel([future])
                yield future, ([], TrainingProcessDied("its workers left"))
            elif {future.key, sent.data.future.key} & unwanted:
                self._client.cancel([future])
                yield future, ([], WrongAnswer("is not waited for"))

    def _at_refused(self) -> set[str]:
        """The keys of the tasks that lie with workers which gave a wrong answer."""
        if not self._roster.refused:
            return set()
        processing = self._client.processing()
        return {key for it in self._roster.refused & processing.keys() for key in processing[it]}

    def _answer(self, future: Future, work: Work, seeds: Sequence[int]) -> Answer | None:
        """What a task gave, None while it is under way, or again since its worker left."""
        for seconds in RESULT_SECONDS:
            if not future.done():
                return None
            # Who has it is who gave it, and may be gone when it turns out to be wrong.
            holders = set(self._client.who_has([future])[future.key])
            if holders & self._roster.refused:
                return [], WrongAnswer("is of one that gave a wrong answer")
            try:
                return verification.checked(_result(future, seconds), work, seeds)
            except DaskTimeoutError:
                continue
            except WrongAnswer as wrong:
                self._roster.refuse(holders, wrong)
                return [], wrong if holders else TrainingProcessDied(f"its answer {wrong}")
        return [], TrainingProcessDied("its result did not arrive")


class _Order:
    """Gives trainings on in the order of their seeds, whenever each comes."""

    def __init__(self, seeds: Iterable[int]) -> None:
        self._missing = deque(seeds)
        self._arrived: dict[int, Training] = {}

    def add(self, trainings: Iterable[Training]) -> Iterator[Training]:
        """Take trainings, and give all whose turn it is now."""
        self._arrived |= {training.seed: training for training in trainings}
        while self._missing and self._missing[0] in self._arrived:
            yield self._arrived.pop(self._missing.popleft())


def _result(future: Future, seconds: float) -> object:
    """What a task gave; raises WrongAnswer if it cannot be read."""
    if future.status == "error":
        error = future.exception()
        if isinstance(error, KilledWorker):
            error = RuntimeError("the workers that trained it died")
        return [], error
    try:
        return future.result(timeout=seconds)
    except (OSError, CancelledError, DaskTimeoutError):
        raise
    except Exception:
        raise WrongAnswer("cannot be read") from None


def _silence() -> None:
    """Let none of Dask's own notes and warnings reach the user: what matters is said here."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed\b")
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
