"""What trains: a process of this machine, several, or the workers of a Dask cluster."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from lossbench.cli import signals

if TYPE_CHECKING:
    from lossbench.execution.work import Trainer


def trainer(jobs: int | None, address: str | None) -> "AbstractContextManager[Trainer]":
    """One process, or Dask's workers: ``jobs`` of this machine, or those at an address."""
    if jobs is None and address is None:
        from lossbench.execution.process import TrainingProcess

        return TrainingProcess()
    if jobs is not None and address is not None:
        raise typer.BadParameter("choose one of --jobs and --dask")
    if not find_spec("distributed"):
        raise typer.BadParameter("--jobs and --dask need Dask: pip install 'lossbench[dask]'")
    from lossbench.cli.terminal import print_warning
    from lossbench.execution import cluster

    if address is None:
        return cluster.local(jobs or 1, print_warning, signals.end_if_received)
    try:
        return cluster.at(cluster.checked(address), print_warning, signals.end_if_received)
    except ValueError as error:
        raise typer.BadParameter(f"--dask: {error}") from None
