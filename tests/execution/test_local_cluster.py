"""A signal ends a command with --jobs, and all that trains for it."""

import signal
from pathlib import Path

import pytest
from dask_cluster import HANGS, LONG, MOONS, run_code, started, training_processes, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.thorough]
FINISHED = "a: accuracy, median of 3 seeds\n"
# Runs the command, which a signal interrupts when first an object of Dask is deleted.
INTERRUPTED = """
import os, signal
from distributed import Future
from lossbench.cli.main import main
delete = Future.__del__
def interrupt(future):
    Future.__del__ = delete
    os.kill(os.getpid(), signal.SIGINT)
    delete(future)
Future.__del__ = interrupt
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_signal_ends_the_jobs(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MOONS)
    (tmp_path / "long.yaml").write_text(LONG)
    # Of one process or several, each sees for itself that the client is gone.
    jobs = 1 if number == signal.SIGKILL else 2
    # Killed, it cannot take away its folder there.
    env = {"TMPDIR": str(tmp_path)}
    with started(tmp_path, "run", "a.yaml", "long.yaml", "--jobs", jobs, env=env) as process:
        assert process.stdout
        assert process.stdout.readline() == FINISHED
        process.send_signal(number)
        # Ends with the last process that holds the pipe: those that train for days, too.
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == code
    if number != signal.SIGKILL:  # of which multiprocessing tells
        said = ["a: 3 of 3 seeds done", "Interrupted: what was finished is kept."]
        assert errors.splitlines() == said
    assert [it.name for it in (tmp_path / "results").iterdir()] == ["a"]


def test_signal_is_not_lost_in_what_dask_deletes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MOONS)
    (tmp_path / "long.yaml").write_text(LONG)
    done = run_code(tmp_path, INTERRUPTED, "run", "a.yaml", "long.yaml", "--jobs", "1", "--quiet")
    assert done.returncode == 130
    assert done.stderr == "Interrupted: what was finished is kept.\n"


def test_signal_ends_the_jobs_while_they_start(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run", "long.yaml", "--jobs", 2) as process:
        # Both import what they need.
        wait_for(lambda: len(training_processes(process, megabytes=50)) == 2)
        process.terminate()
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == 143
    assert errors == "Interrupted: what was finished is kept.\n"
    assert list(tmp_path.glob("results/*")) == []
