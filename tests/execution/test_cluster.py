"""Training on Dask: a real scheduler and real workers on loopback."""

import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from command import tree
from dask_cluster import (
    HANGS,
    LONG,
    MOONS,
    DaskCluster,
    assert_as_expected,
    busy,
    run_code,
    started,
    training_processes,
    wait_for,
)
from distributed import Client

from lossbench.execution import cluster
from lossbench.execution.work import Work

pytestmark = [pytest.mark.slow, pytest.mark.thorough]
# It takes two numbers, and no tensors: this fails where it is trained, not before.
FAILING = MOONS.replace("bce", "{function: math:hypot, labels: 0/1}")
# What a sitecustomize makes of the worker that starts with it.
OTHER_ENVIRONMENT = """
import importlib.metadata as metadata
of = metadata.version
metadata.version = lambda name: "9.9.9" if name == "Keras" else of(name)
"""
OTHER_PROCESSOR = """
import lossbench.results.provenance
lossbench.results.provenance.processor = lambda: "Abacus"
"""
NO_LOSSBENCH = "import sys; sys.modules['lossbench'] = None"
# Of two threads one gives a wrong answer, while what the other has been given never ends.
WRONG_AND_BUSY = """
import time
from lossbench.execution import batches
seconds = iter([0.3])
batches.train_batch = lambda *_: time.sleep(next(seconds, 1e6)) or ([], None)
"""


# Runs the command, and prints which packages of Dask it has imported by then.
THEN_MODULES = """
import sys
from lossbench.cli.main import main
try:
    main()
finally:
    print("modules:", *{"dask", "distributed"} & set(sys.modules), file=sys.stderr)
"""


def watched(process: subprocess.Popen[str]) -> tuple[int, set[object]]:
    """How many processes a running one had at most, and what of them others could reach."""
    most, doors = 1, set[object]()
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            above = psutil.Process(process.pid)
            all_of_them = [above, *above.children(recursive=True)]
            most = max(most, len(all_of_them))
            for it in all_of_them:
                doors |= {door(connection) for connection in it.net_connections("all")}
        time.sleep(0.02)
    return most, doors - {None}


def door(connection: Any) -> object:
    """Where a socket lets others in, whatever its family; None where it does not."""
    if connection.family == socket.AF_UNIX:
        return connection.laddr or None  # a pair of sockets, inside a process, has no name
    waits = connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
    return connection.laddr if waits and not connection.raddr else None


