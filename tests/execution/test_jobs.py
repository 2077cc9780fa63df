"""All cores: what a command with several training processes leaves, and how a signal ends it."""

import os
import signal
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from command import lossbench_process, tree
from dask_cluster import HANGS, LONG, MOONS, run_code, started, training_processes, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.thorough]
FINISHED = "a: accuracy, median of 3 seeds\n"
LARGE = """\
dataset: {generator: make_regression, n_samples: 20000, n_features: 30}
model: {hidden: [256, 256]}
loss: mae
batch_size: 1024
epochs: 1
repeats: 2
metrics: [median_absolute_error]
"""
STAYS = 50  # seconds
FORKING = f"""\
import os, time, keras
if os.fork() == 0:
    os.close(1), os.close(2)
    time.sleep({STAYS})
    os._exit(0)
def loss(y, p):
    return keras.ops.square(y - p)
"""
OWN = "{function: theirs:loss, labels: 0/1}"
# Runs the command, and tells how many training processes it had at the end.
COUNTED = """
import multiprocessing, sys
from lossbench.cli.main import main
from lossbench.execution import processes
close = processes.TrainingProcesses.close
def counted(self):
    print("processes:", len(multiprocessing.active_children()), file=sys.stderr)
    close(self)
processes.TrainingProcesses.close = counted
main()
"""


@pytest.fixture(scope="module")
def sweep() -> list[str]:
    """A sweep that is worth two processes."""
    rates = ",".join(f"{0.001 * number:.3f}" for number in range(1, 11))
    size = ["--repeats", "20", "--epochs", "30"]
    return ["run", "hinge", "--quiet", *size, "--set", f"optimizer.learning_rate={rates}"]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a socket in it."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def processes_of(stderr: str) -> int:
    return int(stderr.split("processes:")[1])


def test_the_files_are_those_of_one_process_whatever_the_number(
    sweep: Sequence[str], tmp_path: Path
) -> None:
    found = {}
    for jobs in (1, 2, 3):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        done = run_code(folder, COUNTED, *sweep, "--jobs", jobs)
        assert done.returncode == 0, done.stderr
        found[jobs] = done.stdout, tree(folder)
        assert processes_of(done.stderr) == jobs
    assert found[1] == found[2] == found[3]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux tells cores")
def test_without_being_asked_all_cores_are_used_that_the_process_may_use(
    sweep: Sequence[str], tmp_path: Path
) -> None:
    all_cores = os.sched_getaffinity(0)
    if len(all_cores) == 1:
        pytest.skip("there is one core")
    for cores in (all_cores, {min(all_cores)}):
        limited = f"import os; os.sched_setaffinity(0, {cores})\n"
        done = run_code(tmp_path, limited + COUNTED, *sweep, "--force")
        assert processes_of(done.stderr) == min(len(cores), 10)
    # What is short is not worth a second process.
    done = run_code(tmp_path, COUNTED, "run", "hinge", "--quiet", "--repeats", "2")
    assert processes_of(done.stderr) == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux tells cores")
def test_large_layers_have_the_same_bits_on_one_core_as_on_all(tmp_path: Path) -> None:
    """NumPy computes the last metric, whose products have other bits with several threads."""
    (tmp_path / "it.yaml").write_text(LARGE)
    found = []
    for cores in ({min(os.sched_getaffinity(0))}, os.sched_getaffinity(0)):
        limited = f"import os; os.sched_setaffinity(0, {cores})\n"
        code = f"{limited}from lossbench.cli.main import main\nmain()\n"
        done = run_code(tmp_path, code, "run", "it.yaml", "--quiet", "--force")
        assert done.returncode == 0, done.stderr
        found.append(tree(tmp_path / "results"))
    assert found[0] == found[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signal_ends_all_processes(number: signal.Signals, tmp_path: Path, short: Path) -> None:
    (tmp_path / "a.yaml").write_text(MOONS)
    (tmp_path / "long.yaml").write_text(LONG)
    # Killed, it cannot take away its folder there.
    env = {"TMPDIR": str(short)}
    with started(tmp_path, "run", "a.yaml", "long.yaml", "--jobs", 2, env=env) as process:
        assert process.stdout
        assert process.stdout.readline() == FINISHED
        below = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        # Ends with the last process that holds the pipe: those that train for days, too.
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    assert len(below) >= 3
    wait_for(lambda: not any(it.is_running() and it.status() != "zombie" for it in below))
    if number != signal.SIGKILL:
        said = ["a: 3 of 3 seeds done", "Interrupted: what was finished is kept."]
        assert errors.splitlines() == said
    assert [it.name for it in (tmp_path / "results").iterdir()] == ["a"]
    wait_for(lambda: list(short.iterdir()) == [])


def test_signal_ends_them_while_they_start(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run", "long.yaml", "--jobs", 2) as process:
        # It imports what all of them need.
        wait_for(lambda: len(training_processes(process, megabytes=50)) == 1)
        process.terminate()
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == 143
    assert errors == "Interrupted: what was finished is kept.\n"
    assert list(tmp_path.glob("results/*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_only_this_user_can_reach_what_forks(tmp_path: Path, short: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    with started(tmp_path, "run", "long.yaml", env={"TMPDIR": str(short)}) as process:
        wait_for(lambda: bool(list(short.glob("pymp-*/*"))))
        (socket,) = short.glob("pymp-*/*")
        modes = [stat.S_IMODE(it.stat().st_mode) for it in (socket.parent, socket)]
        process.terminate()
        process.communicate(timeout=HANGS)
    assert modes == [0o700, 0o600]
    assert list(short.iterdir()) == []


def test_where_nothing_can_be_forked_processes_start_anew(
    sweep: Sequence[str], tmp_path: Path
) -> None:
    # The path of a socket there would be too long for the system.
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    done = lossbench_process(tmp_path, *sweep[:-2], "--jobs", 2, TMPDIR=str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert list(folder.iterdir()) == []


def test_what_own_code_has_started_does_not_keep_the_command(tmp_path: Path) -> None:
    """A process that it forked holds all that its training process held."""
    (tmp_path / "theirs.py").write_text(FORKING)
    (tmp_path / "own.yaml").write_text(MOONS.replace("bce", OWN))
    begun = time.monotonic()
    with started(tmp_path, "run", "own.yaml", "--allow-code", "--quiet") as process:
        wait_for(lambda: process.poll() is not None)
        assert process.returncode == 0
    assert time.monotonic() - begun < STAYS
