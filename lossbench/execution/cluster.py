"""Train on a Dask cluster, on the workers of a scheduler.

Workers only train. This process cuts each work into batches of seeds, hands them out as workers
become free, and yields the trainings in the order of their seeds.
"""

import logging
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import dask
from distributed import CancelledError, Client, Future, KilledWorker, wait
from distributed import TimeoutError as DaskTimeoutError
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from lossbench.execution import batches
from lossbench.execution.cluster_workers import ClusterError, ClusterWorkers, Warn
from lossbench.execution.verification import Answer, WrongAnswer, check_answer
from lossbench.execution.work import Event, TrainingProcessDied, Work, called_here
from lossbench.results.result import Training

CONNECT_SECONDS = 10
RESULT_SECONDS = (1, 4, 16, 64)  # how long a result may be on its way, before another try
ATTEMPTS = 4  # to train a batch whose worker or training process dies
BATCHES_PER_THREAD = 2  # one is trained while the other waits

Poll = Callable[[], None]


def checked(address: str) -> str:
    """An address such as tcp://10.0.0.1:8786 or 10.0.0.1:8786; raises ValueError for others."""
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
    """Some seeds of the work with a number, and how often the batch was lost so far."""

    number: int
    seeds: Sequence[int]
    lost: int = 0


@dataclass(eq=False)
class SentData:
    """The data of a work on the cluster, and the workers that may hold them."""

    future: Future
    workers: set[str]


class SentBatch(NamedTuple):
    """A batch, the workers that may train it, and its data, which stay as long as it needs them."""

    batch: Batch
    workers: set[str]
    data: SentData

    def is_stranded(self, workers: set[str]) -> bool:
        """Whether all workers that the batch was sent to, or all that its data were, are gone."""
        return not (self.workers & workers and self.data.workers & workers)


class Cluster:
    """Trains as a TrainingProcess does, on workers of a Dask cluster, which may come and go."""

    def __init__(self, client: Client, warn: Warn, poll: Poll) -> None:
        self._client = client
        self._workers = ClusterWorkers(client, warn)
        self._poll = poll

    def call(self, function: Callable[..., Any], *given: Any) -> futures.Future[Any]:
        """Call a function here: workers only train."""
        return called_here(function, *given)

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        """Train every seed of the works; yields an event for each, in order within a work.

        Raises ClusterError when the connection to the scheduler is lost, or when it has had no
        suitable worker for 30 s.
        """
        try:
            yield from self._train(works)
        except (OSError, CancelledError):
            raise ClusterError("the connection to the Dask scheduler is lost") from None

    def _train(self, works: Sequence[Work]) -> Iterator[Event]:
        waiting = deque(
            Batch(number, seeds) for number, work in enumerate(works) for seeds in batches.cut(work)
        )
        running: dict[Future, SentBatch] = {}
        data: WeakValueDictionary[int, SentData] = WeakValueDictionary()
        in_order = [_InSeedOrder(work.seeds) for work in works]
        while waiting or running:
            workers = self._workers.threads()
            while waiting and len(running) < BATCHES_PER_THREAD * sum(workers.values()):
                batch = waiting.popleft()
                future, sent = self._send(works[batch.number], batch, set(workers), data)
                running[future] = sent
            for future, (trainings, error) in self._finished(works, running, set(workers)):
                batch = running.pop(future).batch
                number, seeds, lost = batch
                for training in in_order[number].add(trainings):
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
        self, work: Work, batch: Batch, workers: set[str], data: WeakValueDictionary[int, SentData]
    ) -> tuple[Future, SentBatch]:
        """Submit a batch to the workers, with its data unless some of them may hold it already."""
        held = data.get(batch.number)
        if not held or not held.workers & workers or held.workers & self._workers.refused:
            # Unlike scattered data, the result of a task is made again when its worker dies.
            key = f"lossbench-data-{uuid.uuid4()}"
            kept = self._client.submit(batches.keep, work.split, key=key, workers=list(workers))
            held = data[batch.number] = SentData(kept, workers)
        future = self._client.submit(
            batches.train_batch,
            work.experiment,
            held.future,
            batch.seeds,
            key=f"lossbench-{work.experiment.name}-{uuid.uuid4()}",
            workers=list(workers),
        )
        return future, SentBatch(batch, workers, held)

    def _finished(
        self, works: Sequence[Work], running: dict[Future, SentBatch], workers: set[str]
    ) -> Iterator[tuple[Future, Answer]]:
        """The batches that finish within a second, and those that cannot finish any more."""
        # Python drops an exception that a signal raises while one of Dask's objects is deleted, so
        # signals are asked for here.
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
                # Dask would wait for ever for its workers to return.
                self._client.cancel([future])
                yield future, ([], TrainingProcessDied("its workers left the cluster"))
            elif {future.key, sent.data.future.key} & unwanted:
                self._client.cancel([future])
                yield future, ([], WrongAnswer("is not awaited"))

    def _at_refused(self) -> set[str]:
        """The keys of the tasks of workers that gave a wrong answer."""
        if not self._workers.refused:
            return set()
        processing = self._client.processing()
        return {key for it in self._workers.refused & processing.keys() for key in processing[it]}

    def _answer(self, future: Future, work: Work, seeds: Sequence[int]) -> Answer | None:
        """The answer of a task; None while it runs, or runs again because its worker left."""
        for seconds in RESULT_SECONDS:
            if not future.done():
                return None
            # The holder of an answer is its author. Ask now: it may be gone when the check fails.
            holders = set(self._client.who_has([future])[future.key])
            if holders & self._workers.refused:
                return [], WrongAnswer("is of a worker that gave a wrong answer")
            try:
                return check_answer(_result(future, seconds), work, seeds)
            except DaskTimeoutError:
                continue
            except WrongAnswer as wrong:
                self._workers.refuse(holders, wrong)
                return [], wrong if holders else TrainingProcessDied(f"its answer {wrong}")
        return [], TrainingProcessDied("its result did not arrive")


class _InSeedOrder:
    """Puts trainings in the order of their seeds, in whatever order they come."""

    def __init__(self, seeds: Iterable[int]) -> None:
        self._missing = deque(seeds)
        self._arrived: dict[int, Training] = {}

    def add(self, trainings: Iterable[Training]) -> Iterator[Training]:
        """Take trainings; yields those that are next in the order of the seeds."""
        self._arrived |= {training.seed: training for training in trainings}
        while self._missing and self._missing[0] in self._arrived:
            yield self._arrived.pop(self._missing.popleft())


def _result(future: Future, seconds: float) -> object:
    """The result of a task; raises WrongAnswer if it cannot be read."""
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
    """Keep Dask's own messages and warnings from the user: this module reports what matters."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed\b")
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