@pytest.fixture(scope="module")
def abandoned(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run whose only worker is killed; it takes its time to give up, while other tests run."""
    folder = tmp_path_factory.mktemp("abandoned")
    (folder / "a.yaml").write_text(MOONS)
    (folder / "long.yaml").write_text(LONG)
    with DaskCluster(folder) as dask:
        worker = dask.worker("--no-nanny")
        process = started(folder, "run", "a.yaml", "long.yaml", "--dask", dask.address)

        def abandon() -> None:
            assert process.stdout
            process.stdout.readline()
            dask.kill(worker)

        with process:
            thread = threading.Thread(target=abandon)
            thread.start()
            yield process, folder
            process.kill()
            thread.join()


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A run on a scheduler that is not there, which waits for it while other tests run."""
    folder = tmp_path_factory.mktemp("unanswered")
    with started(folder, "run", "hinge", "--dask", "tcp://127.0.0.1:9") as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler with two workers, one with a nanny and one without."""
    with DaskCluster(tmp_path_factory.mktemp("dask")) as dask:
        dask.worker()
        dask.worker("--no-nanny")
        yield dask


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configs of which one fails, and what one process makes of them, in "one"."""
    path = tmp_path_factory.mktemp("configs")
    (path / "configs").mkdir()
    for name, text in {"a": MOONS, "b": MOONS.replace("bce", "hinge"), "c": FAILING}.items():
        (path / "configs" / f"{name}.yaml").write_text(text)
    done = run_code(path, THEN_MODULES, "run-all", "configs", "--allow-code", "--out", "one")
    assert done.returncode == 1, done.stderr
    (path / "stderr").write_text(done.stderr)
    return path


# What these start takes its time to give up: until the last tests here.
@pytest.mark.usefixtures("unanswered", "abandoned")
def test_outcome_is_byte_for_byte_that_of_this_machine_without_a_port(
    folder: Path, dask: DaskCluster, tmp_path: Path
) -> None:
    arguments = ["run-all", "configs", "--allow-code", "--out", "dask", "--dask", dask.address]
    with started(folder, *arguments, env={"TMPDIR": str(tmp_path)}) as process:
        most, doors = watched(process)
        code, (_, stderr) = process.returncode, process.communicate(timeout=HANGS)
    assert doors == set()
    assert list(tmp_path.iterdir()) == []
    assert most >= 1
    assert tree(folder / "dask") == tree(folder / "one")
    # The experiment that failed did so in one line, and the others ran.
    *of_one, modules = (folder / "stderr").read_text().splitlines()
    assert code == 1
    assert sorted(line.split(":")[0] for line in of_one) == ["Error", "a", "b"]
    assert sorted(stderr.splitlines()) == sorted(of_one)
    # Nothing of Dask's is left beside the results.
    names = {it.name for it in folder.iterdir()}
    assert names <= {"configs", "one", "dask", "stderr"}
    assert modules == "modules:"


def test_with_everything_stored_no_training_process_is_started(folder: Path) -> None:
    before = tree(folder / "one")
    never = (
        "import lossbench.execution.process as w\n"
        "def start(self): raise AssertionError('started')\n"
        "w.TrainingProcess.start = w.TrainingProcess._submit = start\n"
    )
    configs = ["configs/a.yaml", "configs/b.yaml"]
    arguments = ["run", *configs, "--out", "one"]
    done = run_code(folder, never + THEN_MODULES, *arguments)
    assert done.returncode == 0, done.stderr
    *stored, modules = done.stderr.splitlines()
    assert stored == [f"{name}: 3 of 3 seeds stored" for name in "ab"]
    assert modules == "modules:"
    assert tree(folder / "one") == before


def test_address_of_an_unknown_kind_is_refused() -> None:
    assert cluster.checked("10.0.0.1:8786") == "10.0.0.1:8786"
    with pytest.raises(ValueError, match="unknown address scheme 'tpc'"):
        cluster.checked("tpc://10.0.0.1:8786")


@pytest.mark.usefixtures("short_batches")
def test_worker_that_comes_late_takes_over_and_is_told_of_if_its_processor_is_another(
    works: list[Work], expected: list[dict[str, bytes]], tmp_path: Path
) -> None:
    told: list[str] = []
    with DaskCluster(tmp_path) as dask, cluster.at(dask.address, told.append) as many:
        first = dask.worker()
        events = many.train(works[:1])
        got = [next(events)]
        dask.worker("--no-nanny", site=OTHER_PROCESSOR)
        dask.kill(first)
        got += events
    assert_as_expected(works[:1], got, expected)
    text = "\n".join(told)
    assert "may differ in the last digits: processor Abacus instead of" in text
    assert "gets no work" not in text


@pytest.mark.usefixtures("short_batches")
def test_worker_of_another_environment_or_with_a_wrong_answer_is_told_of_and_gets_no_work(
    works: list[Work], expected: list[dict[str, bytes]], dask: DaskCluster
) -> None:
    wrong = [dask.worker("--no-nanny", site=it) for it in (OTHER_ENVIRONMENT, NO_LOSSBENCH)]
    options = ["--no-nanny", "--name", "liar", "--nthreads", "2"]
    liar = dask.worker(*options, site=WRONG_AND_BUSY)
    with Client(dask.address) as client:
        client.wait_for_workers(5, timeout=HANGS)

        def of_liar() -> set[str]:
            known = client.scheduler_info(n_workers=-1)["workers"]
            return {address for address, it in known.items() if it["name"] == "liar"}

        wait_for(of_liar)  # one that an earlier test has killed may be among the five
        (address,) = of_liar()
    told: list[str] = []
    with cluster.at(dask.address, told.append) as many:
        events = list(many.train(works))
    # What the worker with the wrong answer had, or has still, others have trained.
    assert_as_expected(works, events, expected)
    assert [training_processes(it) for it in wrong] == [set(), set()]
    for it in (*wrong, liar):
        dask.kill(it)
    text = "\n".join(sorted(told))
    assert text.count("gets no work") == len(told) == 3
    assert re.search(r"gets no work: Keras 9\.9\.9 instead of \d+\.\d+\.\d+$", text, re.M)
    assert re.search(r"gets no work: .*lossbench", text)
    assert f"the worker {address} gets no work: its answer is for other seeds" in told


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_the_client_and_what_workers_train_for_it(
    dask: DaskCluster, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    def working() -> set[int]:
        return busy(set().union(*map(training_processes, dask.workers)))

    (tmp_path / "long.yaml").write_text(LONG.replace("repeats: 3", "repeats: 1"))
    with started(tmp_path, "run", "long.yaml", "--dask", dask.address) as process:
        wait_for(working)
        process.send_signal(number)
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == code
    assert errors == "Interrupted: what was finished is kept.\n"
    # A process that has nothing to train is kept for a minute.
    wait_for(lambda: not working())
    assert [it.poll() for it in dask.workers] == [None, None]


def test_client_gives_up_when_nobody_answers(unanswered: subprocess.Popen[str]) -> None:
    stdout, stderr = unanswered.communicate(timeout=HANGS)
    assert (unanswered.returncode, stdout) == (1, "")
    assert "no Dask scheduler answers at tcp://127.0.0.1:9 within 10 s" in stderr
    assert len(stderr.splitlines()) == 1


def test_client_gives_up_when_all_workers_are_gone_and_keeps_what_is_finished(
    abandoned: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = abandoned
    assert process.stderr
    stderr = process.stderr.read()
    process.wait()
    assert process.returncode == 1
    done, waiting, error = stderr.splitlines()
    assert done == "a: 3 of 3 seeds done"
    assert waiting == "Warning: the cluster has no worker; waiting 30 s for one"
    assert error.startswith("Error: ClusterError: the cluster has had no worker for 30 s")
    assert [it.name for it in (folder / "results").iterdir()] == ["a"]
