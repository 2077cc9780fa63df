"""A signal ends a command at once, whatever it is doing, and says so by the exit code."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from command import COMMAND, tree
from small_experiments import MOONS

from lossbench.results.read import read_result

pytestmark = pytest.mark.slow
INTERRUPTED = "Interrupted: what was finished is kept.\n"
# Seconds, on a machine that has much else to do; to train this takes hours.
AT_ONCE = 20
LONG = MOONS.replace("epochs: 2", "epochs: 10000000")

# A command whose code catches what a signal raises: for good, or to raise something else.
CATCHING = """
import os, signal, sys, time
from lossbench.cli import main as cli
def app(**_):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    except BaseException:
        if sys.argv[1:]:
            raise SyntaxError("of an import that was cut short")
        while True:
            time.sleep(0.1)
cli.app = app
cli.main()
"""


@pytest.mark.parametrize("arguments", [(), ("raises",)])
def test_a_signal_ends_the_command_whatever_catches_it(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CATCHING, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=AT_ONCE,
    )
    assert (done.returncode, done.stderr) == (143, INTERRUPTED)


@contextmanager
def started(cwd: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command that runs in a process of its own."""
    command = [*COMMAND, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """The exit code and standard error after a signal; raises TimeoutExpired if one goes on.

    Standard error ends with the last process that holds it, which is the one that trains.
    """
    process.send_signal(number)
    _, errors = process.communicate(timeout=AT_ONCE)
    return process.returncode, errors


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_training_at_once_and_keeps_what_was_finished(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "short.yaml").write_text(MOONS)
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run", "short.yaml", "long.yaml") as process:
        assert process.stdout
        assert process.stdout.readline() == "short: accuracy, median of 2 seeds\n"
        assert re.fullmatch(r"Train: \d\.\d{3}, Test: \d\.\d{3}\n", process.stdout.readline())
        time.sleep(1)
        found, errors = ended(process, number)
    assert found == code
    assert errors.endswith(INTERRUPTED)
    assert "Traceback" not in errors
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["short"]
    read_result(tmp_path / "results" / "short")


@pytest.mark.parametrize(
    ("number", "code", "seconds"),
    [(signal.SIGINT, 130, 0), (signal.SIGTERM, 143, 1), (signal.SIGHUP, 129, 0.5)],
)
def test_a_signal_ends_the_start_at_once(
    tmp_path: Path, number: signal.Signals, code: int, seconds: float
) -> None:
    """At some moment after the training process was started, which imports TensorFlow."""
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run-all", tmp_path, "--out", "out") as process:
        while not psutil.Process(process.pid).children():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(seconds)
        assert ended(process, number) == (code, INTERRUPTED)
    assert tree(tmp_path / "out") == {}
