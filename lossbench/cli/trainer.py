"""What trains: processes of this machine, or the workers of a Dask cluster."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from lossbench.cli import signals

if TYPE_CHECKING:
    from lossbench.execution.work import Trainer


@contextmanager
def trainer(jobs: int | None, address: str | None, needed: bool) -> "Iterator[Trainer]":
    """At most ``jobs`` processes, by default one on each core; or Dask's workers at an address.

    Where it is ``needed``, TensorFlow is imported from now on, in a process beside this one.
    """
    if address is not None:
        with _cluster(jobs, address) as cluster:
            yield cluster
        return
    from lossbench.execution import template

    if needed:
        threading.Thread(target=template.start, daemon=True).start()
    try:
        # It imports much.
        from lossbench.execution.processes import TrainingProcesses

        with TrainingProcesses(jobs) as processes:
            yield processes
    finally:
        template.end()


def _cluster(jobs: int | None, address: str) -> "AbstractContextManager[Trainer]":
    if jobs is not None:
        raise typer.BadParameter("choose one of --jobs and --dask")
    if not find_spec("distributed"):
        raise typer.BadParameter("--dask needs Dask: pip install 'lossbench[dask]'")
    from lossbench.cli.terminal import print_warning
    from lossbench.execution import cluster

    try:
        return cluster.at(cluster.checked(address), print_warning, signals.end_if_received)
    except ValueError as error:
        raise typer.BadParameter(f"--dask: {error}") from None
