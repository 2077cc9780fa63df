"""Work spread by Dask: a real scheduler and real workers on loopback, and --jobs."""

import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil
import pytest
from distributed import Client

from lossbench.config.experiment import Experiment
from lossbench.execution import batches, cluster
from lossbench.execution import cluster_workers as roster
from lossbench.execution.process import TrainingProcess
from lossbench.execution.work import Event, TrainingProcessDied, Work
from lossbench.results.result import Result, Training
from lossbench.results.write import files
from lossbench.suite import run as runner
from lossbench.training.train import trainer

MOONS = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: bce
epochs: 2
repeats: 3
"""
LONG = MOONS.replace("epochs: 2", "epochs: 10000000")
# It takes two numbers, and no tensors: this fails where it is trained, not before.
FAILING = MOONS.replace("bce", "{function: math:hypot, labels: 0/1}")
# Seconds after which nothing comes any more, on a machine that has much else to do, too.
HANGS = 300
FINISHED = "a: accuracy, median of 3 seeds\n"

# What a sitecustomize makes of the worker that starts with it.
OTHER_SETTING = """
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
# A worker that answers by the name of the experiment, and tells a setting by that in a file.
LIAR = """
import time
from lossbench.execution import batches
from lossbench.results.result import Training

class Unreadable(Exception):
    def __reduce__(self):
        return eval, ("1 / 0",)

def raises(error):
    raise error

ANSWERS = {
    "forged": lambda seeds: ([Training(it, False, {}, {}, {}, ()) for it in seeds], None),
    "unreadable": lambda _: ([], Unreadable()),
    "unsendable": lambda _: (it for it in ()),
    "exit": lambda _: ([], SystemExit(0)),
    "error": lambda _: ([], ValueError("\x1b[31m red" + "!" * 10**7)),
    "system": lambda _: raises(FileNotFoundError(2, "is gone", "its data")),
    "strange": lambda _: raises(Unreadable("is strange")),
}

def train_batch(experiment, split, seeds):
    with open("calls", "a") as file:
        print(experiment.name, file=file)
    return ANSWERS[experiment.name](seeds)

ours = batches.setting()
SETTINGS = {
    "": lambda: ours,
    "none": lambda: None,
    "unreadable": lambda: Unreadable(),
    "strange": lambda: raises(Unreadable("is strange")),
    "long": lambda: {**ours, "Keras": "\x1b[31m red" + "!" * 10**7},
    "late": lambda: time.sleep(4) or ours,
}

def setting():
    with open("setting") as file:
        return SETTINGS[file.read()]()

batches.setting = setting
batches.train_batch = train_batch
"""

# Settings of Dask with which a cluster of this process would not do what it is for.
PRELOADS = [f"DASK_DISTRIBUTED__{it}__PRELOAD" for it in ("SCHEDULER", "WORKER", "CLIENT")]
PRELOAD = """
import socket
door = socket.create_server(("127.0.0.1", 0))
"""
FOR_OTHERS = {
    "DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__TLS__CERT": "missing.pem",
    "DASK_DISTRIBUTED__SCHEDULER__IDLE_TIMEOUT": "1ms",
    "DASK_DISTRIBUTED__WORKER__LIFETIME__DURATION": "1s",
    "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
    "DASK_TEMPORARY_DIRECTORY": "scratch",
    "DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9",
}

# Runs the command, and prints which packages of Dask it has imported by then.
THEN_MODULES = """
import sys
from lossbench.cli.main import main
try:
    main()
finally:
    print("modules:", *{"dask", "distributed"} & set(sys.modules), file=sys.stderr)
"""
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


