"""A Dask cluster inside this process, for it alone: without a port, and without a file that stays.

What a person has set of Dask is for other clusters, and may name modules to load, keys, and times
after which to end: nothing of it holds here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import dask
from distributed import Scheduler, SpecCluster, Worker


class _WithoutServer:
    """What does not start Dask's HTTP server, which listens on all addresses of a machine."""

    def start_http_server(self, *_: object, **__: object) -> None:
        pass


class _Scheduler(_WithoutServer, Scheduler):  # type: ignore[misc]
    pass


class _Worker(_WithoutServer, Worker):  # type: ignore[misc]
    pass


def forget_settings() -> None:
    """Set Dask, in this process, as it is where nobody has set anything."""
    dask.config.refresh(paths=[], env={})


@contextmanager
def start(threads: int) -> Iterator[SpecCluster]:
    """A scheduler, and one worker of so many threads."""
    with TemporaryDirectory(prefix="lossbench-") as private:
        # Modules are looked for in their folder, so it must not be one that others can write to.
        options = {"protocol": "inproc://", "local_directory": private}
        # Without a limit of memory: this process trains nothing.
        worker = {**options, "nthreads": threads, "memory_limit": 0}
        with SpecCluster(
            scheduler={"cls": _Scheduler, "options": {**options, "dashboard": False}},
            workers={"worker": {"cls": _Worker, "options": worker}},
        ) as cluster:
            yield cluster
