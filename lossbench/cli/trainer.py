"""What trains: processes of this machine, or the workers of a Dask cluster."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossbench.execution.work import Trainer

# The commands that train, on this machine unless there is one of the options.
TRAINING, ELSEWHERE = ("run", "run-all", "choose"), ("--dask", "-h", "--help")
STARTING = 1.0  # seconds, in which a process is started that is on its way


@contextmanager
def importing(words: Sequence[str]) -> Iterator[None]:
    """Import TensorFlow in a process beside this one if these ``words`` are a command that trains.

    It takes longest of all that comes before a training, so it begins before the command itself is
    imported. With one core nothing would be won.
    """
    if not _seem_to_train(words):
        yield
        return
    from lossbench.execution import template

    is_there = threading.Event()

    def start() -> None:
        try:
            template.start()
        finally:
            is_there.set()

    try:
        threading.Thread(target=start, daemon=True).start()
        yield
    finally:
        is_there.wait(STARTING)  # or a signal may end the command before it can be ended
        template.end()


def _seem_to_train(words: Sequence[str]) -> bool:
    """Whether these words are a command that trains beside this process, on a core of its own."""
    if not words or words[0] not in TRAINING or any(it.startswith(ELSEWHERE) for it in words):
        return False
    from lossbench.execution import template

    return template.forks() and len(os.sched_getaffinity(0)) > 1


@contextmanager
def trainer(jobs: int | None, address: str | None, needed: bool) -> "Iterator[Trainer]":
    """At most ``jobs`` processes, by default one on each core; or Dask's workers at an address.

    Where it is ``needed``, TensorFlow is imported from now on, unless it is already.
    """
    if address is not None:
        with _cluster(jobs, address) as cluster:
            yield cluster
        return
    from lossbench.execution import template

    if needed:
        threading.Thread(target=template.start, daemon=True).start()
    else:
        template.end()
    try:
        # It imports much.
        from lossbench.execution.processes import TrainingProcesses

        with TrainingProcesses(jobs) as processes:
            yield processes
    finally:
        template.end()


def _cluster(jobs: int | None, address: str) -> "AbstractContextManager[Trainer]":
    import typer

    from lossbench.cli import signals

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
