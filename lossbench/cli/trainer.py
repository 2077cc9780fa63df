"""What trains: processes of this machine, or the workers of a Dask cluster."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from lossbench.cli import signals

if TYPE_CHECKING:
    from lossbench.execution.work import Trainer


def trainer(jobs: int | None, address: str | None) -> "AbstractContextManager[Trainer]":
    """At most ``jobs`` processes, by default one on each core; or Dask's workers at an address."""
    if address is None:
        from lossbench.execution.processes import TrainingProcesses

        return TrainingProcesses(jobs)
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
