"""The command line from a test: in this process, or in one of its own.

Most tests are about what a command says and writes. They call the same entry point here, and train
here: to import TensorFlow in a process beside this one takes longer than most of their trainings.
What is about processes themselves, such as signals, streams or a clean start, gets its own.
"""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

from lossbench.cli import signals
from lossbench.cli.main import main
from lossbench.execution import child_tasks, processes, template
from lossbench.execution.work import Event, Work, called_here

COMMAND = [sys.executable, "-m", "lossbench"]


def lossbench(cwd: Path, *arguments: object) -> CompletedProcess[str]:
    """Run a command in this process, in a working directory, and give what it printed."""
    words = [str(it) for it in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with _in(cwd), _own_signals(), redirect_stdout(out), redirect_stderr(err):
        try:
            with (
                patch.object(sys, "argv", ["lossbench", *words]),
                patch.object(processes, "TrainingProcesses", _TrainsHere),
                patch.object(template, "start", lambda: None),
            ):
                main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    printed = [it.buffer.getvalue().decode() for it in (out, err)]  # type: ignore[attr-defined]
    return CompletedProcess(words, code, *printed)


def lossbench_process(
    cwd: Path, *arguments: object, timeout: float = 90, **environment: str
) -> CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def tree(folder: Path) -> dict[str, bytes]:
    """What a command has written: all files in a folder and below it, by their paths there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class _TrainsHere:
    """Does in this process what a training process is told to do, and so keeps all programs."""

    def __init__(self, _count: int | None) -> None:
        pass

    def __enter__(self) -> "_TrainsHere":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        for number, work in enumerate(works):
            child_tasks.prepare(work.experiment, work.split)
            trainings, error = child_tasks.train(work.seeds)
            for it in trainings:
                yield number, it
            if error:
                yield number, error

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        return called_here(function, *given)


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Put back what a command sets for the signals that end it."""
    before = {number: signal.getsignal(number) for number in signals.SIGNALS}
    told = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(told)
        for number, handler in before.items():
            signal.signal(number, handler)
