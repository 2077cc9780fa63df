"""Which workers of a cluster get work; the user is warned of those that get none.

A worker gets no work if its versions or its platform differ from those of this process, since it
would train to other results, or if it gave a wrong answer. One with another kind of processor
works, with a warning: the machine that submits to a cluster is seldom one of its own kind.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from distributed import Client

from lossbench.execution import batches
from lossbench.execution.verification import WrongAnswer, differences
from lossbench.text import described, on_one_line

WORKER_SECONDS = 30  # how long a cluster may be without a worker, and a worker without an answer

Warn = Callable[[str], None]


class ClusterError(RuntimeError):
    """The cluster cannot be reached, or no worker of it can train."""


class ClusterWorkers:
    """The workers of a cluster, by address; ``refused`` are those that gave a wrong answer."""

    def __init__(self, client: Client, warn: Warn) -> None:
        self._client = client
        self._warn = warn
        self._environment = batches.environment()
        self._suitable: dict[str, bool] = {}
        self.refused: set[str] = set()

    def threads(self) -> dict[str, int]:
        """The number of threads of each worker that can train.

        Where there is none it waits for one, and raises ClusterError after WORKER_SECONDS.
        """
        start, waits = time.monotonic(), False
        while True:
            threads: dict[str, int] = self._client.nthreads()
            self._look_at(list(threads.keys() - self._suitable.keys()))
            found = {address: it for address, it in threads.items() if self._suitable[address]}
            if found:
                return found
            lacks = "no suitable worker" if threads else "no worker"
            if time.monotonic() - start > WORKER_SECONDS:
                raise ClusterError(f"the cluster has had {lacks} for {WORKER_SECONDS} s")
            if not waits:
                self._warn(f"the cluster has {lacks}; waiting {WORKER_SECONDS} s for one")
                waits = True
            time.sleep(0.2)

    def refuse(self, addresses: Iterable[str], wrong: WrongAnswer) -> None:
        """Give workers no more work, and warn of why."""
        for address in addresses:
            self.refused.add(address)
            self._exclude(address, f"its answer {wrong}")

    def _exclude(self, address: str, why: str) -> None:
        self._suitable[address] = False
        self._warn(f"the worker {address} gets no work: {why}")

    def _look_at(self, new: list[str]) -> None:
        """Find out whether new workers can train, and warn of why one cannot."""
        if not new:
            return

        async def ask() -> list[Any]:
            # Each by itself, so that an answer that cannot be read concerns its worker alone.
            asked = (
                self._client.run(batches.environment, workers=[address], asynchronous=True)
                for address in new
            )
            waits = (asyncio.wait_for(it, WORKER_SECONDS) for it in asked)
            return await asyncio.gather(*waits, return_exceptions=True)

        for address, answer in zip(new, self._client.sync(ask), strict=True):
            self._suitable[address] = True
            try:
                other = differences(_environment(address, answer), self._environment)
            except WrongAnswer as wrong:
                self._exclude(address, f"its answer {wrong}")
                continue
            processor = other.pop("processor", "")
            if other:
                self._exclude(address, ", ".join(other.values()))
            elif processor:
                self._warn(f"the worker {address} may differ in the last digits: {processor}")


def _environment(address: str, answer: Any) -> object:
    """The environment that a worker answered with; raises WrongAnswer if there is no answer."""
    if isinstance(answer, asyncio.TimeoutError):
        raise WrongAnswer(f"has not come within {WORKER_SECONDS} s")
    if isinstance(answer, BaseException):
        raise WrongAnswer(f"is {on_one_line(described(answer))}")
    return answer.get(address)
