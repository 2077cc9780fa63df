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
# Seconds that a command has to put its things away. A machine with much else to do takes longer for
# that, as it takes longer to start a command.
GRACE = 1.5
STARTS = 5
HANGS = 60  # seconds; to train this takes hours
LONG = MOONS.replace("epochs: 2", "epochs: 10000000")

# A command whose code catches what a signal raises, for good or to raise something else, or whose
# thread keeps the process from ending; or that computes outside of Python when the signal comes.
CATCHING = """
import hashlib, os, signal, sys, threading, time
from lossbench.cli import commands, main as cli
def app(**_):
    if "computes" in sys.argv:
        threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGTERM]).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    except BaseException:
        if "waits" in sys.argv:
            threading.Thread(target=time.sleep, args=[60]).start()
            raise
        if "raises" in sys.argv:
            raise SyntaxError("of an import that was cut short")
        while True:
            time.sleep(0.1)
commands.app = app
cli.main()
"""

# A command that is interrupted while its training process has begun, and does not know yet what to
# do.
STARTING = """
import os, signal
from multiprocessing import util
from lossbench.cli.main import main
spawn = util.spawnv_passfds
def interrupted(path, args, fds):
    pid = spawn(path, args, fds)
    if any(b"lossbench.execution import template" in os.fsencode(it) for it in args):
        os.kill(os.getpid(), signal.SIGINT)
    return pid
util.spawnv_passfds = interrupted
main()
"""

# A command whose training process alone gets interrupts, again and again from its first moment on.
INTERRUPTED_CHILD = """
import os, signal, threading, time
from multiprocessing import util
from lossbench.cli.main import main
spawn = util.spawnv_passfds
def interrupt(pid):
    for _ in range(100):
        os.kill(pid, signal.SIGINT)
        time.sleep(0.01)
def interrupted(path, args, fds):
    pid = spawn(path, args, fds)
    if any(b"lossbench.execution import template" in os.fsencode(it) for it in args):
        threading.Thread(target=interrupt, args=[pid]).start()
    return pid
util.spawnv_passfds = interrupted
main()
"""


def at_once(begun: float) -> bool:
    """Whether what began then has ended in the time that a command has for it."""
    now = time.monotonic()
    subprocess.run([*COMMAND, "--version"], capture_output=True, check=True)
    return now - begun < GRACE + STARTS * (time.monotonic() - now)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), marks=pytest.mark.thorough),
        ("raises",),
        pytest.param(("waits",), marks=pytest.mark.thorough),
        ("computes",),
    ],
)
def test_a_signal_ends_the_command_whatever_catches_it(arguments: tuple[str, ...]) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", CATCHING, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS,
    )
    assert at_once(begun)
    assert (done.returncode, done.stderr) == (143, INTERRUPTED)


def test_a_start_that_is_interrupted_leaves_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    done = subprocess.run(
        [sys.executable, "-c", STARTING, "run", "long.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS,
    )
    assert (done.returncode, done.stderr) == (130, INTERRUPTED)


def test_an_interrupt_is_for_the_command_and_not_for_its_training_process(tmp_path: Path) -> None:
    """Ctrl-C in a terminal reaches both."""
    (tmp_path / "short.yaml").write_text(MOONS)
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_CHILD, "run", "short.yaml", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS,
    )
    assert (done.returncode, done.stderr) == (0, "")


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
    """The exit code and standard error after a signal, which must end it at once.

    Standard error ends with the last process that holds it, which is the one that trains.
    """
    begun = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=HANGS)
    assert at_once(begun)
    return process.returncode, errors


def has_begun(process: psutil.Process) -> bool:
    """Whether a process has imported some modules, and so is the training process."""
    return process.memory_info().rss > 30 * 2**20


@pytest.mark.thorough
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
    [
        (signal.SIGINT, 130, 0),
        pytest.param(signal.SIGTERM, 143, 1, marks=pytest.mark.thorough),
        pytest.param(signal.SIGHUP, 129, 0.5, marks=pytest.mark.thorough),
    ],
)
def test_a_signal_ends_the_start_at_once(
    tmp_path: Path, number: signal.Signals, code: int, seconds: float
) -> None:
    """At some moment while the training process imports TensorFlow."""
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run-all", tmp_path, "--out", "out") as process:
        while not any(map(has_begun, psutil.Process(process.pid).children())):
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(seconds)
        assert ended(process, number) == (code, INTERRUPTED)
    assert tree(tmp_path / "out") == {}
