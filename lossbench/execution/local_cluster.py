"""A Dask cluster inside this process: it opens no port and leaves no file.

The user's settings of Dask are for other clusters. They may name modules to load, keys and times
after which to end, so none of them is used here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import dask
from distributed import Scheduler, SpecCluster, Worker


class _WithoutServer:
    """Does not start Dask's HTTP server, which listens on all addresses of a machine."""

    def start_http_server(self, *_: object, **__: object) -> None:
        pass


class _Scheduler(_WithoutServer, Scheduler):  # type: ignore[misc]
    pass


class _Worker(_WithoutServer, Worker):  # type: ignore[misc]
    pass


def forget_settings() -> None:
    """Give Dask, in this process, its default settings."""
    dask.config.refresh(paths=[], env={})


@contextmanager
def start(threads: int) -> Iterator[SpecCluster]:
    """A scheduler, and one worker with a number of threads."""
    with TemporaryDirectory(prefix="lossbench-") as private:
        # Dask looks for modules in this folder, so others must not be able to write to it.
        options = {"protocol": "inproc://", "local_directory": private}
        # No memory limit, because this process itself trains nothing.
        worker = {**options, "nthreads": threads, "memory_limit": 0}
        with SpecCluster(
            scheduler={"cls": _Scheduler, "options": {**options, "dashboard": False}},
            workers={"worker": {"cls": _Worker, "options": worker}},
        ) as cluster:
            yield cluster
