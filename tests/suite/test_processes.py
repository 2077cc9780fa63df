"""Processes that are killed, that share a folder, or that find the disk full."""

import json
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from command import COMMAND, lossbench, tree
from small_experiments import LINEAR, MOONS

from lossbench.results.read import read_result

pytestmark = [pytest.mark.slow, pytest.mark.thorough]
FILES = {"config.yaml", "history.csv", "learning_curves.png", "metrics.json", "weights.npz"}


def strays(folder: Path) -> list[Path]:
    return [*folder.rglob(".*"), *folder.rglob("tmp*")]


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configs")
    for name, text in (("a", MOONS), ("b", LINEAR)):
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def reference(configs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of two processes that ran on one folder at the same time."""
    cwd = tmp_path_factory.mktemp("reference")
    both = [
        subprocess.Popen(
            [*COMMAND, "run-all", configs, "--out", "out", "--force"],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    return cwd / "out"


def test_two_processes_on_one_folder_leave_whole_results(reference: Path) -> None:
    assert {path.name for path in reference.iterdir()} == {"a", "b", "summary.json", "summary.md"}
    assert strays(reference) == []
    for name in "ab":
        assert {path.name for path in (reference / name).iterdir()} >= FILES
        read_result(reference / name)


def test_all_stored_is_said_and_starts_no_tensorflow(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(reference, tmp_path / "out")
    code = (
        "import sys; import lossbench.execution.process as w\n"
        "def start(self): raise AssertionError('started')\n"
        "w.TrainingProcess.start = start\n"
        f"sys.argv[1:] = ['run-all', {str(configs)!r}, '--out', 'out', '--json']\n"
        "from lossbench.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    stored = "".join(f"{name}: 2 of 2 seeds stored\n" for name in "ab")
    assert done.stderr == stored
    document = json.loads(done.stdout)
    assert document["stored"] == dict.fromkeys("ab", 2)
    assert [it["name"] for it in document["experiments"]] == [*"ab"]
    assert tree(out) == tree(reference)


def check_valid(out: Path) -> None:
    """Every result that is there is whole."""
    for folder in out.glob("[!.]*") if out.exists() else ():
        if folder.is_dir():
            assert {path.name for path in folder.iterdir()} >= FILES
            read_result(folder)


class Run(NamedTuple):
    """How a run ended, and after how many seconds; ``first`` is when the first result was there."""

    code: int
    children: Sequence[psutil.Process]
    first: float
    seconds: float


def run_until(configs: Path, out: Path, moment: float = inf, after_first: bool = False) -> Run:
    """Kill run-all some seconds after its start or after its first result, if it has not ended."""
    begun = time.monotonic()
    with subprocess.Popen(
        [*COMMAND, "run-all", configs, "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        if after_first:
            process.stdout.readline()
        first = time.monotonic() - begun
        children: Sequence[psutil.Process] = []
        try:
            process.wait(timeout=min(moment, 120))
        except subprocess.TimeoutExpired:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
    return Run(process.wait(), children, first, time.monotonic() - begun)


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # nobody waits for it
    except psutil.NoSuchProcess:
        return True


def end_soon(processes: Sequence[psutil.Process]) -> bool:
    """Whether processes end without their parent, in the time that a busy machine takes."""
    latest = time.monotonic() + 10
    while not all(map(has_ended, processes)):
        if time.monotonic() > latest:
            return False
        time.sleep(0.01)
    return True


def finish(configs: Path, reference: Path, out: Path, killed: Run) -> None:
    """Check what a killed run has left, and what the next run makes of it."""
    check_valid(out)
    done = lossbench(out.parent, "run-all", configs, "--out", out)
    assert done.returncode == 0, done.stderr
    assert strays(out) == []
    assert tree(out) == tree(reference)
    assert end_soon(killed.children)


def test_killed_at_some_moments_the_next_run_finishes(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    killed = run_until(configs, out, random.Random(1).uniform(0, 0.3), after_first=True)
    assert (out / "a").exists()
    finish(configs, reference, out, killed)


@pytest.mark.soak
def test_killed_at_50_moments_the_next_run_finishes(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    """At random moments, half of them after the first result, when most is written."""
    whole = run_until(configs, tmp_path / "whole", after_first=True)
    assert whole.code == 0
    random_ones = random.Random(0)
    left: Counter[str] = Counter()
    for trial in range(200):
        out, after_first = tmp_path / str(trial), trial % 2 == 1
        within = whole.seconds - whole.first if after_first else whole.seconds
        killed = run_until(configs, out, random_ones.uniform(0, within), after_first)
        if killed.code:  # else it had ended before
            names = {path.name.partition("-")[0] for path in out.glob("*")}
            left[" ".join(sorted(names)) or "nothing"] += 1
        finish(configs, reference, out, killed)
        if left.total() == 50:
            break
    print(*(f"{count} killed runs left {what}" for what, count in left.most_common()), sep="\n")
    assert left.total() == 50


IN_THE_WAY = """
set -e
mount -t tmpfs -o size=2m none {disk}
cp -r {reference} {disk}/out
{trouble}
set +e
{command}
code=$?
diff -r {reference} {disk}/out || exit 99
exit $code
"""


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("head -c 9m /dev/zero > {disk}/filler 2> /dev/null || true", "No space left on device"),
        ("mount -o remount,ro {disk}", "Read-only file system"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_message_and_the_results_stay(
    configs: Path,
    reference: Path,
    own_disk: tuple[list[str], Path],
    tmp_path: Path,
    trouble: str,
    message: str,
) -> None:
    apart, disk = own_disk
    # Nothing needs to be trained for other published figures.
    for path in configs.glob("*.yaml"):
        metric = "accuracy" if "bce" in path.read_text() else "mse"
        text = path.read_text() + f"published: {{{metric}: {{train: 0.5}}}}\n"
        (tmp_path / path.name).write_text(text)
    script = IN_THE_WAY.format(
        disk=disk,
        reference=reference,
        trouble=trouble.format(disk=disk),
        command=shlex.join([*COMMAND, "run-all", str(tmp_path), "--out", f"{disk}/out", "--quiet"]),
    )
    done = subprocess.run([*apart, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert re.fullmatch(
        rf"Error: {disk}/out\S*: {message} \(--debug shows the traceback\)\n", done.stderr
    )
