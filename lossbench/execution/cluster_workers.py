"""Which of a cluster's workers train, and which get no work, of which a person is told.

One whose setting differs from the one here gets none, since its trainings would not be those of
this machine, nor one that gave a wrong answer. One that has another kind of processor is told of,
but it works: a cluster is seldom made of what submits to it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from distributed import Client

from lossbench.execution import batches
from lossbench.execution.verification import WrongAnswer, differences
from lossbench.text import described, on_one_line

WORKER_SECONDS = 30  # how long a cluster may be without a worker, and a worker without a word

Warn = Callable[[str], None]


class ClusterError(RuntimeError):
    """The cluster cannot be reached, or has nobody who works."""


class Roster:
    """The workers of a cluster, by address; ``refused`` are those that gave a wrong answer."""

    def __init__(self, client: Client, warn: Warn) -> None:
        self._client = client
        self._warn = warn
        self._setting = batches.setting()
        self._fit: dict[str, bool] = {}
        self.refused: set[str] = set()

    def threads(self) -> dict[str, int]:
        """The threads of each worker that is fit to train.

        Where there is none it waits for one, and raises ClusterError after WORKER_SECONDS.
        """
        start, waits = time.monotonic(), False
        while True:
            threads: dict[str, int] = self._client.nthreads()
            self._look_at(list(threads.keys() - self._fit.keys()))
            fit = {address: number for address, number in threads.items() if self._fit[address]}
            if fit:
                return fit
            whom = "none that fits" if threads else "no worker"
            if time.monotonic() - start > WORKER_SECONDS:
                message = f"the cluster has had {whom} for {WORKER_SECONDS} s"
                raise ClusterError(message)
            if not waits:
                self._warn(f"the cluster has {whom}; waiting {WORKER_SECONDS} s for one")
                waits = True
            time.sleep(0.2)

    def refuse(self, addresses: Iterable[str], wrong: WrongAnswer) -> None:
        """Give workers no more work, and tell why."""
        for address in addresses:
            self.refused.add(address)
            self._exclude(address, f"its answer {wrong}")

    def _exclude(self, address: str, why: str) -> None:
        self._fit[address] = False
        self._warn(f"the worker {address} gets no work: {why}")

    def _look_at(self, new: list[str]) -> None:
        """Find out whether new workers are fit to train, and tell why one is not."""
        if not new:
            return

        async def ask() -> list[Any]:
            # Each by itself, so that one without an answer that can be read is no more than that.
            asked = (
                self._client.run(batches.setting, workers=[address], asynchronous=True)
                for address in new
            )
            waits = (asyncio.wait_for(it, WORKER_SECONDS) for it in asked)
            return await asyncio.gather(*waits, return_exceptions=True)

        for address, answer in zip(new, self._client.sync(ask), strict=True):
            self._fit[address] = True
            try:
                other = differences(_setting(address, answer), self._setting)
            except WrongAnswer as wrong:
                self._exclude(address, f"its answer {wrong}")
                continue
            processor = other.pop("processor", "")
            if other:
                self._exclude(address, ", ".join(other.values()))
            elif processor:
                self._warn(f"the worker {address} may give other last digits: {processor}")


def _setting(address: str, answer: Any) -> object:
    """The setting that a worker has answered; raises WrongAnswer where it has not."""
    if isinstance(answer, asyncio.TimeoutError):
        raise WrongAnswer(f"has not come within {WORKER_SECONDS} s")
    if isinstance(answer, BaseException):
        raise WrongAnswer(f"is {on_one_line(described(answer))}")
    return answer.get(address)