class Dask:
    """A scheduler and its workers, processes as a user starts them; they end with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def __enter__(self) -> "Dask":
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


def lossbench(
    cwd: Path, *arguments: object, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lossbench", *map(str, arguments)]
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


def run(cwd: Path, *arguments: object) -> tuple[int, str, str]:
    with lossbench(cwd, *arguments) as process:
        stdout, stderr = process.communicate(timeout=HANGS)
    return process.returncode, stdout, stderr


def run_code(cwd: Path, code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=HANGS, check=False
    )


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


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(it.relative_to(folder)): it.read_bytes() for it in folder.rglob("*") if it.is_file()
    }


@pytest.fixture(scope="module")
def abandoned(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run whose only worker is killed; it takes its time to give up, while other tests run."""
    folder = tmp_path_factory.mktemp("abandoned")
    (folder / "a.yaml").write_text(MOONS)
    (folder / "long.yaml").write_text(LONG)
    with Dask(folder) as dask:
        worker = dask.worker("--no-nanny")
        process = lossbench(folder, "run", "a.yaml", "long.yaml", "--dask", dask.address)

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
    with lossbench(folder, "run", "hinge", "--dask", "tcp://127.0.0.1:9") as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler with two workers, one with a nanny and one without."""
    with Dask(tmp_path_factory.mktemp("dask")) as dask:
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


@pytest.fixture(scope="module")
def works(experiment_of: Callable[..., Experiment]) -> list[Work]:
    """Two works that are cut into many batches when a batch is short."""
    experiments = [
        experiment_of("binary classification", loss, repeats=8, epochs=3, name=loss)
        for loss in ("bce", "hinge")
    ]
    return [Work(it, it.dataset.load(), it.seeds) for it in experiments]


@pytest.fixture(scope="module")
def expected(works: Sequence[Work]) -> list[dict[str, bytes]]:
    """The files of the works, trained in this process."""
    return [as_files(work, map(trainer(work.experiment, work.split), work.seeds)) for work in works]


@pytest.fixture
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SECONDS_PER_BATCH", 2 * batches.PER_TRAINING)


def as_files(work: Work, trainings: Iterator[Training]) -> dict[str, bytes]:
    return files(Result(work.experiment, work.split.sha256, tuple(trainings)))


def assert_as_expected(
    works: Sequence[Work], events: Sequence[Event], expected: Sequence[dict[str, bytes]]
) -> None:
    errors = [event for _, event in events if isinstance(event, Exception)]
    assert errors == []
    for number, work in enumerate(works):
        trainings = (it for of, it in events if of == number and isinstance(it, Training))
        assert as_files(work, trainings) == expected[number]


# What these start takes its time to give up: until the last tests here.
@pytest.mark.usefixtures("unanswered", "abandoned")
@pytest.mark.parametrize("where", ["--jobs", "--dask"])
def test_outcome_is_byte_for_byte_that_of_one_process_without_a_port(
    folder: Path, dask: Dask, tmp_path: Path, where: str
) -> None:
    value = {"--jobs": "2", "--dask": dask.address}[where]
    # What a person has set of Dask is for other clusters.
    (tmp_path / "preload.py").write_text(PRELOAD)
    settings = FOR_OTHERS | dict.fromkeys(PRELOADS, str(tmp_path / "preload.py"))
    env = {**(settings if where == "--jobs" else {}), "TMPDIR": str(tmp_path)}
    arguments = ["run-all", "configs", "--allow-code", "--out", where[2:], where, value]
    with lossbench(folder, *arguments, env=env) as process:
        most, doors = watched(process)
        code, (_, stderr) = process.returncode, process.communicate(timeout=HANGS)
    assert doors == set()
    assert [it.name for it in tmp_path.iterdir()] == ["preload.py"]
    # The training processes and what keeps account of them were there to be seen.
    assert most >= {"--jobs": 3, "--dask": 1}[where]
    assert contents(folder / where[2:]) == contents(folder / "one")
    # The experiment that failed did so in one line, and the others ran.
    *of_one, _, modules = (folder / "stderr").read_text().splitlines()
    assert code == 1
    assert sorted(line.split(":")[0] for line in of_one) == ["Error", "a", "b"]
    assert stderr.splitlines()[-1] == f"Report: lossbench report {where[2:]}"
    assert sorted(stderr.splitlines()[:-1]) == sorted(of_one)
    # Nothing of Dask's is left beside the results.
    names = {it.name for it in folder.iterdir()}
    assert names <= {"configs", "one", "jobs", "dask", "stderr"}
    assert modules == "modules:"


def test_with_everything_stored_no_process_is_started(folder: Path) -> None:
    before = contents(folder / "one")
    never = (
        "import lossbench.execution.process as w\n"
        "def start(self): raise AssertionError('started')\n"
        "w.TrainingProcess.start = w.TrainingProcess._running = start\n"
    )
    configs = ["configs/a.yaml", "configs/b.yaml"]
    arguments = ["run", *configs, "--out", "one", "--jobs", "2"]
    done = run_code(folder, never + THEN_MODULES, *arguments)
    assert done.returncode == 0, done.stderr
    *stored, modules = done.stderr.splitlines()
    assert stored == [f"{name}: 3 of 3 seeds stored" for name in "ab"]
    # The look for Dask's modules, which are not there without its options, can fail.
    assert set(modules.split()) == {"modules:", "dask", "distributed"}
    assert contents(folder / "one") == before


@pytest.mark.parametrize("option", [["--jobs", "2"], ["--dask", "tcp://127.0.0.1:1"]])
def test_without_the_extra_it_says_how_to_get_it(option: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['distributed'] = None; from lossbench.cli.main import main; main()"
    )
    done = run_code(tmp_path, code, "run", "hinge", *option)
    assert done.returncode == 2
    assert "--jobs and --dask need Dask: pip install 'lossbench[dask]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--dask", "nonsense"], "missing port number in address 'nonsense'"),
        (["--jobs", "2", "--dask", "127.0.0.1:8786"], "choose one of --jobs and --dask"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
    ],
)
def test_wrong_options_are_exit_code_2(options: list[str], complaint: str, tmp_path: Path) -> None:
    code, stdout, stderr = run(tmp_path, "run", "hinge", *options)
    assert (code, stdout) == (2, "")
    assert complaint in stderr


def test_address_of_an_unknown_kind_is_refused() -> None:
    assert cluster.checked("10.0.0.1:8786") == "10.0.0.1:8786"
    with pytest.raises(ValueError, match="unknown address scheme 'tpc'"):
        cluster.checked("tpc://10.0.0.1:8786")


def test_batches_are_some_seconds_of_training_and_hold_every_seed_once(
    experiment_of: Callable[..., Experiment],
) -> None:
    def lengths(**changes: object) -> list[int]:
        experiment = experiment_of("binary classification", "hinge", **changes)
        work = Work(experiment, experiment.dataset.load(), experiment.seeds)
        cut = batches.cut(work)
        assert [seed for seeds in cut for seed in seeds] == list(work.seeds)
        return [len(seeds) for seeds in cut]

    assert lengths(epochs=200, repeats=30, seed=7) == [30]
    many = lengths(epochs=200, repeats=1000)
    assert 5 <= len(many) <= 20
    assert max(many) - min(many) <= 1
    assert lengths(epochs=100_000, repeats=3) == [1, 1, 1]
    assert lengths(epochs=2, model={"hidden": [5000, 5000]}, repeats=4) == [1, 1, 1, 1]


@pytest.mark.usefixtures("short_batches")
def test_worker_that_comes_late_takes_over_and_is_told_of_if_its_processor_is_another(
    works: list[Work], expected: list[dict[str, bytes]], tmp_path: Path
) -> None:
    told: list[str] = []
    with Dask(tmp_path) as dask, cluster.at(dask.address, told.append) as many:
        first = dask.worker()
        events = many.train(works[:1])
        got = [next(events)]
        dask.worker("--no-nanny", site=OTHER_PROCESSOR)
        dask.kill(first)
        got += events
    assert_as_expected(works[:1], got, expected)
    text = "\n".join(told)
    assert "may give other last digits: processor Abacus instead of" in text
    assert "gets no work" not in text


@pytest.mark.usefixtures("short_batches")
def test_worker_of_another_setting_or_with_a_wrong_answer_is_told_of_and_gets_no_work(
    works: list[Work], expected: list[dict[str, bytes]], dask: Dask
) -> None:
    wrong = [dask.worker("--no-nanny", site=it) for it in (OTHER_SETTING, NO_LOSSBENCH)]
    options = ["--no-nanny", "--name", "liar", "--nthreads", "2"]
    liar = dask.worker(*options, site=WRONG_AND_BUSY)
    with Client(dask.address) as client:
        client.wait_for_workers(5, timeout=HANGS)
        known = client.scheduler_info(n_workers=-1)["workers"]
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
    (address,) = (address for address, it in known.items() if it["name"] == "liar")
    assert f"the worker {address} gets no work: its answer is of other seeds" in told


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dask, Path]]:
    """A scheduler whose only worker is not to be trusted, and the folder of both."""
    folder = tmp_path_factory.mktemp("liar")
    (folder / "setting").write_text("")
    with Dask(folder) as dask:
        dask.worker("--no-nanny", site=LIAR)
        with Client(dask.address) as client:
            client.wait_for_workers(1, timeout=HANGS)
        yield dask, folder


@pytest.mark.usefixtures("short_batches")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("forged", "has impossible final figures"),
        ("unreadable", "cannot be read"),
        ("unsendable", "cannot be read"),
        ("exit", "is none"),
    ],
)
def test_worker_with_a_wrong_answer_gets_no_more_work_though_nobody_else_is_there(
    name: str, words: str, liar: tuple[Dask, Path], works: list[Work]
) -> None:
    dask, folder = liar
    assert until_it_waits(dask, named(works[0], name)).endswith(f"its answer {words}")
    # Of four batches it had two before its first answer was here.
    assert (folder / "calls").read_text().split().count(name) <= 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error", r"ValueError: \N{REPLACEMENT CHARACTER}\[31m red!+\.\.\.$"),
        ("system", "its data: is gone$"),
        ("strange", "is strange"),
    ],
)
def test_error_is_believed_and_told_on_one_line(
    name: str, words: str, liar: tuple[Dask, Path], works: list[Work]
) -> None:
    work = named(works[0], name)
    with cluster.at(liar[0].address, print) as many:
        ((_, error),) = many.train([work])
    assert isinstance(error, Exception)
    text = str(runner.Failure(work.experiment, error))
    assert re.search(words, text)
    assert text.isprintable()
    assert len(text) <= 1000


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "Keras unknown instead of"),
        ("unreadable", "its answer is ZeroDivisionError"),
        ("strange", "is strange"),
        ("long", r"Keras \\x1b\[31m red!+\.\.\. instead of"),
    ],
)
def test_worker_whose_setting_cannot_be_compared_gets_no_work(
    name: str, words: str, liar: tuple[Dask, Path], works: list[Work]
) -> None:
    dask, folder = liar
    (folder / "setting").write_text(name)
    why = until_it_waits(dask, named(works[0], "error"))
    (folder / "setting").write_text("")
    assert re.search(words, why)
    assert why.isprintable()
    assert len(why) < 1000


def test_worker_that_says_nothing_is_not_waited_for(
    liar: tuple[Dask, Path], works: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    dask, folder = liar
    (folder / "setting").write_text("late")
    monkeypatch.setattr(roster, "WORKER_SECONDS", 1)
    told: list[str] = []
    with (
        cluster.at(dask.address, told.append) as many,
        pytest.raises(roster.ClusterError, match="none that fits for 1 s"),
    ):
        list(many.train(works[:1]))
    assert told[0].endswith("gets no work: its answer has not come within 1 s")


class Waits(Exception):
    pass


def until_it_waits(dask: Dask, work: Work) -> str:
    """Train until no worker is left, and give the reason why the only one gets no work."""
    told: list[str] = []

    def warn(message: str) -> None:
        if "waiting" in message:
            raise Waits
        told.append(message)

    with cluster.at(dask.address, warn) as many, pytest.raises(Waits):
        list(many.train([work]))
    (why,) = told
    assert "gets no work: " in why
    return why


def named(work: Work, name: str) -> Work:
    return work._replace(experiment=work.experiment.model_copy(update={"name": name}))


@pytest.mark.usefixtures("short_batches")
def test_jobs_survive_a_process_that_is_killed_and_renew_those_that_have_compiled_much(
    works: list[Work], expected: list[dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PROGRAMS_PER_PROCESS", 2)
    seen: set[int | None] = set()
    got: list[Event] = []
    with cluster.local(1, print) as many:
        many.start()
        (waits,) = multiprocessing.active_children()
        waits.kill()
        waits.join()
        for event in many.train(works):
            alive = multiprocessing.active_children()
            if not got:
                (process,) = alive
                process.kill()
            seen |= {process.pid for process in alive}
            got.append(event)
    assert_as_expected(works, got, expected)
    # The one that is killed at work, one that has compiled both programs, and the next.
    assert len(seen) == 3
    assert multiprocessing.active_children() == []


def test_training_process_that_was_ended_is_not_started_again(works: list[Work]) -> None:
    with TrainingProcess() as process:
        process.start()
    with pytest.raises(TrainingProcessDied):
        list(process.train(works))
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_signal_ends_the_jobs(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MOONS)
    (tmp_path / "long.yaml").write_text(LONG)
    # Of one process or several, each sees for itself that the client is gone.
    jobs = 1 if number == signal.SIGKILL else 2
    # Killed, it cannot take away its folder there.
    env = {"TMPDIR": str(tmp_path)}
    with lossbench(tmp_path, "run", "a.yaml", "long.yaml", "--jobs", jobs, env=env) as process:
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
    with lossbench(tmp_path, "run", "long.yaml", "--jobs", 2) as process:
        # Both import what they need.
        wait_for(lambda: len(training_processes(process, megabytes=50)) == 2)
        process.terminate()
        _, errors = process.communicate(timeout=HANGS)
        assert process.returncode == 143
    assert errors == "Interrupted: what was finished is kept.\n"
    assert list(tmp_path.glob("results/*")) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_the_client_and_what_workers_train_for_it(
    dask: Dask, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    def working() -> set[int]:
        return busy(set().union(*map(training_processes, dask.workers)))

    (tmp_path / "long.yaml").write_text(LONG.replace("repeats: 3", "repeats: 1"))
    with lossbench(tmp_path, "run", "long.yaml", "--dask", dask.address) as process:
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
