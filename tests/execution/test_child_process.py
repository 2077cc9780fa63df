"""A process beside this one: nothing of the working directory, and a cause where it dies."""

import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import dying
import psutil
import pytest
from small_experiments import CIRCLES

from lossbench.execution import template
from lossbench.execution.child_process import ChildProcess, Ended, started
from lossbench.execution.work import TrainingError

pytestmark = pytest.mark.slow

# Unlike python -m, the script does not look for modules in the working directory.
LOSSBENCH = [str(Path(sys.executable).with_name("lossbench"))]
OWN = "{function: theirs:%s, labels: -1/1}"
# It says that it was imported, with nothing that would be imported from a file, and is of no use.
PLANTED = """\
import posix
log = posix.open({log!r}, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND)
posix.write(log, __name__.encode() + b"\\n")
raise ImportError("planted")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stranger's folder: a config, and a file with the name of every module there is."""
    (tmp_path / "it.yaml").write_text(CIRCLES)
    loaded = {name.partition(".")[0] for name in sys.modules} | {*sys.stdlib_module_names}
    for name in loaded - {"lossbench", "theirs"}:
        path = tmp_path / f"{name}.py"
        path.write_text(PLANTED.format(log=str(tmp_path / "imported")))
    return tmp_path


@pytest.mark.thorough
def test_a_run_imports_nothing_from_the_working_directory(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) > 350
    done = subprocess.run(
        [*LOSSBENCH, "run", "it.yaml", "--jobs", "2", "--save-model", "--quiet"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "imported").exists()


@pytest.mark.thorough
def test_with_own_code_that_module_alone_is_imported_from_there(folder: Path) -> None:
    (folder / "own.yaml").write_text(CIRCLES.replace("hinge", OWN % "loss"))
    (folder / "theirs.py").write_text(
        "import keras, struct, random\ndef loss(y, p):\n    return keras.ops.square(y - p)\n"
    )
    # Python itself looks here for what it starts with, if it is told to as it is here.
    for name in [*sys.stdlib_module_names, "_distutils_hack"]:
        (folder / f"{name}.py").unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "lossbench", "run", "own.yaml", "--allow-code", "--quiet"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f":{folder}/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "imported").exists()


def test_that_a_planted_file_would_be_seen(folder: Path) -> None:
    code = [sys.executable, "-c", "import struct"]
    assert subprocess.run(code, cwd=folder, check=False, capture_output=True).returncode == 1
    # From Python 3.13 on others come first, with which it shows where an error was.
    assert {"struct", "linecache"} & set((folder / "imported").read_text().split())


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("SIGKILL", "was killed by the system; was there enough memory?"),
        ("SIGSEGV", "was ended by SIGSEGV; it last wrote: last words"),
        ("SIGTERM", "was ended by SIGTERM; it last wrote: last words"),
        ("without a name", f"was ended by signal {signal.SIGRTMIN + 3}; it last wrote: last words"),
        ("flood", f"ended with exit code 3; it last wrote: {'x' * 500}"),
        ("exit", "ended with exit code 3; it last wrote: last words"),
        ("fatal", "was ended by SIGABRT; it last wrote: Check failed: 1 == 2"),
    ],
)
def test_how_a_process_died_is_told(how: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    process = started(dying.listen, bool)
    call = process.send(dying.die, how)
    with pytest.raises(Ended):
        call.answer()
    assert process.death() == said
    deadline = time.monotonic() + 5
    while "last words" not in (written := capfd.readouterr().err) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "last words" in written
    assert "of no interest" not in written


@pytest.mark.skipif(not template.forks(), reason="the exit code is the system's to tell")
def test_the_exit_code_is_told_although_another_thread_asks_for_it_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = forkserver.read_signed
    process = started(dying.listen, bool)

    def read_slowly(file: int) -> int:
        time.sleep(0.3)  # so that both are asking
        return read(file)

    monkeypatch.setattr(forkserver, "read_signed", read_slowly)
    call = process.send(dying.die, "exit")
    with pytest.raises(Ended):
        call.answer()
    # It looks at every child, and so asks for its exit code.
    threading.Thread(target=multiprocessing.active_children).start()
    assert process.death() == "ended with exit code 3; it last wrote: last words"


def test_a_process_that_ends_by_force_leaves_nothing_and_says_nothing(tmp_path: Path) -> None:
    code = (
        "import os, dying\n"
        "from lossbench.execution.child_process import started\n"
        "if __name__ == '__main__':\n"
        "    process = started(dying.listen, bool)\n"
        "    process.kill()\n"
        "    os._exit(143)\n"
    )
    (tmp_path / "ends.py").write_text(code)
    done = subprocess.run(
        [sys.executable, tmp_path / "ends.py"],
        env=os.environ | {"PYTHONPATH": str(Path(dying.__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


@pytest.fixture
def answering() -> Iterator[ChildProcess]:
    process = started(dying.listen, bool)
    yield process
    process.kill()
    process.join()


def test_calls_are_answered_in_their_order_and_what_nobody_reads_is_dropped(
    answering: ChildProcess,
) -> None:
    first, second, third = (answering.send(pow, 2, it) for it in (1, 2, 3))
    assert second.answer() == 4
    assert third.answer() == 8
    # Both pipes would be full if the answer to the earlier call were not read before.
    answering.send(bytes, 2**24)
    answering.settle()
    assert answering.send(len, bytes(2**24)).answer() == 2**24
    assert first.number < second.number < third.number


def test_what_a_call_raises_is_raised_with_where_it_was(answering: ChildProcess) -> None:
    full = OSError(errno.ENOSPC, "no room")
    with pytest.raises(OSError, match="no room") as raised:
        answering.send(dying.throw, full).answer()
    assert raised.value.errno == errno.ENOSPC
    assert "in throw" in str(raised.value.__cause__)
    with pytest.raises(SystemExit):
        answering.send(sys.exit, 3).answer()
    with pytest.raises(TrainingError, match="Odd: of two arguments"):
        answering.send(dying.throw_odd).answer()
    with pytest.raises((AttributeError, pickle.PicklingError)):
        answering.send(lambda: 1)
    with pytest.raises((AttributeError, pickle.PicklingError), match="unsendable"):
        answering.send(dying.unsendable).answer()
    assert answering.send(abs, -1).answer() == 1


def test_a_process_that_ended_is_noticed_although_another_holds_its_pipe(
    answering: ChildProcess,
) -> None:
    grandchild = psutil.Process(answering.send(dying.leave_behind).answer())
    call = answering.send(dying.die, "exit")
    with pytest.raises(Ended):
        call.answer()
    assert grandchild.status() == psutil.STATUS_SLEEPING
    grandchild.kill()
