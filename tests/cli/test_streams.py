"""What cannot be printed ends no command, and is reported where it can be."""

import errno
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command import COMMAND
from small_experiments import MOONS

from lossbench.cli.streams import Stream


def shell(command: str) -> tuple[int, str]:
    """The exit code of a command and what it wrote to standard error, where there is one."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_stream_whose_reader_went_away_takes_all_and_remembers_it() -> None:
    reader, writer = os.pipe()
    stream = Stream(os.fdopen(writer, "wb"), "utf-8")
    print("first", file=stream)
    assert os.read(reader, 99) == b"first\n"
    assert stream.error is None
    os.close(reader)
    for _ in range(3):
        print("lost", file=stream)
    assert stream.error
    assert stream.error.errno == errno.EPIPE
    stream.close()  # what was in the buffer is no error any more


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("lossbench list > /dev/full", 1, "Error: standard output: No space left on device\n"),
        pytest.param(
            "lossbench list >&-",
            1,
            "Error: standard output: Bad file descriptor\n",
            marks=pytest.mark.thorough,
        ),
        ("lossbench list | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("lossbench validate nowhere 2> /dev/full", 2, ""),
        pytest.param("lossbench validate nowhere 2>&- >&-", 2, "", marks=pytest.mark.thorough),
    ],
)
def test_a_command_that_only_prints_says_in_a_line_that_it_could_not(
    command: str, code: int, said: str
) -> None:
    assert shell(command.replace("lossbench", shlex.join(COMMAND))) == (code, said)


def test_what_is_closed_is_open_to_nowhere_also_in_a_process_that_is_started() -> None:
    child = "import os; [os.fstat(number) for number in range(3)]"
    code = (
        "import os, subprocess, sys; from lossbench.cli import streams; streams.protect()\n"
        "with open(os.devnull) as file: assert file.fileno() > 2\n"
        f"sys.exit(subprocess.call([sys.executable, '-c', {child!r}]))"
    )
    line = shlex.join([sys.executable, "-c", code])
    assert shell(f"{line} <&- >&- 2>&-") == (0, "")


@pytest.mark.thorough
def test_a_reader_that_goes_away_ends_no_training(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(MOONS)
    line = [*COMMAND, "run", *(f"{name}.yaml" for name in names), "--quiet"]
    with subprocess.Popen(
        line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "a: accuracy, median of 2 seeds\n"
        process.stdout.close()
        assert process.stderr.read() == (
            "Error: standard output: Broken pipe; the results are written all the same\n"
        )
    assert process.returncode == 1
    for name in names:
        assert (tmp_path / "results" / name / "metrics.json").exists()
