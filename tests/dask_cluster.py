"""A Dask cluster as a user starts it, commands that run beside a test, and their processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psutil
import small_experiments
from command import COMMAND

from lossbench.execution.work import Event, Work
from lossbench.results.result import Result, Training
from lossbench.results.write import files

MOONS = small_experiments.MOONS.replace("repeats: 2", "repeats: 3")
LONG = MOONS.replace("epochs: 2", "epochs: 10000000")
# Seconds after which nothing is to be expected, on a machine that has much else to do, too.
HANGS = 300


class DaskCluster:
    """A scheduler and its workers, processes as a user starts them; they end with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def __enter__(self) -> "DaskCluster":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.workers):
            self.kill(process)
        self.kill(self._processes[0])

    @property
    def workers(self) -> list[subprocess.Popen[bytes]]:
        return self._processes[1:]

    def worker(self, *options: str, site: str = "") -> subprocess.Popen[bytes]:
        env = {}
        if site:
            path = Path(mkdtemp(dir=self._folder))
            (path / "sitecustomize.py").write_text(site)
            env["PYTHONPATH"] = os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")])
        arguments = [self.address, "--nthreads", "1", "--no-dashboard", *options]
        return self._start("worker", *arguments, env=env)

    def _start(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=log, env={**os.environ, **(env or {})}
            )
        self._processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the process and what it has started, as when a machine goes away."""
        self._processes.remove(process)
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for child in below:
            with suppress(psutil.NoSuchProcess):
                child.kill()


def started(
    cwd: Path, *arguments: object, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """A command that runs while the test goes on."""
    command = [*COMMAND, *map(str, arguments)]
    pipe = subprocess.PIPE
    env = {**os.environ, **(env or {})}
    return subprocess.Popen(command, cwd=cwd, stdout=pipe, stderr=pipe, text=True, env=env)


def training_processes(
    process: "subprocess.Popen[bytes] | subprocess.Popen[str]", megabytes: int = 200
) -> set[int]:
    """The processes below one that train, or could; a nanny's worker is none of them."""
    found = set()
    for it in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if it.memory_info().rss > megabytes * 2**20:
                found.add(it.pid)
    return found


def busy(processes: set[int], seconds: float = 1) -> set[int]:
    """Those that take some of a processor's time in the next second."""
    before = {pid: used(pid) for pid in processes}
    time.sleep(seconds)
    return {pid for pid in processes if used(pid) > before[pid] + seconds / 20}


def used(process: int) -> float:
    try:
        return sum(psutil.Process(process).cpu_times()[:2])
    except psutil.NoSuchProcess:
        return 0


def wait_for(condition: Callable[[], object]) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def run_code(cwd: Path, code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run Python code in a process, in place of the command."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )


def as_files(work: Work, trainings: Sequence[Training]) -> dict[str, bytes]:
    """The files of a result."""
    return files(Result(work.experiment, work.split.sha256, tuple(trainings)))


def assert_as_expected(
    works: Sequence[Work], events: Sequence[Event], expected: Sequence[dict[str, bytes]]
) -> None:
    """No work failed, and each has the files that are expected of it."""
    errors = [event for _, event in events if isinstance(event, Exception)]
    assert errors == []
    for number, work in enumerate(works):
        trainings = [it for of, it in events if of == number and isinstance(it, Training)]
        assert as_files(work, trainings) == expected[number]
