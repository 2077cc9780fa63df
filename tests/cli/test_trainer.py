"""What trains: options that choose it, and when it begins to import TensorFlow."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from command import COMMAND, lossbench

from lossbench.execution import template

# A command that says what is imported when the template starts, and whether that was ended.
WATCHED = """
import os, sys
from lossbench.execution import template
cores, *sys.argv[1:] = sys.argv[1:]
os.sched_getaffinity = lambda _: set(range(int(cores)))
template.start = lambda: print("starts", "late" if "typer" in sys.modules else "early")
template.end = lambda: print("ends", "late" if "lossbench.suite.suite" in sys.modules else "early")
from lossbench.cli.main import main
main()
"""


def told(folder: Path, *words: str, cores: int = 2) -> list[str]:
    """The lines of a command that is watched, which trains nothing."""
    command = [sys.executable, "-c", WATCHED, str(cores), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_tensorflow_is_imported_before_the_command_line_is(tmp_path: Path) -> None:
    for command in (["run", "no-such"], ["run-all", "no-such"], ["choose", "no-such"]):
        assert told(tmp_path, *command)[:1] == ["starts early"]


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_the_import_ends_as_soon_as_all_seems_to_be_stored(tmp_path: Path) -> None:
    (tmp_path / "results" / "hinge").mkdir(parents=True)
    (tmp_path / "results" / "hinge" / "history.csv").touch()
    assert told(tmp_path, "run", "hinge")[:2] == ["starts early", "ends early"]


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_tensorflow_is_not_imported_for_what_trains_nothing_here(tmp_path: Path) -> None:
    commands = ["run --help", "list", "run hinge --dask tcp://x", "run hinge --dask=tcp://x"]
    assert [it for it in commands if "starts early" in told(tmp_path, *it.split())] == []
    assert "starts early" not in told(tmp_path, "run", "no-such", cores=1)


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_the_process_beside_a_command_that_is_wrong_ends_with_it(tmp_path: Path) -> None:
    """It has not imported by then, and would do so first."""
    command = [*COMMAND, "run", "hinge", "--no-such-option"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as begun:
        of_it = psutil.Process(begun.pid)
        while not (beside := [it for it in of_it.children() if "template" in str(it.cmdline())]):
            assert begun.poll() is None
        assert begun.wait() == 2
    assert not beside[0].is_running()


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = lossbench(tmp_path, "run", "hinge", "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "--dask needs Dask: pip install 'lossbench[dask]'" in done.stderr
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
    done = lossbench(tmp_path, "run", "hinge", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
